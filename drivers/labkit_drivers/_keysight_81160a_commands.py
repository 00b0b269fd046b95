"""The SCPI of the Keysight 81160A, on top of pymeasure's Keysight81160A.

Here the channel stands behind the *node* (`:PULS:WIDT1`), and a burst is a count of triggers after an arm event
(`:ARM:SOUR1`, `:TRIG1:COUN`). pymeasure's class has it right but for its levels, which it sends with six decimals.
Commands as in the 81150A/81160A user's guide, chapter 4.
"""

from collections.abc import Sequence

from pymeasure.instruments import Instrument
from pymeasure.instruments.keysight import Keysight81160A
from pymeasure.instruments.keysight.keysight81160A import Keysight81160AChannel

from labkit_drivers._keysight_pulse_commands import KeysightPulseCommands
from labkit_drivers._link import Link


class Keysight81160AChannelCommands(Keysight81160AChannel, KeysightPulseCommands):
    """One channel of an 81160A."""

    limit_high_set_command = ":VOLT{ch}:LIM:HIGH %.9g"
    limit_low_set_command = ":VOLT{ch}:LIM:LOW %.9g"

    def prepare(self, load: float) -> None:
        """Output off, load told, pulses in bursts that a command starts."""
        self.write(":OUTP{ch} OFF;:VOLT{ch}:LIM:STAT OFF")
        self.output_load = load
        self.amplitude_unit = "VPP"
        self.shape = "PULS"
        self.write(
            ":PULS:HOLD{ch} WIDT;:PULS:DEL{ch} 0;:ARM:SENS{ch} EDGE;:ARM:SOUR{ch} MAN;:ARM:SLOP POS;:TRIG{ch}:COUN 1"
        )

    def limit_levels(self, most: float) -> None:
        """Set and enable the voltage limits (V, a magnitude)."""
        self.limit_high = most
        self.limit_low = -most
        self.write(":VOLT{ch}:LIM:STAT ON")

    @property
    def voltage_node(self) -> str:
        """The header of this channel's voltages."""
        return f":VOLT{self.id}"

    def burst(self, inverted: bool, period: float, width: float, edge: float, count: int) -> str:
        """Set polarity, times and count: period before width, each while the others are at their shortest."""
        edges = f":FUNC{self.id}:PULS:TRAN"
        last = f";{edges} {edge:.9g}" if edge else ""
        return (
            f"{self.polarity(inverted)};{edges} MIN;:PULS:WIDT{self.id} MIN;:PULS:PER{self.id} {period:.12g};"
            f":PULS:WIDT{self.id} {width:.12g}{last};:TRIG{self.id}:COUN {count}"
        )

    @property
    def starts_all(self) -> bool:
        """Tell that `*TRG` reaches every channel that is armed by hand."""
        return True

    def start(self, shielded: Sequence[str]) -> str:
        """Trigger; `*TRG` starts every channel that is armed by hand, so the others are deaf to it meanwhile."""
        deaf = "".join(f":ARM:SOUR{other} EXT;" for other in shielded)
        again = "".join(f";:ARM:SOUR{other} MAN" for other in shielded)
        return f"{deaf}*TRG{again}"

    def wait_for_edges(self) -> str:
        """Let rising edges at the external input start bursts."""
        return f":ARM:SOUR{self.id} EXT"

    def stop(self) -> str:
        """End a burst: changing the arm source does; a command starts the next one."""
        return f":ARM:SOUR{self.id} EXT;:ARM:SOUR{self.id} MAN"

    @property
    def setting_queries(self) -> tuple[str, ...]:
        """Ask for the settings worth keeping with the data."""
        return (self.protection_query, f":APPL{self.id}?", f":OUTP{self.id}:POL?")


class Keysight81160ACommands(Keysight81160A):
    """An 81160A with two channels."""

    ch_1 = Instrument.ChannelCreator(Keysight81160AChannelCommands, 1)
    ch_2 = Instrument.ChannelCreator(Keysight81160AChannelCommands, 2)

    def __init__(self, adapter: Link, name: str = "Keysight 81160A") -> None:
        super().__init__(adapter, name)  # type: ignore[no-untyped-call] # pymeasure has no annotations here
