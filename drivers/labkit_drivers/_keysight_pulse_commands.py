"""What both families of Keysight generators say alike: levels and their limits under a node of each, and the output."""

from abc import abstractmethod
from collections.abc import Sequence

from pymeasure.instruments import Channel

from labkit_drivers._pulse_commands import LevelChange, PulseCommands


class KeysightPulseCommands(Channel, PulseCommands):
    """One channel of a Keysight generator, known by its number."""

    @property
    @abstractmethod
    def voltage_node(self) -> str:
        """The header under which the family has this channel's voltages."""

    @property
    def protection_query(self) -> str:
        """Ask for load, limit state, upper and lower limit."""
        limits = f"{self.voltage_node}:LIM"
        return f":OUTP{self.id}:LOAD?;{limits}:STAT?;{limits}:HIGH?;{limits}:LOW?"

    def levels(self, changes: Sequence[LevelChange]) -> str:
        """Change levels (V) one after the other."""
        return ";".join(f"{self.voltage_node}:{name} {level:.9g}" for name, level in changes)

    def polarity(self, inverted: bool) -> str:
        """Rest at the high level (inverted) or at the low one."""
        return f":OUTP{self.id}:POL {'INV' if inverted else 'NORM'}"

    def rest_query(self, inverted: bool) -> str:
        """Ask for the high level (inverted) or the low one."""
        return f"{self.voltage_node}:{'HIGH' if inverted else 'LOW'}?"

    def switch(self, on: bool) -> str:
        """Switch the output relay."""
        return f":OUTP{self.id} {'ON' if on else 'OFF'}"

    @property
    def output_query(self) -> str:
        """Ask whether the output is on."""
        return f":OUTP{self.id}?"
