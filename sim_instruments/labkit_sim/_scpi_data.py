"""The lexical side of SCPI: where messages and parameters end, and what a parameter says."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np

from labkit.core import FloatArray
from labkit_sim._errors import ScpiError

T = TypeVar("T")

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:\s*[eE]\s*[+-]?\d+)?)\s*([A-Za-z%/]*)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CHANNELS = re.compile(r"\(\s*@\s*([\d\s,:!]*)\)")
_NON_DECIMAL = {"H": 16, "Q": 8, "B": 2}
_PREFIXES = {
    "": 1.0,
    "EX": 1e18,
    "PE": 1e15,
    "T": 1e12,
    "G": 1e9,
    "MA": 1e6,
    "K": 1e3,
    "M": 1e-3,
    "U": 1e-6,
    "N": 1e-9,
    "P": 1e-12,
    "F": 1e-15,
    "A": 1e-18,
}
_MEGA = {"HZ", "OHM"}
"""The units whose M is mega (IEEE 488.2, 7.7.3)."""


def short_form(keyword: str) -> str:
    """Give the short form of a keyword as manuals write it: its capitals and digits."""
    return "".join(letter for letter in keyword if not letter.islower())


def matches(keyword: str, word: str) -> bool:
    """Tell whether a word is the short or the long form of a keyword, in any case."""
    upper = word.upper()
    return upper == keyword.upper() or upper == short_form(keyword)


def block_end(text: str, at: int) -> int:
    """Give where the block data end whose `#` is at `at`; for another `#` the place behind it.

    The end lies beyond the text when the block is not all there; `#0` goes on to the end of the message.
    """
    digit = text[at + 1 : at + 2]
    if digit == "0":
        return max(len(text), at + 2)
    if not "1" <= digit <= "9":
        return at + 1
    length = text[at + 2 : at + 2 + int(digit)]
    if len(length) < int(digit):
        return len(text) + 1
    return at + 2 + int(digit) + int(length) if length.isascii() and length.isdigit() else at + 1


def _after(text: str, at: int) -> int:
    """Skip what begins at `at`: a quoted string, block data or something in parentheses."""
    opening = text[at]
    if opening == "#":
        return block_end(text, at)
    closing = text.find(")" if opening == "(" else opening, at + 1)
    return at + 1 if closing < 0 else closing + 1


_INTEREST = {separator: re.compile(rf"[{separator}\"'#(]") for separator in ";,\n"}
_ENCLOSING = re.compile(r"[\"'#(]")


def split_outside(text: str, separator: str) -> list[str]:
    """Split at a separator that is not in a string, in block data or in parentheses."""
    if not _ENCLOSING.search(text):
        return text.split(separator)
    parts: list[str] = []
    start = position = 0
    while found := _INTEREST[separator].search(text, position):
        if found.group() == separator:
            parts.append(text[start : found.start()])
            start = position = found.end()
        else:
            position = _after(text, found.start())
    return [*parts, text[start:]]


def trimmed(parameter: str) -> str:
    """Take away the white space around a parameter, none of it within block data."""
    parameter = parameter.lstrip()
    if parameter[:1] == "#":
        end = block_end(parameter, 0)
        if not parameter[end:].strip():
            return parameter[:end]
    return parameter.rstrip()


def message_end(text: str) -> int | None:
    """Give where the newline is that ends the first message, or None while it is not there.

    A newline within block data does not count; one within quotes does, so that a lost quote cannot hang the input.
    """
    position = 0
    while found := _INTEREST["\n"].search(text, position):
        if found.group() == "\n":
            return found.start()
        position = _after(text, found.start())
        newline = text.find("\n", found.start(), position)
        if found.group() != "#" and newline >= 0:
            return newline
        if position > len(text):
            return None
    return None


@lru_cache(maxsize=4096)
def parse_number(text: str, unit: str) -> float:
    """Read a number with an optional prefix and unit; raises ScpiError -104, -109, -131, -138 or -222."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ScpiError(-104 if text else -109)
    digits, suffix = found.groups()
    value = float("".join(digits.split()))
    if not np.isfinite(value):
        raise ScpiError(-222)
    if not suffix:
        return value
    suffix = suffix.upper()
    if not unit:
        raise ScpiError(-138)
    if suffix == "%":
        suffix = "PCT"
    if not suffix.endswith(unit) or suffix[: -len(unit)] not in _PREFIXES:
        raise ScpiError(-131)
    prefix = suffix[: -len(unit)]
    return value * (1e6 if prefix == "M" and unit in _MEGA else _PREFIXES[prefix])


