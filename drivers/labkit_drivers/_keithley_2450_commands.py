"""The 2450's native SCPI as a table of properties, on top of pymeasure's Keithley2450.

pymeasure's class has the spot measurements; what it lacks for pulse protocols (trip flag, trigger model, configuration
list, time-stamped buffer in binary) is added here. Its `config_buffer` is not used: it sends `:TRAC:FEED`, which the
native language does not have.
"""

from pymeasure.adapters import VISAAdapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import Keithley2450 as Keithley2450Base

SOURCE_LIST = "VoltCustomSweepList"
"""The configuration list that `:SOUR:LIST:VOLT` makes (reference manual 2450-901-01, section 6). Making it leaves the
output as it is, unlike storing active settings one by one, which would put each level on the sample."""

BINARY_ELEMENTS = ("REL", "SOUR", "READ")
"""All that a binary answer may hold; others are refused with 1133 (reference manual, :TRACe:DATA?)."""

SOURCE_STATUS_LIMIT = 32
"""Bit of SOURSTAT: the source was limited (bufferVar.sourcestatuses, STAT_LIMIT)."""


class Keithley2450Commands(Keithley2450Base):
    """A 2450 in its native SCPI."""

    def __init__(self, adapter: VISAAdapter, name: str = "Keithley 2450") -> None:
        super().__init__(adapter, name)  # type: ignore[no-untyped-call] # pymeasure has no annotations here

    limit_current = Instrument.control(
        ":SOUR:VOLT:ILIM?", ":SOUR:VOLT:ILIM %.9g", """Control the current limit while voltage is sourced (A)."""
    )
    level = Instrument.control(":SOUR:VOLT?", ":SOUR:VOLT %.9g", """Control the source voltage (V).""")
    output = Instrument.control(
        ":OUTP?",
        ":OUTP %d",
        """Control whether the output is on (bool).""",
        values={True: 1, False: 0},
        map_values=True,
    )
    source_range = Instrument.control(":SOUR:VOLT:RANG?", ":SOUR:VOLT:RANG %.9g", """Control the source range (V).""")
    measure_range = Instrument.control(":SENS:CURR:RANG?", ":SENS:CURR:RANG %.9g", """Control the measure range (A).""")
    power_line_cycles = Instrument.control(
        ":SENS:CURR:NPLC?", ":SENS:CURR:NPLC %.9g", """Control the aperture (PLC)."""
    )

    def prepare(self) -> None:
        """Bring the instrument to a known state: voltage source, ammeter, two-wire, no autozero, no filter.

        An output that someone left on goes off before the reset may change the limit that it is under.
        """
        for command in (
            ":OUTP OFF",
            "*RST",
            "*CLS",
            ":FORM ASC",
            ":FORM:ASC:PREC 16",
            ":FORM:BORD SWAP",
            ":SOUR:FUNC VOLT",
            ":SOUR:VOLT:READ:BACK OFF",
            ":SOUR:VOLT:DEL:AUTO OFF",
            ":SOUR:VOLT:DEL 0",
            ':SENS:FUNC "CURR"',
            ":SENS:CURR:RANG:AUTO OFF",
            ":SENS:CURR:AZER OFF",
            ":SENS:CURR:AVER OFF",
            ":OUTP:VOLT:SMOD NORM",
        ):
            self.write(command)

    def tie_trigger_output(self, line: str, event: int) -> None:
        """Let a digital line give a positive pulse of 10 us at each notify event of the trigger model."""
        for command in (
            f":DIG:LINE{line}:MODE TRIG,OUT",
            f":TRIG:DIG{line}:OUT:LOG POS",
            f":TRIG:DIG{line}:OUT:PULS 10e-6",
            f":TRIG:DIG{line}:OUT:STIM NOT{event}",
        ):
            self.write(command)

    def line_level(self, line: str, level: int) -> int:
        """Put a level on a digital line and read back what is on it."""
        self.write(f":DIG:LINE{line}:MODE DIG,OUT")
        self.write(f":DIG:LINE{line}:STAT {level}")
        return int(float(self.ask(f":DIG:LINE{line}:STAT?")))

    def write_source_list(self, levels: "list[float]", values_a_command: int) -> None:
        """Write source levels (V) into the configuration list SOURCE_LIST, output unchanged."""
        for first in range(0, len(levels), values_a_command):
            part = ",".join(f"{level:.9g}" for level in levels[first : first + values_a_command])
            self.write(f":SOUR:LIST:VOLT{':APP' if first else ''} {part}")
