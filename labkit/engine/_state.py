"""What a run knows while it goes on: the bench, the recorder, the nominal clock, the latest reads and baselines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from labkit.core import (
    FloatArray,
    InstrumentError,
    Kind,
    LightSource,
    LightTrain,
    Nanoseconds,
    Progress,
    PulseSource,
    PulseTrain,
    SourceMeter,
    SourceMeterSetting,
    TemperatureStage,
    format_quantity,
    nanoseconds,
)
from labkit.engine._plan import Estimates
from labkit.engine._recorder import Recorder, Row
from labkit.engine._session import BenchSession
from labkit.engine._tracks import Context

Operator = Callable[[str, str], None]
"""Puts a mask in its place when asked: the mask's name, and what to do in words. Raises LabkitError if it cannot."""

PATIENCE = nanoseconds(10.0)
"""How much longer than planned a sequence may take before it counts as stuck."""

NOTING_PERIOD = nanoseconds(10.0)
"""How old the latest reading of a temperature may become while blocks run that are not about it."""

NOTICED_LATENESS = nanoseconds(0.1)
"""From here on the user is told that the computer is too busy to keep the time."""

_POLL = nanoseconds(0.002)


@dataclass(slots=True)
class Baseline:
    """The current that a relaxation returns to: mean (A), noise of a reading (A), readings."""

    mean: float
    noise: float
    count: int


def baseline_of(current: FloatArray) -> Baseline:
    """Take a baseline from readings (A); its noise is that of differences, which no slow drift inflates."""
    valid = current[np.isfinite(current)]
    noise = float(np.std(np.diff(valid)) / np.sqrt(2)) if len(valid) > 2 else 0.0
    return Baseline(float(np.mean(valid)) if len(valid) else float("nan"), noise, len(valid))


