"""A matrix card of the B2200: its connection rule, its bias, ground and couple mode, and what they close.

Rules and modes as in the B2200 User's Guide, chapter 3 ("Switch Control Functions") and chapter 5, and, where that is
silent, in the E5250A's, whose command set it took over. Bias, ground and couple mode exclude each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from labkit.core import Crosspoint
from labkit_sim._errors import ScpiError
from labkit_sim._relays import Order

INPUTS = 14
OUTPUTS_OF_A_MODULE = 12
NO_PORT = -1

Route = tuple[int, int]
"""An input and an output port of a card, both counted from 1."""


@dataclass(slots=True)
class Supply:
    """Bias or ground mode: while it is on, its input port is on every enabled output that no other input is on."""

    port: int
    enabled: set[int]
    on: bool = False

    def enable(self, outputs: Iterable[int], on: bool) -> None:
        """Enable or disable outputs."""
        self.enabled = self.enabled | set(outputs) if on else self.enabled - set(outputs)


@dataclass(slots=True)
class Card:
    """A card of `outputs` output ports, of which the first is the bench's column `first` + 1.

    `direct` are the connections that were asked for; `routes` adds those that bias or ground mode makes by itself.
    `unused` are the inputs to be grounded in ground mode: kept, not acted on.
    """

    number: int
    first: int
    outputs: int
    single_route: bool = False
    sequence: Order = Order.BREAK_FIRST
    bias: Supply = field(init=False)
    ground: Supply = field(init=False)
    unused: tuple[int, ...] = ()
    couple_ports: tuple[int, ...] = ()
    couple: bool = False
    direct: set[Route] = field(default_factory=set)
    symbols: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        every = set(range(1, self.outputs + 1))
        self.bias = Supply(10, set(every))
        self.ground = Supply(12, every)

    @property
    def order(self) -> Order:
        """The sequence of breaks and makes; free connection and the bias port always break first."""
        return self.sequence if self.single_route else Order.BREAK_FIRST

    def routes(self) -> set[Route]:
        """Give all connections, those of bias and ground mode among them."""
        taken = {output for _, output in self.direct}
        automatic = {
            (supply.port, output)
            for supply in (self.bias, self.ground)
            if supply.on and supply.port != NO_PORT
            for output in supply.enabled - taken
        }
        return self.direct | automatic

    def crosspoints(self) -> set[Crosspoint]:
        """Give all connections as the bench names them."""
        return {Crosspoint(str(number), str(self.first + output)) for number, output in self.routes()}

    def close(self, routes: Iterable[Route]) -> None:
        """Connect, one after the other; with single route an earlier connection of either port goes.

        Raises ScpiError -224, before anything changes, for a port that bias or ground mode has in hand and for a
        couple port across a pair of outputs.
        """
        for made in [self._with_partner(route) for route in routes]:
            if self.single_route:
                inputs = {number for number, _ in made}
                outputs = {output for _, output in made}
                self.direct = {(i, o) for i, o in self.direct if i not in inputs and o not in outputs}
            self.direct |= made

    def open(self, routes: Iterable[Route]) -> None:
        """Disconnect; raises ScpiError -224 as `close` does."""
        for broken in [self._with_partner(route) for route in routes]:
            self.direct -= broken

    def other(self, supply: Supply) -> Supply:
        """Give ground mode for bias mode, and the other way round."""
        return self.ground if supply is self.bias else self.bias

    def switch_supply(self, supply: Supply, on: bool) -> None:
        """Set bias or ground mode."""
        supply.on = on
        if on:
            self._free(supply.port)

    def set_supply_port(self, supply: Supply, port: int) -> None:
        """Choose the input port of bias or ground mode."""
        supply.port = port
        if supply.on:
            self._free(port)

    def _free(self, port: int) -> None:
        """Take the port out of the connections that were asked for: from now on the mode has it."""
        self.direct = {(number, output) for number, output in self.direct if number != port}

    def _with_partner(self, route: Route) -> set[Route]:
        """Give a connection and, for a coupled pair of inputs, that of the other line of the Kelvin cable."""
        number, output = route
        if any(supply.on and supply.port == number for supply in (self.bias, self.ground)):
            raise ScpiError(-224)
        lower = _lower(number)
        if not self.couple or lower not in self.couple_ports:
            return {route}
        if (number - output) % 2:
            raise ScpiError(-224)
        return {(lower, _lower(output)), (lower + 1, _lower(output) + 1)}


def _lower(port: int) -> int:
    """Give the odd port of the pair that a port is in."""
    return port - 1 + port % 2


def channel_list(card_number: int, routes: Iterable[Route]) -> str:
    """Write connections as the instrument does: card, two-digit input, two-digit output."""
    written = [f"{card_number}{number:02d}{output:02d}" for number, output in sorted(routes)]
    return f"(@{','.join(written)})"


def cards_of(modules: int, automatic: bool) -> list[Card]:
    """Give the cards as they are at power-on: in auto configuration all modules are one card, number 0."""
    if automatic:
        return [Card(0, 0, modules * OUTPUTS_OF_A_MODULE)]
    return [Card(k + 1, k * OUTPUTS_OF_A_MODULE, OUTPUTS_OF_A_MODULE) for k in range(modules)]


def read_channels(text: str, cards: Sequence[Card]) -> list[tuple[Card, Route]]:
    """Read `(@00101,00203:00205)`; a range has all channels that lie between its ends in number.

    Raises ScpiError -171 for what is no channel list, -222 for a channel that is not there.
    """
    inner = text.replace(" ", "")
    if not (inner.startswith("(@") and inner.endswith(")")):
        raise ScpiError(-171)
    found: list[tuple[Card, Route]] = []
    for part in filter(None, inner[2:-1].split(",")):
        ends = part.split(":")
        if len(ends) > 2 or not all(end.isascii() and end.isdigit() and len(end) <= 5 for end in ends):
            raise ScpiError(-171)
        low, high = int(ends[0]), int(ends[-1])
        if low > high:
            raise ScpiError(-222)
        ends_found = [_channel(low, cards), _channel(high, cards)]
        if None in ends_found:
            raise ScpiError(-222)
        found += [channel for number in range(low, high + 1) if (channel := _channel(number, cards)) is not None]
    return found


def _channel(number: int, cards: Sequence[Card]) -> tuple[Card, Route] | None:
    """Read one channel number, None when there is no such channel."""
    card_number, rest = divmod(number, 10_000)
    port, output = divmod(rest, 100)
    for card in cards:
        if card.number == card_number and 1 <= port <= INPUTS and 1 <= output <= card.outputs:
            return card, (port, output)
    return None
