"""The SCPI of the Keysight 33500B and 33600A families, on top of pymeasure's Agilent33500.

pymeasure's class limits the amplitude to 10 V whatever the load, sends levels with six decimals (`%f`), and its
`wait_for_trigger` returns at once; here levels go out with nine digits, and what it lacks is added: voltage limits,
polarity, trigger per channel. Commands as in the operating and service guide.
"""

from collections.abc import Sequence
from math import isinf

from pymeasure.instruments import Instrument
from pymeasure.instruments.agilent.agilent33500 import Agilent33500, Agilent33500Channel

from labkit_drivers._keysight_pulse_commands import KeysightPulseCommands
from labkit_drivers._link import Link


class Keysight33500Channel(Agilent33500Channel, KeysightPulseCommands):
    """One channel of a 33500B or 33600A."""

    voltage_high_set_command = "SOUR{ch}:VOLT:HIGH %.9g"
    voltage_high_values = (-10, 10)
    voltage_low_set_command = "SOUR{ch}:VOLT:LOW %.9g"
    voltage_low_values = (-10, 10)

    limit_high = Instrument.control(
        "SOUR{ch}:VOLT:LIM:HIGH?", "SOUR{ch}:VOLT:LIM:HIGH %.9g", """Control the upper voltage limit (V)."""
    )
    limit_low = Instrument.control(
        "SOUR{ch}:VOLT:LIM:LOW?", "SOUR{ch}:VOLT:LIM:LOW %.9g", """Control the lower voltage limit (V)."""
    )
    limit_state = Instrument.control(
        "SOUR{ch}:VOLT:LIM:STAT?",
        "SOUR{ch}:VOLT:LIM:STAT %d",
        """Control whether the voltage limits are enabled (bool).""",
        values={True: 1, False: 0},
        map_values=True,
    )

    def prepare(self, load: float) -> None:
        """Output off, load told, pulses in bursts that a command starts."""
        self.output = False
        self.limit_state = False  # the load cannot be changed while limits are enabled
        self.output_load = "INF" if isinf(load) else f"{load:.9g}"
        self.amplitude_unit = "VPP"
        self.shape = "PULS"
        self.write(
            ":SOUR{ch}:FUNC:PULS:HOLD WIDT;:SOUR{ch}:BURS:MODE TRIG;NCYC 1;PHAS 0;"
            ":TRIG{ch}:SOUR BUS;DEL 0;SLOP POS;:SOUR{ch}:BURS:STAT ON"
        )

    def limit_levels(self, most: float) -> None:
        """Set and enable the voltage limits (V, a magnitude)."""
        self.limit_high = most
        self.limit_low = -most
        self.limit_state = True

    @property
    def voltage_node(self) -> str:
        """The header of this channel's voltages."""
        return f":SOUR{self.id}:VOLT"

    def burst(self, inverted: bool, period: float, width: float, edge: float, count: int) -> str:
        """Set polarity, times and count: period before width, each while the others are at their shortest."""
        shortest = f":SOUR{self.id}:FUNC:PULS:TRAN MIN;WIDT MIN;PER {period:.12g};WIDT {width:.12g}"
        edges = f";TRAN {edge:.9g}" if edge else ""
        return f"{self.polarity(inverted)};{shortest}{edges};:SOUR{self.id}:BURS:NCYC {count}"

    @property
    def starts_all(self) -> bool:
        """Tell that a start reaches one channel only."""
        return False

    def start(self, shielded: Sequence[str]) -> str:
        """Trigger this channel alone: `*TRG` would start every channel that waits for the bus."""
        return f":TRIG{self.id}"

    def wait_for_edges(self) -> str:
        """Let rising edges at Ext Trig start bursts."""
        return f":TRIG{self.id}:SOUR EXT"

    def stop(self) -> str:
        """End a burst: leaving burst mode ends it, coming back waits for a command."""
        return f":TRIG{self.id}:SOUR BUS;:SOUR{self.id}:BURS:STAT OFF;STAT ON"

    @property
    def setting_queries(self) -> tuple[str, ...]:
        """Ask for the settings worth keeping with the data."""
        return (self.protection_query, f":SOUR{self.id}:APPL?", f":OUTP{self.id}:POL?")


class Keysight33500Commands(Agilent33500):
    """A generator of the 33500B or 33600A family with two channels."""

    ch_1 = Instrument.ChannelCreator(Keysight33500Channel, 1)
    ch_2 = Instrument.ChannelCreator(Keysight33500Channel, 2)

    def __init__(self, adapter: Link, name: str = "Keysight 33500") -> None:
        super().__init__(adapter, name)  # type: ignore[no-untyped-call] # pymeasure has no annotations here
