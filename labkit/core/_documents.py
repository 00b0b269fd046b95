"""Files as typed models, with every fault of a file told at once and at its place."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from labkit.core._errors import DocumentError, LabkitError, Problem
from labkit.core._yaml import Located, Path, load_yaml

Model = TypeVar("Model", bound=BaseModel)

NAME_PATTERN = "[a-z][a-z0-9_]*"
"""What a name looks like in labkit's files: of a terminal, a parameter, a mark, a loop."""

UNKNOWN_KEY = "unknown_key"
"""The error type by which a validator of its own says that a key is unknown."""


def read_document(path: FilePath, model: type[Model]) -> Model:
    """Read a YAML file as a model.

    Raises LabkitError when the file cannot be read, and DocumentError with all faults when it does not fit the model.
    """
    return validate(model, load_yaml(read_text(path), str(path)))


def read_text(path: FilePath) -> str:
    """Read a text file; raises LabkitError with a remedy."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        beside = sorted(found.name for found in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
        near = did_you_mean(path.name, beside)
        raise LabkitError(f"there is no file {path}{near}", "give the path of a file that exists") from error
    except UnicodeDecodeError as error:
        raise LabkitError(f"{path} is not text in UTF-8", "save it as UTF-8") from error
    except OSError as error:
        raise LabkitError(f"cannot read {path}: {error.strerror}", "check the path and its permissions") from error


def validate(model: type[Model], located: Located) -> Model:
    """Check a document against a model.

    Raises DocumentError with all faults: an unknown key at the key, a wrong value at the value, a missing field at what
    it is missing from. A union's tags must be written `<tag>`: they are no part of the path.
    """
    try:
        checked = model.model_validate(located.data)
    except ValidationError as error:
        found = [fault.problem for fault in faults_of(error, model, located)]
        raise DocumentError(in_order([*located.problems, *found])) from error
    if located.problems:
        raise DocumentError(in_order(located.problems))
    return checked


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a part of a document: the problem to tell, where it lies, and whether the key is unknown."""

    problem: Problem
    path: Path
    unknown_key: bool


def faults_of(error: ValidationError, model: type[BaseModel], located: Located) -> list[Fault]:
    """Turn a model's errors into faults with places, leaving out places of which the YAML itself is at fault."""
    told = {(problem.line, problem.column) for problem in located.problems}
    faults = [_fault(detail, located, model) for detail in error.errors(include_url=False)]
    return [fault for fault in faults if (fault.problem.line, fault.problem.column) not in told]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems by file, as they come, and by place in it; each once."""
    once = list(dict.fromkeys(problems))
    files = list(dict.fromkeys(problem.file for problem in once))
    return sorted(once, key=lambda problem: (files.index(problem.file), problem.line, problem.column))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give `; did you mean "x"?` for the nearest of the known words, or nothing.

    >>> did_you_mean("widht", ["width", "level"])
    '; did you mean "width"?'
    """
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def _fault(detail: ErrorDetails, located: Located, model: type[BaseModel]) -> Fault:
    path, absent = _document_path(detail, located.data)
    kind = detail["type"]
    if kind == "missing":
        message = f'"{absent}" is missing{_beneath(path)}'
    elif kind == "extra_forbidden":
        message = _unknown_key(path, detail, located.data, model)
    elif path and isinstance(path[-1], str) and absent != "[key]":
        message = f"{path[-1]}: {_sentence(detail)}"
    else:
        message = _sentence(detail)
    at_key = kind in ("missing", "extra_forbidden") or absent == "[key]"
    return Fault(located.problem(path, message, at_key), path, kind in ("extra_forbidden", UNKNOWN_KEY))