class Call:
    """One command or query as it arrived: its parameters as text, and the numeric suffixes of its header.

    `suffixes` has one number for each `<n>` of the pattern, 1 where none was written.
    """

    __slots__ = ("arguments", "suffixes")

    def __init__(self, arguments: Sequence[str], suffixes: tuple[int, ...] = ()) -> None:
        self.arguments = arguments
        self.suffixes = suffixes

    def __len__(self) -> int:
        return len(self.arguments)

    def text(self, index: int) -> str:
        """Give a parameter as it was written; raises ScpiError -109."""
        if index >= len(self.arguments) or not self.arguments[index]:
            raise ScpiError(-109)
        return self.arguments[index]

    def given(self, index: int) -> bool:
        """Tell whether there is such a parameter, not left empty."""
        return index < len(self.arguments) and self.arguments[index] != ""

    def number(
        self,
        index: int,
        unit: str = "",
        minimum: float = -np.inf,
        maximum: float = np.inf,
        default: float | None = None,
    ) -> float:
        """Read a number, MINimum, MAXimum or DEFault; raises ScpiError -222 outside the range."""
        text = self.text(index)
        named = self._named(text, minimum, maximum, default)
        if named is not None:
            return named
        value = parse_number(text, unit)
        if not minimum <= value <= maximum:
            raise ScpiError(-222)
        return value

    def integer(self, index: int, minimum: int, maximum: int, default: int | None = None) -> int:
        """Read a whole number, decimal (rounded) or `#H`, `#Q`, `#B`; raises ScpiError -222 outside the range."""
        text = self.text(index)
        if text[0] == "#" and text[1:2].upper() in _NON_DECIMAL:
            try:
                value = int(text[2:], _NON_DECIMAL[text[1].upper()])
            except ValueError:
                raise ScpiError(-104) from None
        else:
            named = self._named(text, minimum, maximum, default)
            number = parse_number(text, "") if named is None else named
            if not abs(number) < 1e18:
                raise ScpiError(-222)
            value = int(number + 0.5) if number >= 0 else -int(0.5 - number)
        if not minimum <= value <= maximum:
            raise ScpiError(-222)
        return value

    @staticmethod
    def _named(text: str, minimum: float, maximum: float, default: float | None) -> float | None:
        if not text[0].isalpha():
            return None
        if matches("MINimum", text) and minimum > -np.inf:
            return minimum
        if matches("MAXimum", text) and maximum < np.inf:
            return maximum
        if matches("DEFault", text) and default is not None:
            return default
        return None

    def extreme(self, minimum: float, maximum: float, default: float | None = None) -> float | None:
        """Give what a query with MIN, MAX or DEF asks for, or None when it has no parameter."""
        if not self.arguments:
            return None
        value = self._named(self.text(0), minimum, maximum, default)
        if value is None:
            raise ScpiError(-104)
        return value

    def boolean(self, index: int) -> bool:
        """Read ON, OFF or a number (0 is off)."""
        text = self.text(index).upper()
        if text in ("ON", "1"):
            return True
        if text in ("OFF", "0"):
            return False
        return round(parse_number(text, "")) != 0

    def choice(self, index: int, choices: Mapping[str, T]) -> T:
        """Read one of several keywords, quoted or not; raises ScpiError -224 for another."""
        text = self.text(index)
        if text[0] in "\"'":
            text = self.string(index)
        for keyword, value in choices.items():
            if matches(keyword, text):
                return value
        raise ScpiError(-224)

    def string(self, index: int) -> str:
        """Read a string in single or double quotes; raises ScpiError -104 or -151."""
        text = self.text(index)
        quote = text[0]
        if quote not in "\"'":
            raise ScpiError(-104)
        inner = text[1:-1].replace(quote * 2, "\0")
        if len(text) < 2 or text[-1] != quote or quote in inner:
            raise ScpiError(-151)
        return inner.replace("\0", quote)

    def is_string(self, index: int) -> bool:
        """Tell whether a parameter is there and is quoted."""
        return self.given(index) and self.arguments[index][0] in "\"'"

    def word(self, index: int) -> str:
        """Read character data in capitals; raises ScpiError -104."""
        text = self.text(index)
        if not _WORD.fullmatch(text):
            raise ScpiError(-104)
        return text.upper()

    def numbers(self, first: int = 0, unit: str = "") -> FloatArray:
        """Read all parameters from `first` on as numbers."""
        texts = self.arguments[first:]
        if not texts:
            raise ScpiError(-109)
        try:
            if any("_" in text or text[-1:].isalpha() for text in texts):
                raise ValueError
            values = np.array(texts, dtype=np.float64)
        except ValueError:
            return np.array([parse_number(text, unit) for text in texts])
        if not np.all(np.isfinite(values)):
            raise ScpiError(-222)
        return values

    def channels(self, index: int) -> list[int]:
        """Read a channel list such as `(@1,3:5)`; raises ScpiError -171."""
        found = _CHANNELS.fullmatch(self.text(index))
        if found is None:
            raise ScpiError(-171)
        channels: list[int] = []
        for part in filter(None, re.sub(r"\s", "", found.group(1)).split(",")):
            ends = part.split(":")
            if len(ends) > 2 or not all(end.isdigit() and len(end) < 8 for end in ends):
                raise ScpiError(-171)
            low, high = int(ends[0]), int(ends[-1])
            if abs(high - low) > 10_000:
                raise ScpiError(-171)
            channels.extend(range(low, high + 1) if low <= high else range(low, high - 1, -1))
        return channels

    def block(self, index: int) -> bytes:
        """Read block data, definite or indefinite; raises ScpiError -104 or -161."""
        text = self.text(index)
        if text[:1] != "#" or not text[1:2].isdigit():
            raise ScpiError(-104)
        if text[1] == "0":
            return text[2:].encode("latin-1")
        if block_end(text, 0) != len(text):
            raise ScpiError(-161)
        return text[2 + int(text[1]) :].encode("latin-1")


def definite_block(data: bytes) -> bytes:
    """Write definite-length block data, `#<digits><length><data>`."""
    length = str(len(data)).encode()
    return b"#" + str(len(length)).encode() + length + data
