"""Configuration lists of a 2450: settings kept by name and index, to be recalled as a whole."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError

T = TypeVar("T")


class ConfigurationLists(Generic[T]):
    """All source lists, or all measure lists; indices count from 1.

    `recalled` holds the index that was recalled last from each list, from which next and previous go on.
    """

    def __init__(self) -> None:
        self._lists: dict[str, list[T]] = {}
        self.recalled: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._lists

    def clear(self) -> None:
        """Forget all lists."""
        self._lists.clear()
        self.recalled.clear()

    @property
    def names(self) -> list[str]:
        """The names of all lists."""
        return list(self._lists)

    def create(self, name: str) -> None:
        """Make an empty list; one of that name must not exist."""
        if name in self._lists:
            raise ScpiError(-224, f"Illegal parameter value: configuration list {name} exists already")
        self._lists[name] = []

    def replace(self, name: str, settings: Iterable[T]) -> None:
        """Make a list anew, whether or not it existed."""
        self._lists[name] = []
        self.recalled.pop(name, None)
        self.extend(name, settings)

    def extend(self, name: str, settings: Iterable[T]) -> None:
        """Append settings to a list, made anew when it does not exist."""
        points = self._lists.setdefault(name, [])
        points.extend(settings)
        self._check_memory()

    def store(self, name: str, setting: T, index: int | None = None) -> None:
        """Keep a setting at an index, or behind the last one."""
        points = self._points(name)
        if index is None or index == len(points) + 1:
            points.append(setting)
            self._check_memory()
        elif 1 <= index <= len(points):
            points[index - 1] = setting
        else:
            raise ScpiError(-222)

    def delete(self, name: str, index: int | None = None) -> None:
        """Delete a list, or one index of it."""
        points = self._points(name)
        if index is None:
            del self._lists[name]
            self.recalled.pop(name, None)
        elif 1 <= index <= len(points):
            del points[index - 1]
        else:
            raise ScpiError(-222)

    def size(self, name: str) -> int:
        """Count the indices of a list."""
        return len(self._points(name))

    def recall(self, name: str, index: int) -> T:
        """Give the setting at an index, and note it as recalled."""
        points = self._points(name)
        if not 1 <= index <= len(points):
            raise ScpiError(-222)
        self.recalled[name] = index
        return points[index - 1]

    def look(self, name: str, index: int) -> T:
        """Give the setting at an index."""
        points = self._points(name)
        if not 1 <= index <= len(points):
            raise ScpiError(-222)
        return points[index - 1]

    def index_after(self, name: str) -> int:
        """Give the index after the latest one, the first after the last."""
        return self.recalled.get(name, 0) % max(self.size(name), 1) + 1

    def index_before(self, name: str) -> int:
        """Give the index before the latest one, the last before the first."""
        latest = self.recalled.get(name, 1)
        return latest - 1 if latest > 1 else self.size(name)

    def _points(self, name: str) -> list[T]:
        if name not in self._lists:
            raise ScpiError(-224, f"Illegal parameter value: configuration list {name} does not exist")
        return self._lists[name]

    def _check_memory(self) -> None:
        if sum(len(points) for points in self._lists.values()) > specs.CONFIGURATION_POINTS:
            raise ScpiError(-225, "Out of memory")
