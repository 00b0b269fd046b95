"""A sequence in the memory of a 2600B: written, started, asked for its end, read back."""

from dataclasses import dataclass

from labkit.core import Nanoseconds, PlanRefused, Samples, Sequence, no_samples
from labkit_drivers._keithley_2600_layout import one_channel_at_a_time, steps_of
from labkit_drivers._keithley_2600_mainframe import Mainframe
from labkit_drivers._keithley_2600_readings import COLUMNS, is_plausible, to_samples
from labkit_drivers._keithley_2600_script import Script, Way, compile_sequence
from labkit_drivers._tsp_role import TspRole

MANUAL = "look the code up in reference manual 2600BS-901-01, section 'Error summary list'"
_SECONDS_A_READING = 1e-4
"""Time allowed for the transfer of one reading: 24 bytes over the slowest usual link (GPIB)."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a channel has of the instrument's trigger system, so that both channels may run at a time.

    Four of the eight trigger timers from `first_timer` on, one of the two trigger generators; `bit` in the condition
    registers of status.operation.
    """

    first_timer: int
    generator: int
    bit: int


_PLACES = {"a": _Place(1, 1, 2), "b": _Place(5, 2, 4)}


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A script in the instrument, and when after the first edge its first reading begins (s)."""

    script: Script
    lead: float


class SequenceMemory(TspRole):
    """The sequence of one channel, `a` or `b`."""

    def __init__(self, mainframe: Mainframe, letter: str) -> None:
        super().__init__(mainframe.connection, mainframe.link, mainframe.commands, MANUAL)
        self._mainframe = mainframe
        self._letter = letter
        self._smu = f"smu{letter}"
        self._place = _PLACES[letter]
        self._loaded: _Loaded | None = None
        self._capacity = int(self._ask_number(f"print({self._smu}.nvbuffer1.capacity)", "the size of a buffer"))

    def load(self, sequence: Sequence, aperture: Nanoseconds, present_level: float) -> None:
        """Write a sequence for readings of an aperture (ns), to be run from the level (V) that is programmed now.

        One that is there already is only set to its beginning. Raises PlanRefused when it does not fit, also beside
        what the other channel has loaded.
        """
        self._check_triggers(sequence)
        script = compile_sequence(sequence, aperture, present_level)
        if len(script.kept) > self._capacity:
            raise PlanRefused(
                f"{len(script.kept)} readings exceed the buffer of {self._capacity}", "make the block shorter"
            )
        self._take_turn(script.way)
        loaded, self._loaded = self._loaded, None
        if loaded is not None and loaded.script.written_as(script):
            if script.way is not Way.SCRIPT:
                self._wire.write(self._set_up(script))
            self._loaded = _Loaded(script, loaded.lead)
        else:
            self._loaded = _Loaded(script, self._write(script))

    def _check_triggers(self, sequence: Sequence) -> None:
        if not self._mainframe.trigger_line and any(step.trigger for step in steps_of(sequence)):
            raise PlanRefused(
                f"{self._connection.name}: a step asks for a trigger pulse, but no line leaves the instrument",
                'state `trigger_lines` in bench.yaml, from "instrument:line" with a digital line from 1 to 14',
            )

    def _take_turn(self, way: Way) -> None:
        others = {letter: other for letter, other in self._mainframe.loaded.items() if letter != self._letter}
        if Way.SCRIPT in others.values() or (others and way is Way.SCRIPT):
            raise one_channel_at_a_time()
        self._mainframe.loaded[self._letter] = way

    def _write(self, script: Script) -> float:
        """Send a script; gives the time from the first edge to the first reading (s)."""
        name = self._name
        make = {Way.TRIGGER_MODEL: "labkit.lay", Way.RECORDING: "labkit.marks", Way.SCRIPT: ""}[script.way]
        body = f"{name}={make}(function(step)", *script.lines, "end)"
        self._mainframe.commands.run((f"{name}=nil", *body, self._set_up(script)))
        laid, planned = f"{name} and {name}.n or 0", float(len(script.kept))
        if script.way is not Way.TRIGGER_MODEL:
            laid, planned = f"{name} and 1 or 0", 1.0
        found = self._ask_number(f"print({laid})", "what the script has laid out")
        self.check_errors()
        if found != planned:
            raise self._error("has not taken its script", "run again; look at the error queue")
        if script.way is Way.TRIGGER_MODEL:
            return self._ask_number(f"print({name}.delay[1])", "the delay of the first reading")
        return script.lead / 1e9

    @property
    def _name(self) -> str:
        return f"labkit.{self._letter}"

    @property
    def _generator(self) -> str:
        return f"trigger.generator[{self._place.generator}]"

    def _set_up(self, script: Script) -> str:
        """Give the chunk that brings the trigger system to the beginning of a script."""
        first, line = self._place.first_timer, self._mainframe.trigger_line
        if script.way is Way.TRIGGER_MODEL:
            returns = "true" if script.returns else "false"
            return f"labkit.arm({self._smu},{self._name},{first},{line},{returns})"
        if script.way is Way.RECORDING:
            return f"labkit.ready({self._name},{first},{line},{self._generator})"
        return ""

    def start(self) -> float:
        """Clear the buffer and start, in one message, so that the instant is known; gives the last level (V)."""
        script = self._in_memory().script
        self._wire.write(f"{self._smu}.nvbuffer1.clear() {self._go(script)}")
        return script.final_level

    def _go(self, script: Script) -> str:
        if script.way is Way.TRIGGER_MODEL:
            return f"{self._smu}.trigger.initiate()"
        if script.way is Way.RECORDING:
            interval = script.interval / 1e9
            return f"labkit.record({self._smu},{len(script.kept)},{interval:.9g},{self._generator})"
        return f"labkit.play({self._smu},{self._name},{self._mainframe.trigger_line})"

    def _in_memory(self) -> _Loaded:
        if self._loaded is None:
            raise self._error("has no sequence loaded", "call load first")
        return self._loaded

    def finished(self) -> bool:
        """Tell whether all readings are there; a sequence that stopped short of them is an error.

        While a script keeps the time, the answer comes when the script is over.
        """
        script = self._in_memory().script
        planned = len(script.kept)
        activity = "measuring" if script.way is Way.RECORDING else "sweeping"
        chunk = f"print({self._smu}.nvbuffer1.n,status.operation.{activity}.condition)"
        count, active = self._ask_numbers(chunk, 2, "the number of readings")
        if count == planned:
            return True
        if int(active) & self._place.bit:
            return False
        self.check_errors()
        raise self._error(f"stopped after {count:.0f} readings of {planned}", "run again; look at the error queue")

    def fetch(self) -> Samples:
        """Read the buffer back in one block; time counts from the first edge of the sequence.

        `voltage` is the programmed source value: in compliance the device has less.
        """
        loaded = self._in_memory()
        script, count = loaded.script, len(loaded.script.kept)
        self._mainframe.loaded.pop(self._letter, None)
        # A sweep leaves the programmed level as it was before; from now on it is the one that the sweep ended with.
        settle = f"{self._smu}.source.levelv={script.final_level:.9g} {self._smu}.measure.count=1"
        if not count:
            self._wire.write(settle)
            return no_samples()
        columns = ",".join(f"{self._smu}.nvbuffer1.{name}" for name in COLUMNS)
        self._link.wait_at_most(self._connection.timeout + count * _SECONDS_A_READING)
        self._wire.write(
            f"{settle} format.data=format.REAL64 printbuffer(1,{count},{columns}) format.data=format.ASCII"
        )
        table = self._link.read_block(count * len(COLUMNS)).reshape(count, len(COLUMNS))
        self._link.wait_at_most(self._connection.timeout)
        if not is_plausible(table):
            raise self._error("sent a garbled block of readings", "check the cable, then run again")
        return to_samples(table, script.kept, script.levels, loaded.lead)

    def abort(self) -> None:
        """Stop, whoever keeps the time; the other channel goes on."""
        if self._loaded is not None and self._loaded.script.way is Way.SCRIPT:
            self._wire.write("abort")
        self._wire.write(self._stop_chunk())
        self.forget()

    def _stop_chunk(self) -> str:
        first = self._place.first_timer
        return (
            f"{self._smu}.abort() {self._smu}.measure.count=1 for k={first},{first + 3} do trigger.timer[k].reset() end"
        )

    def stop(self) -> None:
        """Stop whatever runs in the instrument, a script of any origin too; returns when it has."""
        self._wire.write("abort")
        self._wire.write(self._stop_chunk())
        self.synchronize()
        self.forget()

    def forget(self) -> None:
        """Take nothing for loaded."""
        self._loaded = None
        self._mainframe.loaded.pop(self._letter, None)
