"""Safe arithmetic over parameters: `10 * $width`, `-$amplitude`, `$width + 50 ms`, `min($width, 1 s)`.

Python's `ast` is used as a parser only. Numbers with units and parameters are replaced by placeholders before it sees
the text, and its tree is turned into the few nodes below; whatever else it can parse is refused. Nothing is executed.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from labkit.core import UNITS, did_you_mean
from labkit.protocol._dimensions import (
    Amount,
    add,
    dimension_name,
    divide,
    logarithm,
    multiply,
    power,
    read_amount,
    square_root,
    with_article,
)


@dataclass(frozen=True, slots=True)
class Series:
    """A list of values of one dimension, in SI units, in the order in which it is written."""

    values: tuple[float, ...]
    dimension: tuple[int, ...]


Value = Amount | Series
Scope = Mapping[str, Value]
"""What `$name` means: parameters, and the values of the loops around."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A `$name` in an expression."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or a function with its arguments."""

    name: str
    arguments: "tuple[Node, ...]"


Node = Amount | Parameter | Operation


@dataclass(frozen=True, slots=True)
class Expression:
    """A value as the file writes it: a literal, or arithmetic over parameters.

    `written` is the text (or bare number) of the file, `node` what it means.
    """

    written: str | int | float
    node: Node

    @property
    def literal(self) -> Amount | None:
        """The amount, when it needs no arithmetic."""
        return self.node if isinstance(self.node, Amount) else None

    @property
    def parameter(self) -> str | None:
        """The parameter's name, when the expression is a single parameter."""
        return self.node.name if isinstance(self.node, Parameter) else None

    def names(self) -> Iterator[str]:
        """Give the parameters that the expression uses."""
        return _names(self.node)

    def evaluate(self, scope: Scope) -> Amount:
        """Compute the amount.

        Raises ValueError for an unknown parameter, a list, mixed dimensions, a division by zero or an overflow.
        """
        return _evaluate(self.node, scope)


_LONGEST = 200
_SIGNS = re.compile(r"[$*()]|\s[-+/]\s")
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True) if unit not in ("", "1"))
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:\s*(?:{_UNIT})(?![\w^]))?)"
    r"|\$(?P<parameter>[A-Za-z_]\w*)"
    r"|(?P<function>[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|[-+*/(),])"
    r"|(?P<other>\S))"
)


def parse_expression(written: str | int | float) -> Expression:
    """Read a literal or an expression.

    Raises ValueError with a sentence that says what cannot be read.

    >>> parse_expression("10 * 100 us").evaluate({}).text()
    '1 ms'
    """
    if not isinstance(written, str) or not _SIGNS.search(written):
        return Expression(written, read_amount(written))
    if len(written) > _LONGEST:
        raise ValueError(f"an expression longer than {_LONGEST} characters")
    source, leaves = _placeholders(written)
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError(f'"{written}" cannot be read as an expression') from None
    return Expression(written, _node(tree.body, leaves, written))


def _placeholders(written: str) -> tuple[str, list[Node]]:
    """Replace numbers and parameters by names `_0`, `_1`, ..., which index the list of what they stand for."""
    leaves: list[Node] = []
    words: list[str] = []
    for match in _TOKEN.finditer(written.rstrip()):
        number, parameter, function = match["number"], match["parameter"], match["function"]
        if match["other"] or (function and function not in _FUNCTIONS):
            raise ValueError(_unknown_word(match["other"] or function, written))
        if number or parameter:
            words.append(f"_{len(leaves)}")
            leaves.append(read_amount(number) if number else Parameter(parameter))
        else:
            words.append(function or match["sign"])
    return " ".join(words), leaves


def _unknown_word(word: str, written: str) -> str:
    if word.isidentifier():
        near = did_you_mean(word, _FUNCTIONS)
        return f'"{word}" in "{written}" is neither a unit nor a function{near or f"; a parameter is written ${word}"}'
    return f'"{word}" in "{written}" is no operator; there are + - * / ** and parentheses'


_OPERATORS: Mapping[type[ast.operator], str] = MappingProxyType(
    {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
)


def _node(tree: ast.expr, leaves: Sequence[Node], written: str) -> Node:
    match tree:
        case ast.Name(id=name) if name not in _FUNCTIONS:
            return leaves[int(name[1:])]
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _node(operand, leaves, written)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Operation("negative", (_node(operand, leaves, written),))
        case ast.BinOp(op=operator, left=left, right=right) if type(operator) in _OPERATORS:
            arguments = (_node(left, leaves, written), _node(right, leaves, written))
            return Operation(_OPERATORS[type(operator)], arguments)
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in _FUNCTIONS:
            return Operation(name, tuple(_node(argument, leaves, written) for argument in given))
    raise ValueError(f'"{written}" cannot be read as an expression')


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, Parameter):
        yield node.name
    elif isinstance(node, Operation):
        for argument in node.arguments:
            yield from _names(argument)


def _evaluate(node: Node, scope: Scope) -> Amount:
    if isinstance(node, Amount):
        return node
    if isinstance(node, Parameter):
        return _look_up(node.name, scope)
    return _ACTIONS[node.name](*(_evaluate(argument, scope) for argument in node.arguments))


def _look_up(name: str, scope: Scope) -> Amount:
    if name not in scope:
        known = f"; there are: {', '.join(scope)}" if scope else ""
        raise ValueError(f"there is no parameter ${name}{did_you_mean(name, scope) or known}")
    value = scope[name]
    if isinstance(value, Series):
        raise ValueError(f"${name} is a list; go through it with for_each")
    return value


def _one(action: Callable[[Amount], Amount], name: str) -> Callable[..., Amount]:
    def checked(*arguments: Amount) -> Amount:
        if len(arguments) != 1:
            raise ValueError(f"{name} takes one argument, not {len(arguments)}")
        return action(arguments[0])

    return checked


def _extreme(choose: Callable[[list[float]], float], name: str) -> Callable[..., Amount]:
    def checked(*arguments: Amount) -> Amount:
        if not arguments:
            raise ValueError(f"{name} takes at least one argument")
        kinds = {argument.dimension for argument in arguments}
        if len(kinds) > 1:
            raise ValueError(f"{name} of different kinds: {', '.join(sorted(map(dimension_name, kinds)))}")
        return Amount(choose([argument.value for argument in arguments]), arguments[0].dimension)

    return checked


def _rounded(amount: Amount) -> Amount:
    if any(amount.dimension):
        raise ValueError(
            f"{with_article(dimension_name(amount.dimension))} cannot be rounded; divide it by one of its kind first"
        )
    return Amount(float(round(amount.value)))


_FUNCTIONS: Mapping[str, Callable[..., Amount]] = MappingProxyType(
    {
        "abs": _one(lambda amount: Amount(abs(amount.value), amount.dimension), "abs"),
        "log10": _one(logarithm, "log10"),
        "max": _extreme(max, "max"),
        "min": _extreme(min, "min"),
        "round": _one(_rounded, "round"),
        "sqrt": _one(square_root, "sqrt"),
    }
)

_ACTIONS: Mapping[str, Callable[..., Amount]] = MappingProxyType(
    {
        **_FUNCTIONS,
        "+": add,
        "-": lambda left, right: add(left, right, -1),
        "*": multiply,
        "/": divide,
        "**": power,
        "negative": lambda amount: Amount(-amount.value, amount.dimension),
    }
)
