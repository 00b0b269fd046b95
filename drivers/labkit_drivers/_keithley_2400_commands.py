"""The 2400's dialect as a table of properties, on top of pymeasure's Keithley2400.

pymeasure's class is good; what it writes with six digits (`%g`), limits and levels, is written with nine here, and the
source list and its run are added.
"""

from collections.abc import Sequence

from pymeasure.adapters import VISAAdapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import Keithley2400 as Keithley2400Base

from labkit_drivers._keithley_2400_data import LIST_COMMAND_VALUES
from labkit_drivers._keithley_2400_list import SourceList
from labkit_drivers._keithley_2400_readings import ELEMENTS


class Keithley2400Commands(Keithley2400Base):
    """A 2400, or a 2450 in its dialect."""

    def __init__(self, adapter: VISAAdapter, name: str = "Keithley 2400") -> None:
        super().__init__(adapter, name)  # type: ignore[no-untyped-call] # pymeasure has no annotations here

    def reset_data_format(self) -> None:
        """Write nothing when the class is made: who is there is not known yet. `prepare` chooses the elements."""

    limit_current = Instrument.control(
        ":SENS:CURR:PROT?", ":SENS:CURR:PROT %.9g", """Control the compliance while voltage is sourced (A)."""
    )
    level = Instrument.control(":SOUR:VOLT?", ":SOUR:VOLT %.9g", """Control the source voltage (V).""")
    source_range = Instrument.control(":SOUR:VOLT:RANG?", ":SOUR:VOLT:RANG %.9g", """Control the source range (V).""")
    measure_range = Instrument.control(":SENS:CURR:RANG?", ":SENS:CURR:RANG %.9g", """Control the measure range (A).""")
    power_line_cycles = Instrument.control(
        ":SENS:CURR:NPLC?", ":SENS:CURR:NPLC %.9g", """Control the aperture (PLC)."""
    )
    output = Instrument.control(
        ":OUTP?",
        ":OUTP %d",
        """Control whether the output is on (bool).""",
        values={True: 1, False: 0},
        map_values=True,
    )

    def prepare(self) -> None:
        """Bring the instrument to a known state: voltage source, ammeter, two-wire, no autozero, no filter.

        An output that someone left on goes off before the reset may change the limit that it is under.
        """
        for command in (
            ":OUTP OFF",
            "*RST",
            "*CLS",
            f":FORM:ELEM {ELEMENTS}",
            ":SOUR:FUNC VOLT",
            ":SOUR:VOLT:MODE FIX",
            ":SOUR:SWE:RANG FIX",
            ":SOUR:CLE:AUTO OFF",
            ":SOUR:DEL 0",
            ":SENS:FUNC:CONC OFF",
            ":SENS:FUNC 'CURR'",
            ":SENS:CURR:RANG:AUTO OFF",
            ":SENS:AVER OFF",
            ":SYST:RSEN OFF",
            ":SYST:AZER OFF",
            ":OUTP:SMOD NORM",
        ):
            self.write(command)

    def set_single(self) -> None:
        """Let the next trigger make one reading at the fixed level."""
        self.write(":SENS:FUNC 'CURR';:SOUR:VOLT:MODE FIX;:SOUR:DEL 0;:ARM:COUN 1;:TRIG:COUN 1;:ARM:SOUR IMM")

    def write_list(self, levels: Sequence[float]) -> None:
        """Write source levels (V) into the list, output unchanged."""
        for first in range(0, len(levels), LIST_COMMAND_VALUES):
            part = ",".join(f"{level:.9g}" for level in levels[first : first + LIST_COMMAND_VALUES])
            self.write(f":SOUR:LIST:VOLT{':APP' if first else ''} {part}")

    def set_pace(self, program: SourceList) -> None:
        """Let the arm timer pace as many points as the list has."""
        self.write(f":TRIG:COUN 1;:ARM:COUN {len(program.levels)};:ARM:SOUR TIM;:ARM:TIM {program.tick / 1e9:.9g}")
        self.write(f":SOUR:DEL {program.delay / 1e9:.9g}")

    def start_list(self, listed: bool) -> None:
        """Begin in one message, time stamps from now on; without a list the present level stays."""
        mode = "LIST" if listed else "FIX"
        self.write(f":SOUR:VOLT:MODE {mode};:SYST:TIME:RES;:INIT")

    def settle_at(self, level: float) -> None:
        """Stay at a level (V) after a list: whatever the source falls back to in fixed mode, it is that level."""
        self.write(f":SOUR:VOLT {level:.9g};:SOUR:VOLT:MODE FIX")
