"""A channel of a pulse generator as a PulseSource, whatever the family.

The channel makes nothing but pulse bursts: a steady level is the level at which it rests between bursts, with the
pulses folded to the smallest amplitude and none triggered. So it never changes its waveform while the output is on,
which would put a moment of something else on the sample. A pulse below its base is an inverted pulse: the generator
then rests at its high level.
"""

from pymeasure.instruments import Instrument

from labkit.core import (
    NO_TIME,
    Clock,
    Connection,
    Identity,
    InstrumentError,
    Nanoseconds,
    OutputState,
    PlanRefused,
    PulseCapabilities,
    PulseTerminal,
    PulseTrain,
)
from labkit_drivers._link import Link, number
from labkit_drivers._pulse_commands import LevelChange, PulseCommands
from labkit_drivers._pulse_model import PulseModel
from labkit_drivers._safe import insist
from labkit_drivers._scpi_role import ScpiRole

TRIGGER_PORT = "EXT"
"""The trigger input, as it is written in bench.yaml."""

_INFINITE = 9.9e37
"""How SCPI writes infinity."""

_TRANSFER = Nanoseconds(1_000_000)
"""About what a transfer on the bus takes: how long after its nominal end a burst may still be going on."""


class PulseGeneratorChannel(ScpiRole):
    """One channel of a pulse generator that drives one terminal."""

    def __init__(
        self,
        connection: Connection,
        link: Link,
        wire: Instrument,
        commands: PulseCommands,
        model: PulseModel,
        terminal: PulseTerminal,
        clock: Clock,
    ) -> None:
        super().__init__(connection, link, wire, f"look the code up in the manual of the {model.name}")
        self._commands = commands
        self._model = model
        self._terminal = terminal
        self._clock = clock
        self._share = model.share(terminal)
        self._most = min(terminal.maximum_voltage, model.peak * self._share)
        self._smallest = model.amplitude[0] * self._share
        self._largest = model.amplitude[1] * self._share
        self._low, self._high = 0.0, self._smallest
        self._inverted = False
        self._train: PulseTrain | None = None
        self._pulses_until = self._busy_until = NO_TIME
        self.siblings: tuple[PulseGeneratorChannel, ...] = ()
        self._prepare()

    @property
    def capabilities(self) -> PulseCapabilities:
        """What the channel can deliver into the load that the bench states."""
        return self._model.describe(self._terminal)

    def identity(self) -> Identity:
        """Ask who it is, and the settings in force."""
        idn = check_model(self._connection, self._wire, self._model)
        settings = self._ask_all(self._commands.setting_queries)
        return Identity(self._connection.name, self._model.driver, self._connection.address, idn, settings)

    def _prepare(self) -> None:
        self._commands.prepare(self._model.load_setting(self._terminal))
        self._send(self._commands.levels([("HIGH", self._high), ("LOW", self._low)]))
        self._commands.limit_levels(self._most)
        self.check_errors()
        self._check_protection()

    def _send(self, message: str) -> None:
        self._wire.write(message)

    def _check_protection(self) -> None:
        """Compare load and limits in force with what the bench states; raises InstrumentError when they differ."""
        answer = self._ask(self._commands.protection_query)
        found = [number(part, self._connection, "load and limits") for part in answer.split(";")]
        wanted = [min(self._model.load_setting(self._terminal), _INFINITE), 1.0, self._most, -self._most]
        same = len(found) == len(wanted) and all(
            abs(is_set - asked) <= 1e-6 * abs(asked) + self._model.step
            for is_set, asked in zip(found, wanted, strict=True)
        )
        if not same:
            raise self._error(
                f"has load, limit state and limits {answer} where {wanted} were set",
                "switch the generator off and on, then run again; its output stayed off",
            )

    # Levels

    def enable_output(self) -> None:
        """Switch the output on at 0 V, after load and voltage limits were read back."""
        self._check_protection()
        self._rest_at(0.0)
        self._send(self._commands.switch(True))
        self.check_errors()

    def output_state(self) -> OutputState:
        """Ask for output, the level between pulses and the voltage limit; a generator does not tell when it limits."""
        on = self._ask_number(self._commands.output_query, "the output state") == 1
        level = self._ask_number(self._commands.rest_query(self._inverted), "the level at rest")
        limit = number(self._ask(self._commands.protection_query).split(";")[2], self._connection, "the voltage limit")
        return OutputState(on, level, limit)

    def set_level(self, level: float) -> None:
        """Put out a steady voltage (V at the device). Raises LimitExceeded."""
        self._model.check_level(self._connection.name, self._terminal, level)
        self._rest_at(self.delivered_level(level))

    def delivered_level(self, level: float) -> float:
        """Round a level (V at the device) to the grain of the generator's levels."""
        step = self._model.step * self._share
        return round(level / step) * step

    def _rest_at(self, level: float) -> None:
        """Rest at a level, pulses folded: the last message that a running burst gets."""
        stop = [] if self._train is None else [self._commands.stop()]
        self._forget_train()
        self._send(";".join([*self._folded(level, self._inverted), *stop]))

    def _forget_train(self) -> None:
        self._train = None
        self._pulses_until = self._busy_until = NO_TIME

    def _folded(self, level: float, inverted: bool) -> list[str]:
        """Give messages that fold the pulses to the smallest amplitude about a resting level.

        Which of the two levels rests is `inverted`, unless the other one would then lie beyond the limits.
        """
        if level + self._smallest > self._most:
            inverted = True
        elif level - self._smallest < -self._most:
            inverted = False
        low, high = (level - self._smallest, level) if inverted else (level, level + self._smallest)
        messages = self._levels(low, high)
        if inverted != self._inverted:
            messages.append(self._commands.polarity(inverted))
            self._inverted = inverted
        return messages

    def _levels(self, low: float, high: float) -> list[str]:
        """Give messages from the present levels to others, so that high never meets low nor the span its limit."""
        if max(high, self._high) - min(low, self._low) > self._largest * (1 + 1e-9):
            by_zero = (0.0, self._smallest)
            if (self._low, self._high) != by_zero and (low, high) != by_zero:
                return self._levels(*by_zero) + self._levels(low, high)
        changes: list[LevelChange] = [("HIGH", high), ("LOW", low)]
        if high < self._high:
            changes.reverse()
        self._low, self._high = low, high
        return [self._commands.levels(changes)]

    # Trains

    def load_train(self, train: PulseTrain) -> None:
        """Set up a train, the output at its base level.

        Raises PlanRefused for what the generator would adjust, LimitExceeded beyond the bench's limits.
        """
        self._model.check(self._connection.name, self._terminal, train)
        if train.external and self._connection.trigger_input != TRIGGER_PORT:
            raise PlanRefused(
                f"{self._connection.name}: no trigger line leads to its input {TRIGGER_PORT}",
                f'connect one, and write it into bench.yaml: {{from: "...", to: "{self._connection.name}:EXT"}}',
            )
        if train == self._train and self._clock.now() >= self._busy_until:
            if train.external:
                self._send(self._commands.stop())
            return
        self._forget_train()
        self._send(";".join(self._loading(train)))
        self.check_errors()
        self._train = train

    def _loading(self, train: PulseTrain) -> list[str]:
        base, level = self.delivered_level(train.base), self.delivered_level(train.level)
        inverted = level < base
        messages = [*self._folded(base, inverted), self._commands.stop()]
        self._inverted = inverted
        cycle = self._model.cycle(train) * 1e-9
        messages.append(
            self._commands.burst(inverted, cycle, train.width * 1e-9, train.edge * 1e-9, train.count),
        )
        return messages + self._levels(min(base, level), max(base, level))

    def start(self) -> None:
        """Begin the loaded train in one message, or wait for edges from now on.

        Returns when the generator really waits: an edge may come over a cable sooner than the message over the bus.
        """
        train = self._train
        if train is None:
            raise self._error("has no train to start", "load a train first")
        if train.external:
            self._send(self._commands.wait_for_edges())
            self.check_errors()
            return
        self._send(self._commands.start(self._shielded()))
        over = self._clock.now() + _TRANSFER
        cycle = self._model.cycle(train)
        self._busy_until = Nanoseconds(over + round(train.count * cycle))
        self._pulses_until = Nanoseconds(over + round((train.count - 1) * cycle) + train.width + 2 * train.edge)

    def _shielded(self) -> list[str]:
        """Give the other channels that the start must not reach; one that still makes pulses ignores it anyway."""
        if not self._commands.starts_all:
            return []
        for other in self.siblings:
            other.let_pulses_end()
        return [other.channel for other in self.siblings if other.waits_for_command()]

    def let_pulses_end(self) -> None:
        """Wait where it is uncertain whether the last pulse will be over when the next message arrives."""
        if self._pulses_until - 2 * _TRANSFER <= self._clock.now() < self._pulses_until:
            self._clock.sleep_until(self._pulses_until)

    @property
    def channel(self) -> str:
        """Which channel of the generator it is."""
        return self._terminal.channel

    def waits_for_command(self) -> bool:
        """Tell whether a start by command would reach it now: a train, or the folded pulses of a steady level."""
        waits_for_edges = self._train is not None and self._train.external
        return not waits_for_edges and self._clock.now() >= self._pulses_until

    def abort(self) -> None:
        """Stop a train, the output at its base level."""
        if self._train is None:
            return
        self._rest_at(self.delivered_level(self._train.base))

    # Safety

    def make_safe(self) -> None:
        """Bring the output to 0 V, switch it off, and confirm it."""
        insist(self._link, self._switch_off)

    def _switch_off(self) -> None:
        # Levels and polarity are written anew whatever they were thought to be: a message may have been lost.
        self._forget_train()
        folded = self._folded(0.0, self._inverted)
        self._send(";".join([*folded, self._commands.polarity(self._inverted), self._commands.stop()]))
        self._send(self._commands.switch(False))
        if self._ask_number(self._commands.output_query, "the output state") != 0:
            raise self._error("does not confirm that the output is off", "switch it off at the front panel")


def check_model(connection: Connection, wire: Instrument, model: PulseModel) -> str:
    """Ask who an instrument is; raises InstrumentError when it is another model."""
    idn = str(wire.ask("*IDN?")).strip()
    if f",{model.name}," not in idn:
        raise InstrumentError(
            f"{connection.name} ({connection.address}): is {idn!r}, not a {model.name}",
            "correct the driver or the address in bench.yaml",
        )
    return idn