@dataclass(slots=True)
class RunState:
    """Shared by all executors of one run.

    `due` is when, on the bench's clock, the next thing should begin if nothing were late; `demanded` (ns) adds up the
    time that the protocol itself asks for; `relaxed_beyond` (s) is what `relaxed` relaxations took beyond their least.
    `spans` (V) are from base to level of the train that each generator holds. `operator` puts masks in their places,
    `mask` is the one that is there.
    """

    session: BenchSession
    recorder: Recorder
    estimates: Estimates
    due: int = 0
    demanded: int = 0
    context: Context = field(default_factory=dict)
    settings: dict[str, SourceMeterSetting] = field(default_factory=dict)
    baselines: dict[str, Baseline] = field(default_factory=dict)
    relaxed: int = 0
    relaxed_beyond: float = 0.0
    latest_reads: dict[tuple[str, str], float] = field(default_factory=dict)
    spans: dict[str, float] = field(default_factory=dict)
    operator: Operator | None = None
    mask: str = ""
    stages: Mapping[str, TemperatureStage] = field(default_factory=dict)
    """The stages that the program uses."""
    setpoints: dict[str, float] = field(default_factory=dict)
    """Their setpoints (K) so far."""
    overslept: int = 0
    """By how much (ns) the latest end of a wait by the computer's clock came too late."""
    noted: int = -(1 << 62)
    """When their temperatures were last read, on the bench's clock."""

    def source_meter(self, terminal: str) -> SourceMeter:
        """Give the channel of an electrical terminal."""
        return self.session.source_meters[terminal]

    def light(self, terminal: str) -> LightSource:
        """Give the channel of an optical terminal."""
        return self.session.lights[terminal]

    def train_source(self, terminal: str) -> LightSource | PulseSource:
        """Give the light or the generator of a terminal."""
        light = self.session.lights.get(terminal)
        return self.session.pulse_sources[terminal] if light is None else light

    def load_train(self, terminal: str, train: LightTrain | PulseTrain) -> None:
        """Load a light or a generator with a train."""
        if isinstance(train, LightTrain):
            self.session.lights[terminal].load_train(train)
        else:
            self.session.pulse_sources[terminal].load_train(train)
            self.spans[terminal] = abs(train.level - train.base)

    def rest_generator(self, terminal: str, level: float) -> None:
        """Put a generator to a steady level (V), without a train."""
        self.session.pulse_sources[terminal].set_level(level)
        self.spans.pop(terminal, None)

    def series_offset(self, terminal: str) -> float:
        """Give the error limit (V) of the generator that rests in series with a channel on the low side, 0 without.

        Between the pulses of a train it rests at the far end of its amplitude: errors in proportion to it stay there.
        """
        found = self.session.bench.electrical().get(terminal)
        source = self.session.pulse_sources.get(found.pulses) if found is not None else None
        if found is None or source is None:
            return 0.0
        able = source.capabilities
        return able.offset + able.gain * self.spans.get(found.pulses, 0.0)

    def delivered(self, terminal: str, level: float) -> float:
        """Give what a level of a light (W/m^2) or a generator (V) comes to after the instrument's rounding."""
        light = self.session.lights.get(terminal)
        if light is not None:
            return light.delivered_irradiance(level)
        return self.session.pulse_sources[terminal].delivered_level(level)

    def now(self) -> Nanoseconds:
        """Give the present instant of the bench's clock."""
        return self.session.clock.now()

    def configure(self, terminal: str, setting: SourceMeterSetting) -> None:
        """Bring a channel to a setting, unless it has it."""
        if self.settings.get(terminal) != setting:
            self.source_meter(terminal).configure(setting)
            self.settings[terminal] = setting

    def note_temperatures(self) -> None:
        """Read the temperature of each stage of the program, when the latest reading is old: a row of the timeline."""
        if not self.stages or self.now() - self.noted < NOTING_PERIOD:
            return
        rows = []
        for name, stage in self.stages.items():
            at = self.recorder.seconds(self.now())
            setpoint = self.setpoints.get(name, float("nan"))
            head = (Kind.TEMPERATURE, "", name, at, at, at, at, 1e-3, setpoint, stage.temperature())
            rows.append(Row(*head, -1, 0, self.context))
        self.noted = self.now()
        self.recorder.rows(rows)

    def sleep_until(self, deadline: int, label: str) -> None:
        """Sleep by the bench's clock, telling the progress now and then."""
        start = self.now()
        slices = int(min(100, max(1, (deadline - start) // 500_000_000)))
        for k in range(1, slices + 1):
            self.sleep(start + (deadline - start) * k // slices)
            self.note_temperatures()
            if slices > 1:
                self.progress(label, (self.now() - start) / 1e9)

    def await_end(self, terminal: str, expected: int) -> None:
        """Ask a channel whether its sequence has ended, from `expected` (ns) on, for at most PATIENCE.

        Raises InstrumentError when it goes on for longer.
        """
        channel = self.source_meter(terminal)
        asked = self.now()
        while not channel.finished():
            # It is the question that may not come too late, not the answer: a computer that is busy takes its time.
            if asked > expected + PATIENCE:
                channel.abort()
                raise InstrumentError(
                    f"{terminal}: the sequence did not end within {PATIENCE / 1e9:g} s of its time",
                    "look at the instrument's display and error queue, then run again",
                )
            self.sleep(self.now() + _POLL)
            asked = self.now()

    def sleep(self, deadline: int) -> None:
        """Sleep by the bench's clock, without a word to the user; takes note of how late that ends."""
        begun = self.now()
        self.session.clock.sleep_until(Nanoseconds(deadline))
        self.overslept = max(self.overslept, self.now() - max(deadline, begun))

    def warn_of_lateness(self) -> None:
        """Tell when the computer was so busy that waits by its clock ended late."""
        if self.overslept > NOTICED_LATENESS:
            late = format_quantity(self.overslept / 1e9, "s", 2)
            self.recorder.warn(
                self.now(),
                f"the computer was busy: waits by its clock ended up to {late} late on the bench's clock; the timeline "
                "has the times as delivered",
                "give the computer less to do, or let a virtual bench go at a slower pace",
            )

    def progress(self, label: str, ahead: float = 0.0) -> None:
        """Tell how far the run is; `ahead` (s) is what the present block has done already.

        The relaxations to come are expected to take as long as those that were.
        """
        each = self.relaxed_beyond / self.relaxed if self.relaxed else 0.0
        total = self.estimates.duration + each * self.estimates.relaxations
        self.recorder.tell(Progress(min(self.demanded / 1e9 + ahead, total), total, label))
