"""What a model of pulse generator can deliver, and which trains it would adjust instead of making them as asked."""

from dataclasses import dataclass
from functools import partial

from labkit.core import (
    BenchTerminal,
    InstrumentError,
    LabkitError,
    LimitExceeded,
    Nanoseconds,
    PlanRefused,
    PulseCapabilities,
    PulseTerminal,
    PulseTrain,
    format_quantity,
)

SOURCE_RESISTANCE = 50.0
"""Of every output (ohm), whatever the load setting says."""


@dataclass(frozen=True, slots=True)
class PulseModel:
    """The data sheet of a model. Voltages (V) are those of the source behind its 50 ohm, the open-circuit ones.

    `peak` is the largest magnitude, `amplitude` the smallest and largest peak to peak, `step` the grain of a level,
    `gain` and `offset` its accuracy. `load` (ohm) is what may be set beside "high", which is written `high_load`
    (ohm; inf for INF). Times in ns: `edge` is the transition time from 10 % to 90 %. An edge must fit into the width
    as `edge_in_width` x edge, and into what is left of the period as `edge_in_rest` x edge.
    """

    name: str
    peak: float
    amplitude: tuple[float, float]
    step: float
    gain: float
    offset: float
    load: tuple[float, float]
    high_load: float
    width: tuple[float, float]
    rest: float
    period: tuple[float, float]
    edge: tuple[float, float]
    edge_in_width: float
    edge_in_rest: float
    pulses: int
    trigger_delay: int
    source_document: str

    @property
    def driver(self) -> str:
        """The name of the model's driver."""
        return f"keysight_{self.name.lower()}"

    def load_setting(self, terminal: PulseTerminal) -> float:
        """Give the load (ohm) that is set for a terminal. Raises InstrumentError beyond the model's range."""
        if terminal.load == "high":
            return self.high_load
        smallest, largest = self.load
        if not smallest <= terminal.load <= largest:
            raise InstrumentError(
                f"a {self.name} cannot be set to a load of {terminal.load:g} ohm",
                f"state {smallest:g} to {largest:g} ohm in bench.yaml, or `load: high` for a device of many kOhm",
            )
        return terminal.load

    def share(self, terminal: PulseTerminal) -> float:
        """Give the part of the source's voltage that is at the stated load."""
        load = self.load_setting(terminal)
        return 1.0 if load == float("inf") else load / (load + SOURCE_RESISTANCE)

    def describe(self, terminal: BenchTerminal) -> PulseCapabilities:
        """Give what a channel can deliver into the load that the bench states."""
        if not isinstance(terminal, PulseTerminal):
            raise InstrumentError(
                f"a {self.name} serves terminals on a pulse generator only", "correct the terminal in bench.yaml"
            )
        share = self.share(terminal)
        return PulseCapabilities(
            model=f"Keysight {self.name}",
            voltage=min(terminal.maximum_voltage, self.peak * share),
            resolution=self.step * share,
            gain=self.gain,
            offset=self.offset * share,
            source_resistance=SOURCE_RESISTANCE,
            width=_whole(self.width),
            period=_whole(self.period),
            edge=_whole(self.edge),
            time_resolution=Nanoseconds(1),
            pulses=self.pulses,
            trigger_input=True,
            trigger_delay=Nanoseconds(self.trigger_delay),
            source_document=self.source_document,
            smallest_pulse=self.amplitude[0] * share,
            unfit=partial(self._unfit, terminal),
        )

    def _unfit(self, terminal: PulseTerminal, train: PulseTrain) -> LabkitError | None:
        try:
            self.check(terminal.instrument, terminal, train)
        except (LimitExceeded, PlanRefused) as refused:
            return refused
        return None

    def cycle(self, train: PulseTrain) -> float:
        """Give the period (ns) to set: the train's, or for a single pulse at least what the pulse needs."""
        return max(train.period, self._shortest_period(train)) if train.count == 1 else train.period

    def check(self, name: str, terminal: PulseTerminal, train: PulseTrain) -> None:
        """Refuse a train that the generator would adjust.

        Raises LimitExceeded for levels beyond the bench or the model, PlanRefused for all else.
        """
        for level in (train.base, train.level):
            self.check_level(name, terminal, level)
        self._check_amplitude(name, terminal, train)
        self._check_times(name, train)
        if not 1 <= train.count <= self.pulses:
            raise PlanRefused(
                f"{name}: a burst of {train.count} pulses; a {self.name} makes 1 to {self.pulses}",
                "divide the train into several",
            )

    def check_level(self, name: str, terminal: PulseTerminal, level: float) -> None:
        """Raise LimitExceeded for a level (V at the device) beyond the bench's limit or the model's."""
        deliverable = self.peak * self.share(terminal)
        most = min(terminal.maximum_voltage, deliverable)
        if abs(level) <= most * (1 + 1e-9):
            return
        by_bench = terminal.maximum_voltage <= deliverable
        raise LimitExceeded(
            f"{name}: {level:g} V is beyond the {most:g} V that the {'bench allows' if by_bench else self.name} "
            f"{'' if by_bench else 'delivers into this load'}".rstrip(),
            "lower the level, or correct maximum_voltage in bench.yaml"
            if by_bench
            else "lower the level, or use a source-measure unit, which reaches higher voltages",
        )

    def _check_amplitude(self, name: str, terminal: PulseTerminal, train: PulseTrain) -> None:
        share = self.share(terminal)
        smallest, largest = (bound * share for bound in self.amplitude)
        amplitude = abs(train.level - train.base)
        if not smallest * (1 - 1e-9) <= amplitude <= largest * (1 + 1e-9):
            raise PlanRefused(
                f"{name}: a pulse of {amplitude:g} V above its base; a {self.name} makes {smallest:g} to "
                f"{largest:g} V into this load",
                "change the level, or put an attenuator or amplifier behind the generator",
            )

    def _edge(self, train: PulseTrain) -> float:
        return train.edge or self.edge[0]

    def _shortest_width(self, edge: float) -> float:
        return max(self.width[0], self.edge_in_width * edge)

    def _shortest_period(self, train: PulseTrain) -> float:
        rest = max(self.rest, self.edge_in_rest * self._edge(train))
        return max(self.period[0], train.width + rest)

    def _check_times(self, name: str, train: PulseTrain) -> None:
        edge = self._edge(train)
        shortest = self._shortest_width(edge)
        if not self.edge[0] <= edge <= self.edge[1]:
            self._refuse(name, "an edge", edge, self.edge, "change the edge")
        if not shortest <= train.width <= self.width[1]:
            self._refuse(name, "a pulse", train.width, (shortest, self.width[1]), "change the width, or the edge")
        if train.count > 1 and train.period < self._shortest_period(train):
            bounds = (self._shortest_period(train), self.period[1])
            self._refuse(name, "a period", train.period, bounds, "lengthen the period, or shorten width and edge")
        if self.cycle(train) > self.period[1]:
            self._refuse(name, "a period", self.cycle(train), self.period, "shorten the period")

    def _refuse(self, name: str, what: str, asked: float, bounds: tuple[float, float], remedy: str) -> None:
        low, high = (format_quantity(bound * 1e-9, "s") for bound in bounds)
        raise PlanRefused(
            f"{name}: {what} of {format_quantity(asked * 1e-9, 's')}; a {self.name} makes {low} to {high} here", remedy
        )


def _whole(bounds: tuple[float, float]) -> tuple[Nanoseconds, Nanoseconds]:
    """Give bounds in whole nanoseconds that lie within them."""
    low, high = bounds
    return Nanoseconds(-int(-low // 1)), Nanoseconds(int(high))
