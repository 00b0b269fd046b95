"""A sequence in the memory of a 2600B: written, started, asked for its end, read back."""

from dataclasses import dataclass

from labkit.core import (
    Nanoseconds,
    PlanRefused,
    Samples,
    Sequence,
    SourceMeterCapabilities,
    no_samples,
    sequence_samples,
)
from labkit_drivers._keithley_2600_data import BUFFER
from labkit_drivers._keithley_2600_mainframe import Mainframe
from labkit_drivers._keithley_2600_readings import COLUMNS, is_plausible, to_samples
from labkit_drivers._keithley_2600_script import Script, Way, compile_sequence, final_level, goes_back, steps_of
from labkit_drivers._tsp_role import TspRole

MANUAL = "look the code up in reference manual 2600BS-901-01, section 'Error summary list'"
_SECONDS_A_READING = 1e-4
"""Time allowed for the transfer of one reading: 32 bytes over the slowest usual link (GPIB)."""
_SWEEPING = {"a": 2, "b": 4}
"""Bits of status.operation.sweeping.condition."""
_FIRST_TIMER = {"a": 1, "b": 5}
"""Four of the eight trigger timers for each channel, so that both may run at a time."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    sequence: Sequence
    aperture: Nanoseconds
    returns: bool
    script: Script
    final_level: float
    lead: float


class SequenceMemory(TspRole):
    """The sequence of one channel, `a` or `b`."""

    def __init__(self, mainframe: Mainframe, letter: str, able: SourceMeterCapabilities) -> None:
        super().__init__(mainframe.connection, mainframe.link, mainframe.commands, MANUAL)
        self._mainframe = mainframe
        self._letter = letter
        self._smu = f"smu{letter}"
        self._able = able
        self._loaded: _Loaded | None = None

    def load(self, sequence: Sequence, aperture: Nanoseconds, present_level: float) -> None:
        """Write a sequence for readings of an aperture (ns), to be run from the level (V) that is programmed now.

        One that is there already is only set to its beginning. Raises PlanRefused when it does not fit, also beside
        what the other channel has loaded.
        """
        asked, loaded = (sequence, aperture, goes_back(sequence, aperture, present_level)), self._loaded
        if loaded is not None and (loaded.sequence, loaded.aperture, loaded.returns) == asked:
            self._take_turn(loaded.script.way)
            if loaded.script.way is Way.TRIGGER_MODEL:
                self._wire.write(self._arm(loaded.script))
            return
        self._loaded = None
        self._check(sequence)
        script = compile_sequence(*asked)
        self._take_turn(script.way)
        self._loaded = _Loaded(*asked, script, final_level(sequence), self._write(script))

    def _check(self, sequence: Sequence) -> None:
        readings = sequence_samples(sequence)
        if readings > BUFFER:
            raise PlanRefused(f"{readings} readings exceed the buffer of {BUFFER}", "make the block shorter")
        if not self._mainframe.trigger_line and any(step.trigger for step in steps_of(sequence)):
            raise PlanRefused(
                f"{self._connection.name}: a step asks for a trigger pulse, but no line leaves the instrument",
                'state `trigger_lines` in bench.yaml, from "instrument:line" with a digital line from 1 to 14',
            )

    def _take_turn(self, way: Way) -> None:
        others = {letter: other for letter, other in self._mainframe.loaded.items() if letter != self._letter}
        if Way.SCRIPT in others.values() or (others and way is Way.SCRIPT):
            raise PlanRefused(
                f"{self._connection.name}: both channels have a sequence, and one of them needs the script",
                "make steps without a reading longer than one reading, take fewer readings, or use a second instrument",
            )
        self._mainframe.loaded[self._letter] = way

    def _write(self, script: Script) -> float:
        """Send a script; gives the time from the first edge to the first reading (s)."""
        name = f"labkit.{self._letter}"
        run = self._mainframe.commands.run
        if script.way is Way.SCRIPT:
            run((f"{name}=nil", f"{name}=function(step)", *script.lines, "end"))
            self._confirm(f"print({name} and 1 or 0)", 1.0)
            return script.lead / 1e9
        run((f"{name}=nil", f"{name}=labkit.lay(function(step)", *script.lines, "end)", self._arm(script)))
        self._confirm(f"print({name} and {name}.n or 0)", float(len(script.kept)))
        return self._ask_number(f"print({name}.delay[1])", "the delay of the first reading")

    def _confirm(self, chunk: str, expected: float) -> None:
        found = self._ask_number(chunk, "what the script has laid out")
        self.check_errors()
        if found != expected:
            raise self._error(f"laid out {found:g} readings of {expected:g}", "run again; look at the error queue")

    def _arm(self, script: Script) -> str:
        first, returns = _FIRST_TIMER[self._letter], "true" if script.returns else "false"
        return f"labkit.arm({self._smu},labkit.{self._letter},{first},{self._mainframe.trigger_line},{returns})"

    def start(self) -> float:
        """Clear the buffer and start, in one message, so that the instant is known; gives the last level (V)."""
        loaded = self._in_memory()
        run = f"{self._smu}.trigger.initiate()"
        if loaded.script.way is Way.SCRIPT:
            run = f"labkit.play({self._smu},labkit.{self._letter},{self._mainframe.trigger_line})"
        self._wire.write(f"{self._smu}.nvbuffer1.clear() {run}")
        return loaded.final_level

    def _in_memory(self) -> _Loaded:
        if self._loaded is None:
            raise self._error("has no sequence loaded", "call load first")
        return self._loaded

    def finished(self) -> bool:
        """Tell whether all readings are there; a sequence that stopped short of them is an error.

        While a script keeps the time, the answer comes when the script is over.
        """
        planned = len(self._in_memory().script.kept)
        chunk = f"print({self._smu}.nvbuffer1.n,status.operation.sweeping.condition)"
        count, sweeping = self._ask_numbers(chunk, 2, "the number of readings")
        if count == planned:
            return True
        if int(sweeping) & _SWEEPING[self._letter]:
            return False
        self.check_errors()
        raise self._error(f"stopped after {count:.0f} readings of {planned}", "run again; look at the error queue")

    def fetch(self) -> Samples:
        """Read the buffer back in one block; time counts from the first edge of the sequence.

        `voltage` is the programmed source value: in compliance the device has less.
        """
        loaded = self._in_memory()
        self._mainframe.loaded.pop(self._letter, None)
        count = len(loaded.script.kept)
        # A sweep leaves the programmed level as it was before; from now on it is the one that the sweep ended with.
        settle = f"{self._smu}.source.levelv={loaded.final_level:.9g}"
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
        if not is_plausible(table, self._able):
            raise self._error("sent a garbled block of readings", "check the cable, then run again")
        return to_samples(table, loaded.script.kept, loaded.lead)

    def abort(self) -> None:
        """Stop, whoever keeps the time; the other channel goes on."""
        if self._loaded is not None and self._loaded.script.way is Way.SCRIPT:
            self._wire.write("abort")
        self._wire.write(self._stop_chunk())
        self.forget()

    def _stop_chunk(self) -> str:
        first = _FIRST_TIMER[self._letter]
        return f"{self._smu}.abort() for k={first},{first + 3} do trigger.timer[k].reset() end"

    def stop(self) -> None:
        """Stop whatever runs in the instrument, a script of any origin too; returns when it has."""
        self._wire.write("abort")
        self._ask_number(f"{self._stop_chunk()} print(1)", "that it stopped")
        self.forget()

    def forget(self) -> None:
        """Take nothing for loaded."""
        self._loaded = None
        self._mainframe.loaded.pop(self._letter, None)
