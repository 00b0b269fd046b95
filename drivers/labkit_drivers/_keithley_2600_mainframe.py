"""What the two channels of one 2600B share: the wire, the model, the turns that they take."""

from dataclasses import dataclass, field

from labkit.core import Connection, InstrumentError
from labkit_drivers._keithley_2600_commands import Keithley2600Commands
from labkit_drivers._keithley_2600_data import Model
from labkit_drivers._keithley_2600_library import LIBRARY
from labkit_drivers._keithley_2600_script import Way
from labkit_drivers._link import Link, number


@dataclass
class Mainframe:
    """One instrument; `loaded` says which channels have a sequence waiting or under way, and who keeps its time."""

    connection: Connection
    link: Link
    commands: Keithley2600Commands
    model: Model
    loaded: dict[str, Way] = field(default_factory=dict)
    users: int = 0

    @property
    def trigger_line(self) -> int:
        """The digital line with the bench's trigger cable, 0 for none."""
        return int(self.connection.trigger_output or 0)

    def leave(self) -> None:
        """Close the connection when the last channel is given up."""
        self.users -= 1
        if self.users == 0:
            self.link.close()

    def _refuse(self, message: str, remedy: str) -> InstrumentError:
        return InstrumentError(f"{self.connection.name} ({self.connection.address}): {message}", remedy)

    def ask(self, chunk: str) -> str:
        """Send a chunk or a common command that prints one line, and give the line."""
        self.commands.write(chunk)
        return str(self.commands.read()).strip()

    def check_identity(self) -> str:
        """Give the answer to `*IDN?`.

        Raises InstrumentError when it is another model.
        """
        idn = self.ask("*IDN?")
        if f"Model {self.model.name}" not in idn:
            raise self._refuse(
                f"is {idn!r}, which is no Keithley {self.model.name}", "correct the driver or the address in bench.yaml"
            )
        return idn

    def prepare(self) -> float:
        """Stop whatever an earlier user left running, reset both channels, put the library in; give the line frequency.

        The watchdog opens an instrument whose script may still be at work: only `abort` gets through to that one.
        """
        self.commands.write("abort")
        self.check_identity()
        self.commands.reset()
        self.commands.run(tuple(LIBRARY.strip().split("\n")))
        if self.trigger_line:
            self._prepare_line()
        return number(self.ask("print(localnode.linefreq)"), self.connection, "the line frequency")

    def _prepare_line(self) -> None:
        line, lines = self.trigger_line, self.model.digital_lines
        if not 1 <= line <= lines:
            has = f"lines 1 to {lines}" if lines else "no digital lines"
            raise self._refuse(f"has {has}, not {line}", "correct `trigger_lines` in bench.yaml")
        # Asserted by the instrument itself: high for the pulse width, low otherwise.
        self.commands.write(f"digio.trigger[{line}].mode=digio.TRIG_RISINGM")
        self.commands.write(f"digio.trigger[{line}].pulsewidth=10e-6")
