"""A protocol's text with other defaults, all else kept as it is written."""

from collections.abc import Mapping

from labkit.core import LabkitError, Located, load_yaml

_FLOW = "[{\"'"


def with_defaults(text: str, name: str, values: Mapping[str, str], set_name: str | None = None) -> str:
    """Give the text of a protocol with values (name to text) in the place of defaults, comments and layout kept.

    A value that the set `set_name` gives is written there. `name` stands for the file. Raises DocumentError when the
    text is no YAML, LabkitError when a parameter has no default to replace.
    """
    source = load_yaml(text, name)
    places = sorted(
        ((_extent(source, parameter, set_name), value) for parameter, value in values.items()), reverse=True
    )
    for (begin, end), value in places:
        kept = text[begin:end]
        text = text[:begin] + _written(value) + kept[len(kept.rstrip()) :] + text[end:]
    return text


def _extent(source: Located, parameter: str, set_name: str | None) -> tuple[int, int]:
    of_set = ("sets", set_name or "", parameter)
    path = of_set if of_set in source.ends else ("parameters", parameter, "default")
    if path not in source.ends:
        raise LabkitError(f"{source.name} has no default of {parameter} to replace", "write it into the text by hand")
    starts = [0]
    for line in source.text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    begin, end = source.value(path), source.ends[path]
    return starts[begin.line - 1] + begin.column - 1, starts[end.line - 1] + end.column - 1


def _written(value: str) -> str:
    """Write a value such that it stands in a mapping in braces, too."""
    if value[:1] in _FLOW or not any(sign in value for sign in (",", ": ", " #", "{", "}", "[", "]")):
        return value
    return f'"{value}"'
