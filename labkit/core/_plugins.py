"""Look up drivers, metrics and virtual benches by entry point."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from labkit.core._errors import PluginError


@cache
def _group(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}


def plugin_names(group: str) -> tuple[str, ...]:
    """Give the names registered under an entry-point group, sorted, without importing them."""
    return tuple(sorted(_group(group)))


def load_plugin(group: str, name: str) -> Any:
    """Import what an entry point names.

    Raises PluginError when nothing of that name is registered, with the names that are.
    """
    try:
        point = _group(group)[name]
    except KeyError:
        known = ", ".join(plugin_names(group)) or "none"
        raise PluginError(f"no {group.removeprefix('labkit.')} named {name!r}", f"use one of: {known}") from None
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise PluginError(f"{group} {name!r} does not load: {error}", "reinstall labkit with its extras") from error
