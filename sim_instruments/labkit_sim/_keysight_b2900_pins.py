"""Where trigger events of a B2900 come from and go to: 14 digital pins, two internal lines, the bus."""

from collections.abc import Callable
from dataclasses import dataclass

from labkit.core import nanoseconds
from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._process import Line
from labkit_sim._world import World

PINS = tuple(f"EXT{number}" for number in range(1, specs.PINS + 1))
INTERNAL_LINES = ("INT1", "INT2")


class EventBoard:
    """Tells all who listen of an event by its name, such as `BUS`, `EXT3` or `INT1`."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[str], None]] = []

    def post(self, name: str) -> None:
        """Tell of an event."""
        for listener in tuple(self.listeners):
            listener(name)


@dataclass(slots=True)
class DigitalPin:
    """One pin of the digital port, on a wire of the bench.

    `function` is DIO, DINP, HVOL, TINP or TOUT; as a trigger output it makes a pulse of `width` (s), or with `kind` LEV
    a level, before and after the action as `position` (BEF, AFT, BOTH) says.
    """

    name: str
    world: World
    board: EventBoard
    wire: Line
    function: str = "DINP"
    positive: bool = False
    kind: str = "EDGE"
    position: str = "BOTH"
    width: float = 100e-6
    data: bool = False

    def __post_init__(self) -> None:
        self._was_high = self.high
        self.wire.changed.listeners.append(self._changed)

    _was_high: bool = False

    @property
    def high(self) -> bool:
        """Whether the wire is high."""
        return self.wire.level > specs.THRESHOLD

    def reset(self) -> None:
        """Go back to the settings of `*RST`."""
        self.function, self.positive, self.kind, self.position, self.width = "DINP", False, "EDGE", "BOTH", 100e-6
        self.data = False

    def set_function(self, function: str, positive: bool) -> None:
        """Use the pin in another way; an output goes to its resting level."""
        self.function, self.positive = function, positive
        if function == "TOUT":
            self._drive(active=False)
        elif function == "DIO":
            self.write(self.data)

    def write(self, on: bool) -> None:
        """Put a bit on a pin that is a digital output."""
        self.data = on
        if self.function == "DIO":
            self._drive(active=on)

    def read(self) -> bool:
        """Give the bit that the wire has, with the pin's polarity."""
        return self.high == self.positive

    def _drive(self, active: bool) -> None:
        self.wire.set_level(specs.HIGH if active == self.positive else 0.0)

    def output(self, before: bool) -> None:
        """Act as a trigger output at the beginning (`before`) or end of an action."""
        if self.function != "TOUT":
            return
        if self.kind == "LEV":
            self._drive(active=before)
        elif self.position == "BOTH" or (self.position == "BEF") == before:
            self._drive(active=True)
            self.world.at(self.world.now + nanoseconds(self.width), lambda: self._drive(active=False))

    def _changed(self) -> None:
        high = self.high
        if high != self._was_high:
            self._was_high = high
            if self.function == "TINP" and high == self.positive:
                self.board.post(self.name)