def _unknown_key(path: Path, detail: ErrorDetails, data: Any, model: type[BaseModel]) -> str:
    key = str(path[-1])
    if detail["input"] is None and " " in key:
        return f'"{key}" stands here as a key: in {{ }} a comma ends a value; put a text with a comma into quotes'
    places = _places(model, path[:-1])
    known = sorted({name for place in places for name in place.get("properties", {})})
    if key in known:
        return _key_of_another_kind(key, detail, places, _at(data, path[:-1]))
    near = did_you_mean(key, known) or (f"; known are: {', '.join(known)}" if known else "")
    return f'unknown key "{key}"{near}'


def _key_of_another_kind(
    key: str, detail: ErrorDetails, places: Iterable[Mapping[str, Any]], written: Mapping[str, Any]
) -> str:
    """Say that a key belongs to another alternative of a union than to the one that the other keys make it."""
    tag = next((part.strip("<>") for part in detail["loc"][::-1] if isinstance(part, str) and part[0] == "<"), "")
    kind = f" ({tag})" if tag else ""
    fitting = [
        place["properties"]
        for place in places
        if key not in (own := place.get("properties", {})) and own and written.keys() >= set(place.get("required", ()))
    ]
    known = ", ".join(sorted({name for own in fitting for name in own}))
    return f'"{key}" is no key of this kind{kind}, only of others' + (f"; known here: {known}" if known else "")


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _beneath(path: Path) -> str:
    words = [part for part in path if isinstance(part, str)]
    return f" in {words[-1]}" if words else ""


def _document_path(detail: ErrorDetails, data: Any) -> tuple[Path, str]:
    """Give the part of pydantic's location that is in the document, and the field that is not.

    A validator may say where its fault lies: a path in the error's context under `at`, from its own place on.
    """
    path: list[str | int] = []
    absent = ""
    for part in (*detail["loc"], *detail.get("ctx", {}).get("at", ())):
        if isinstance(part, str) and part.startswith("<"):
            continue
        if not _holds(data, part):
            absent = str(part)
            continue
        data = data[part]
        path.append(part)
    return tuple(path), absent


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


_COMPARISONS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": 'text; put it into quotes ("...")',
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping of keys to values",
    "model": "a mapping of keys to values",
}


def _sentence(detail: ErrorDetails) -> str:
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind == "value_error":
        return str(context["error"])
    if kind in _COMPARISONS:
        words, limit = _COMPARISONS[kind]
        return f"{_shown(value)} must be {words} {context[limit]:g}"
    if kind == "literal_error":
        expected = str(context["expected"])
        allowed = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
        return f"{_shown(value)} is not one of: {', '.join(allowed)}{did_you_mean(str(value), allowed)}"
    if kind == "string_pattern_mismatch" and NAME_PATTERN in str(context["pattern"]):
        return f"{_shown(value)} is no name; a name is of small letters, digits and _, and begins with a letter"
    family = kind.split("_")[0]
    if family in _EXPECTED and kind.endswith(("_type", "_parsing", "_from_float")):
        return f"{_shown(value)} is not {_EXPECTED[family]}"
    return detail["msg"][:1].lower() + detail["msg"][1:]


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "what stands here"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _places(model: type[BaseModel], path: Path) -> list[Mapping[str, Any]]:
    """Give what the model knows at a path, through its JSON schema: all alternatives of a union."""
    schema = model.model_json_schema()
    places = list(_alternatives(schema, schema))
    for part in path:
        inner = [found for place in places for found in _inside(place, part)]
        places = [found for place in inner for found in _alternatives(place, schema)]
    return places


def _alternatives(place: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in place:
        yield from _alternatives(schema["$defs"][place["$ref"].rsplit("/", 1)[1]], schema)
        return
    yield place
    for several in ("anyOf", "oneOf", "allOf"):
        for alternative in place.get(several, ()):
            yield from _alternatives(alternative, schema)


def _inside(place: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, int):
        found = [place.get("items")]
    elif part in place.get("properties", {}):
        found = [place["properties"][part]]
    else:
        found = [place.get("additionalProperties"), *place.get("patternProperties", {}).values()]
    yield from (schema for schema in found if isinstance(schema, dict))
