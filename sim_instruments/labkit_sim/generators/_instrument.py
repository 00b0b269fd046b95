"""What the waveform generators share: two channels, their connectors, and the way they tell what they adjusted."""

from collections.abc import Callable
from math import inf
from typing import ClassVar

from labkit.core import Nanoseconds
from labkit_sim._errors import ErrorEntry, ScpiError
from labkit_sim._instrument import ScpiInstrument
from labkit_sim._process import Line, Process, Until
from labkit_sim._scpi_data import Call, matches, parse_number
from labkit_sim._station import Station
from labkit_sim.generators._channel import GeneratorChannel
from labkit_sim.generators._levels import Told, clipped
from labkit_sim.generators._specs import LOGIC_LEVEL, TRIGGER_OUT_WIDTH, TTL_HIGH, TTL_LOW, GeneratorSpec


def real(value: float) -> str:
    """Write a number in the format NR3."""
    return "+9.9E+37" if value >= 9.9e37 else f"{value:+.14E}"


class WaveformGenerator(ScpiInstrument):
    """A generator with two channels, a trigger input EXT, a sync output SYNC and a trigger output TRIG OUT."""

    SPEC: ClassVar[GeneratorSpec]
    DC_ENDS_BURSTS: ClassVar[bool] = True
    """Whether choosing DC switches bursts off."""

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        errors = station.accuracy()
        self.channels = {number: GeneratorChannel(station, str(number), self.SPEC, errors) for number in (1, 2)}
        self.kept: dict[tuple[str, str], str] = {}
        self.sync = station.line("SYNC")
        self.trigger_in = station.line("EXT")
        self._input_high = self.trigger_in.level >= TTL_HIGH
        self.trigger_in.changed.listeners.append(self._input_changed)
        for number, channel in self.channels.items():
            channel.burst_began.listeners.append(self._burst_listener(number))
        self.power_on()
        for number, channel in self.channels.items():
            channel.sync_changed = self._sync_listener(number)
            channel.sync_used = self._sync_is_used

    def identity(self) -> str:
        """Give the answer to `*IDN?`."""
        return f"Agilent Technologies,{self.SPEC.model},{self.station.serial},{self.SPEC.firmware}"

    def power_on(self) -> None:
        """Take the settings of `*RST`."""

    def reset(self) -> None:
        """Take the settings of `*RST`."""
        self.kept.clear()
        self.power_on()

    def format_error(self, entry: ErrorEntry | None) -> str:
        """Write an entry of the error queue with its sign, `+0,"No error"` when there is none."""
        return f'{entry.code:+d},"{entry.message}"' if entry else '+0,"No error"'

    def channel(self, call: Call) -> GeneratorChannel:
        """Give the channel that the suffix of a header names; raises -114 for one that is not there."""
        number = call.suffixes[0] if call.suffixes else 1
        if number not in self.channels:
            raise ScpiError(-114)
        return self.channels[number]

    def tell(self, told: Told) -> None:
        """Put into the error queue what was adjusted."""
        for code, text in told:
            self.error(code, text)

    def in_range(self, call: Call, index: int, unit: str, low: float, high: float, default: float) -> float:
        """Read a number; one beyond its range is clipped, and -222 told."""
        try:
            return call.number(index, unit, low, high, default)
        except ScpiError as error:
            if error.code != -222:
                raise
        told: Told = []
        value = clipped(parse_number(call.text(index), unit), low, high, told)
        self.tell(told)
        return value

    @staticmethod
    def load_of(call: Call, bounds: tuple[float, float]) -> float:
        """Read a load (ohm): a number, MIN, MAX, DEF, or INFinity."""
        text = call.text(0)
        if text[0].isalpha() and matches("INFinity", text):
            return inf
        if text[0].isalpha():
            return call.number(0, "OHM", *bounds, 50.0)
        value = parse_number(text, "OHM")
        return inf if value >= 9.9e37 else value

    # Connectors

    def _input_changed(self) -> None:
        level = self.trigger_in.level
        high = level >= TTL_HIGH or (self._input_high and level > TTL_LOW)
        if high == self._input_high:
            return
        self._input_high = high
        for channel in self.channels.values():
            if channel.source == "EXT" and channel.slope in ("EITH", "POS" if high else "NEG"):
                self._begin(channel.trigger(), channel)
            self.follow_gate(channel)

    def follow_gate(self, channel: GeneratorChannel) -> None:
        """Let the trigger input gate a channel whose bursts are gated."""
        if channel.gated and channel.source != "BUS":
            channel.gate(self._input_high != channel.gate_inverted)

    def _begin(self, process: Process | None, channel: GeneratorChannel, operation: bool = False) -> bool:
        if process is None:
            return False
        run = self.begin_operation(process) if operation else self.world.spawn(process)
        channel.follow(run)
        return True

    def trigger_by_command(self, channel: GeneratorChannel) -> bool:
        """Start a burst by a command, which `*OPC?` then waits for; tells whether one was waiting."""
        endless = channel.count is None
        return self._begin(channel.trigger(), channel, operation=not endless)

    def trigger(self) -> None:
        """Act on `*TRG`: every channel that waits for the bus starts; -211 when none does."""
        started = [self.trigger_by_command(found) for found in self.channels.values() if found.source == "BUS"]
        if not any(started):
            self.error(-211)

    def trigger_out(self, number: int) -> Line | None:
        """Give the connector that marks the bursts of a channel, or None while it is off."""
        return None

    def _sync_listener(self, number: int) -> Callable[[bool], None]:
        """Give what puts the pulses of a channel on the sync output: here those of channel 1."""

        def changed(high: bool) -> None:
            if number == 1:
                self.sync.set_level(LOGIC_LEVEL if high else 0.0)

        return changed

    def _sync_is_used(self) -> bool:
        """Tell whether anything is on the sync output: without, a free-running waveform does not mark its cycles."""
        return "SYNC" in self.station.lines or bool(self.sync.changed.listeners)

    trigger_out_inverted = False

    def _burst_listener(self, number: int) -> Callable[[], None]:
        def began() -> None:
            line = self.trigger_out(number)
            if line is not None:
                self.world.spawn(self._mark(line))

        return began

    def _mark(self, line: Line) -> Process:
        inverted = self.trigger_out_inverted
        line.set_level(0.0 if inverted else LOGIC_LEVEL)
        yield Until(Nanoseconds(self.world.now + TRIGGER_OUT_WIDTH))
        line.set_level(LOGIC_LEVEL if inverted else 0.0)

    # Settings

    def select(self, channel: GeneratorChannel, function: str) -> None:
        """Choose a function, and tell what it does not allow."""
        if function == channel.function:
            return
        channel.function = function
        if function == "DC" and channel.bursting and self.DC_ENDS_BURSTS:
            channel.bursting = False
            self.error(-221, "Settings conflict; not able to burst dc, burst turned off")
        self.tell(channel.levels.enter(function))
        self.tell(channel.timing.enter(function))
        channel.restart()
