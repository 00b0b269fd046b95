"""SCPI-99 as a table: header patterns as manuals write them, and the function that each one calls.

`:SOURce[1]:VOLTage[:LEVel][:IMMediate]` is reached by any of its short and long forms in any case, with or without
what is in brackets. `<n>` takes any number (1 when left out) and hands it to the function; `[1]` takes 1 or nothing.
"""

import re
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from labkit_sim._errors import ScpiError
from labkit_sim._process import Wish
from labkit_sim._scpi_data import Call, short_form, split_outside, trimmed

Answer = str | bytes | None
Reply = Answer | Generator[Wish, None, Answer]
"""What a function gives: an answer, nothing, or a process that holds up all later commands until it has the answer."""

Handler = Callable[[Any, Call], Reply]
"""A method of the firmware class that has the table."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line of a command table: what a set and a query do, and how few and how many parameters they take."""

    pattern: str
    write: Handler | None = None
    query: Handler | None = None
    write_arguments: tuple[int, int] = (1, 1)
    query_arguments: tuple[int, int] = (0, 1)


def event(pattern: str, write: Handler, arguments: tuple[int, int] = (0, 0)) -> Command:
    """Make a command that does something and has no query form."""
    return Command(pattern, write=write, write_arguments=arguments)


@dataclass(frozen=True, slots=True)
class Target:
    """What a header leads to. `path` is where a header after `;` goes on."""

    handler: Handler
    arguments: tuple[int, int]
    suffixes: tuple[int, ...]
    path: str


@dataclass(slots=True)
class _Node:
    children: "dict[str, _Node]" = field(default_factory=dict)
    command: Command | None = None
    places: tuple[int, ...] = ()
    """For each `<n>` of the pattern, the place of its keyword in the header; -1 when it was left out."""
    allowed: tuple[str, ...] = ()
    """For each keyword of the header, which numeric suffix it may have: `[1]`, `<n>` or none."""


_KEYWORD = re.compile(r"(\[)?(:?)(\*?[A-Za-z_]+[A-Za-z_0-9]*?)(\[1\]|<n>)?(\])?(?=[:\[]|$)")
_HEADER = re.compile(r":?[A-Za-z]\w*(?::[A-Za-z]\w*)*\??|\*[A-Za-z]+\??", re.ASCII)
_TRAILING = re.compile(r"(.*?[A-Za-z_])(\d+)")
_REMEMBERED = 4096
_LONGEST_SUFFIX = 9


@dataclass(frozen=True, slots=True)
class _Keyword:
    name: str
    suffix: str
    optional: bool


def _keywords(pattern: str) -> list[_Keyword]:
    keywords: list[_Keyword] = []
    position = 0
    while position < len(pattern):
        found = _KEYWORD.match(pattern, position)
        if found is None or bool(found.group(1)) != bool(found.group(5)):
            raise ValueError(f"cannot read the pattern {pattern!r} from {pattern[position:]!r} on")
        keywords.append(_Keyword(found.group(3), found.group(4) or "", bool(found.group(1))))
        position = found.end()
    return keywords


class CommandTable:
    """All commands of a firmware class, compiled once; headers seen before are looked up in a dictionary."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self.commands = tuple(commands)
        self._root = _Node()
        self._seen: dict[tuple[str, str], Target] = {}
        for command in self.commands:
            self._add(command)

    def extended(self, *commands: Command) -> "CommandTable":
        """Give a table with more commands."""
        return CommandTable((*self.commands, *commands))

    def _add(self, command: Command) -> None:
        keywords = _keywords(command.pattern)
        for present in product(*((True, False) if keyword.optional else (True,) for keyword in keywords)):
            self._add_variant(command, keywords, present)

    def _add_variant(self, command: Command, keywords: list[_Keyword], present: tuple[bool, ...]) -> None:
        node = self._root
        places: list[int] = []
        allowed: list[str] = []
        for keyword, is_present in zip(keywords, present, strict=True):
            if keyword.suffix == "<n>":
                places.append(len(allowed) if is_present else -1)
            if is_present:
                node = _child(node, keyword.name)
                allowed.append(keyword.suffix)
        if node.command not in (None, command):
            raise ValueError(
                f"{command.pattern} and {node.command.pattern if node.command else ''} are the same header"
            )
        if node is not self._root:
            node.command, node.places, node.allowed = command, tuple(places), tuple(allowed)

    def call(self, unit: str, path: str) -> tuple[Target, Call]:
        """Read one command or query; `path` is where the one before it stood.

        Raises ScpiError: -101, -102, -103, -108, -109, -113 or -114.
        """
        parts = unit.split(None, 1)
        header = parts[0]
        target = self._seen.get((path, header)) or self._look_up(path, header)
        arguments = [trimmed(part) for part in split_outside(parts[1], ",")] if len(parts) > 1 else []
        fewest, most = target.arguments
        if len(arguments) < fewest:
            raise ScpiError(-109)
        if len(arguments) > most:
            raise ScpiError(-108)
        return target, Call(arguments, target.suffixes)

    def _look_up(self, path: str, header: str) -> Target:
        if not _HEADER.fullmatch(header):
            raise ScpiError(_malformed(header))
        is_query = header.endswith("?")
        name = header.removesuffix("?").upper()
        if name.startswith("*"):
            full, next_path = name, path
        else:
            full = name[1:] if name.startswith(":") else path + name
            next_path = full[: full.rfind(":") + 1]
        node, suffixes = self._walk(full.split(":"))
        command = node.command
        if command is None:
            raise ScpiError(-113)
        handler = command.query if is_query else command.write
        if handler is None:
            raise ScpiError(-113)
        numbers = _suffixes(node, suffixes)
        arguments = command.query_arguments if is_query else command.write_arguments
        target = Target(handler, arguments, numbers, next_path)
        if len(self._seen) < _REMEMBERED:
            self._seen[(path, header)] = target
        return target

    def _walk(self, words: list[str]) -> tuple[_Node, list[str]]:
        """Follow the keywords of a header; give where they lead and the numbers behind them."""
        node = self._root
        suffixes: list[str] = []
        for word in words:
            child = node.children.get(word)
            suffix = ""
            if child is None and (split := _TRAILING.fullmatch(word)):
                child = node.children.get(split.group(1))
                suffix = split.group(2)
            if child is None:
                raise ScpiError(-113)
            node = child
            suffixes.append(suffix)
        return node, suffixes


def _child(node: _Node, name: str) -> _Node:
    short, long = short_form(name), name.upper()
    child = node.children.get(long) or node.children.get(short) or _Node()
    for form in (short, long):
        if node.children.setdefault(form, child) is not child:
            raise ValueError(f"{name} is ambiguous beside another keyword")
    return child


def _suffixes(node: _Node, written: list[str]) -> tuple[int, ...]:
    """Give the number for each `<n>`; raises ScpiError -113 or -114 for a number that may not stand there."""
    for allowed, suffix in zip(node.allowed, written, strict=True):
        if suffix and not allowed:
            raise ScpiError(-113)
        if len(suffix) > _LONGEST_SUFFIX or (suffix and allowed == "[1]" and int(suffix) != 1):
            raise ScpiError(-114)
    return tuple(1 if place < 0 else int(written[place] or 1) for place in node.places)


def _malformed(header: str) -> int:
    """Tell what is wrong with a header that is none: -101, -102 or -103."""
    if not header.isascii() or not header.isprintable():
        return -101
    return -103 if re.match(r"[:*\w]+[,;]", header) else -102
