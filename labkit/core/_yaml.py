"""YAML as plain data that knows where each key and value stands, without YAML's traps.

PyYAML's events give the positions; the scalars are resolved here, because YAML 1.1 reads `1e-4` as text, `on` as true
and `1:30` as 90. What two versions of YAML read differently is refused with its line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from labkit.core._errors import DocumentError, Problem

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml: ten times slower, the same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # the two share all that is used of them

Path = tuple[str | int, ...]
"""Where something stands in a document: keys and list indices from the root."""

_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Position:
    """A line and a column that count from 1."""

    line: int
    column: int


_START = Position(1, 1)


@dataclass(frozen=True, slots=True)
class Located:
    """A YAML document as plain data, with the position of every key and every value.

    `problems` are the faults of the YAML itself that reading could go past; `validate` tells them together with what
    it finds. `data` is complete only when there are none.
    """

    data: Any
    name: str
    text: str
    keys: Mapping[Path, Position]
    values: Mapping[Path, Position]
    problems: tuple[Problem, ...] = ()
    ends: Mapping[Path, Position] = field(default_factory=dict)
    """Where values end: just behind the last character; of a block of lines, where the next thing begins."""

    def key(self, path: Path) -> Position:
        """Give where the key of an entry stands; for the item of a list, where the item begins."""
        return self.keys.get(path) or self.value(path)

    def value(self, path: Path) -> Position:
        """Give where a value begins; for one that is not in the file, where the nearest thing around it stands."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, _START)

    def problem(self, path: Path, message: str, at_key: bool = False) -> Problem:
        """Make a problem that points at a value, or at its key."""
        position = self.key(path) if at_key else self.value(path)
        return Problem(self.name, position.line, position.column, message, path_text(path))


def path_text(path: Path) -> str:
    """Write a path for people.

    >>> path_text(("steps", 0, "pulse", "width"))
    'steps[0].pulse.width'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def load_yaml(text: str, name: str) -> Located:
    """Read one YAML document; `name` is the file's name for messages.

    Raises DocumentError when the text is no YAML. Duplicate keys, `on`/`off`/`yes`/`no` without quotes, sexagesimal
    and octal numbers, anchors, aliases, merge keys and tags are told in `problems`.
    """
    reader = _Reader(name)
    try:
        data = reader.document(yaml.parse(text.removeprefix("\ufeff"), Loader=Loader))
    except yaml.YAMLError as error:
        raise DocumentError([*reader.problems, _syntax_problem(error, text, name)]) from error
    return Located(data, name, text, reader.keys, reader.values, tuple(reader.problems), reader.ends)


def _syntax_problem(error: yaml.YAMLError, text: str, name: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        before = text.encode()[: error.position].decode(errors="replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Problem(name, line, column, "a character that YAML does not allow; save the file as plain UTF-8 text")
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(name, 1, 1, f"not YAML: {error}")
    mark = error.problem_mark
    lines = text.split("\n")
    if mark.line < len(lines) and "\t" in lines[mark.line][: mark.column + 1]:
        return Problem(name, mark.line + 1, mark.column + 1, "a tab; YAML is indented with spaces")
    context = f" {error.context}" if error.context else ""
    return Problem(name, mark.line + 1, mark.column + 1, f"not YAML: {error.problem}{context}")


@dataclass(slots=True)
class _Reader:
    name: str
    keys: dict[Path, Position] = field(default_factory=dict)
    values: dict[Path, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ends: dict[Path, Position] = field(default_factory=dict)

    def document(self, events: Iterator[Any]) -> Any:
        """Go through the events of one document."""
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, (), "a second document (`---`); a file holds one")
                    break
            elif isinstance(event, yaml.NodeEvent):
                data = self._node(event, events, ())
        return data

    def _refuse(self, event: Any, path: Path, message: str) -> None:
        mark = event.start_mark
        self.problems.append(Problem(self.name, mark.line + 1, mark.column + 1, message, path_text(path)))

    def _node(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        self.values[path] = Position(event.start_mark.line + 1, event.start_mark.column + 1)
        if len(path) > _DEEPEST:
            raise DocumentError([Problem(self.name, event.start_mark.line + 1, 1, "nested too deeply", "")])
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(event, path, "anchors and aliases (`&`, `*`) are not read; name the value as a parameter")
        if isinstance(event, yaml.AliasEvent):
            return None
        if event.tag is not None:
            self._refuse(event, path, f"tag {event.tag}; tags are not read")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, path)
        self._end(event, path)
        return self._scalar(event, path)

    def _end(self, event: Any, path: Path) -> None:
        self.ends[path] = Position(event.end_mark.line + 1, event.end_mark.column + 1)

    def _list(self, events: Iterator[Any], path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*path, len(items))))
        self._end(event, path)
        return items

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event, events, path)
            if key in found:
                first = self.keys[(*path, key)].line
                self._refuse(event, (*path, key), f'duplicate key "{key}"; it stands in line {first} already')
                self._skip(next(events), events)
                continue
            self.keys[(*path, key)] = Position(event.start_mark.line + 1, event.start_mark.column + 1)
            found[key] = self._node(next(events), events, (*path, key))
        self._end(event, path)
        return found

    def _key(self, event: Any, events: Iterator[Any], path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, path, "a key must be a word")
            self._skip(event, events)
            return f"<key in line {event.start_mark.line + 1}>"
        if event.value == "<<" and event.implicit[0]:
            self._refuse(event, path, "merge keys (`<<`) are not read; name the values as parameters")
        elif event.implicit[0] and event.value.lower() in _BOOLEAN_WORDS:
            self._refuse(event, path, _boolean_word(event.value))
        return str(event.value)

    def _skip(self, event: Any, events: Iterator[Any]) -> None:
        depth = 0
        while True:
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth == 0:
                return
            event = next(events)

    def _scalar(self, event: Any, path: Path) -> Any:
        if not event.implicit[0]:
            return event.value
        try:
            return _resolve(event.value)
        except ValueError as error:
            self._refuse(event, path, str(error))
            return event.value


_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"[-+]?0([0-7_]+|o[0-7]+|x[0-9a-fA-F]+|b[01]+)")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9]*)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)
_BOOLEAN_WORDS = frozenset({"on", "off", "yes", "no"})
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


def _boolean_word(word: str) -> str:
    return f'{word} is a truth value in one YAML and a word in another; write true or false, or "{word}" in quotes'


def _resolve(word: str) -> str | int | float | bool | None:
    """Give what a scalar without quotes means; raises ValueError for what YAML's versions read differently."""
    if word in _WORDS:
        return _WORDS[word]
    if word.lower() in _BOOLEAN_WORDS:
        raise ValueError(_boolean_word(word))
    if _INTEGER.fullmatch(word):
        return int(word)
    if _OTHER_BASE.fullmatch(word):
        raise ValueError(f'{word} is octal in one YAML and decimal in another; write a decimal number or "{word}"')
    if _SEXAGESIMAL.fullmatch(word):
        raise ValueError(f'{word} counts by sixties in one YAML; write a quantity such as 90 s, or "{word}" in quotes')
    if _NOT_FINITE.fullmatch(word):
        raise ValueError(f"{word} is not a finite number")
    if _FLOAT.fullmatch(word):
        return float(word)
    return word
