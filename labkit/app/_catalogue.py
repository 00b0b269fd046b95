"""What there is in a folder of runs: a line a run file, kept in a small index so that the next look is quick."""

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from labkit.core import LabkitError
from labkit.storage import RunHead, StoredValue, read_head, read_values

INDEX = ".labkit-index.json"
_VERSION = 1
_CUT_OFF = "cut off"

_ONE_AT_A_TIME = Lock()
"""Who looks into a folder that another one looks into waits, and then finds the index."""

Heard = Callable[[int, int], None]
"""Told how many files of how many are read."""


@dataclass(frozen=True, slots=True)
class ValueSpan:
    """What a run file holds of one value of one metric: how often, and from where to where (SI units).

    `low` and `high` are the smallest and the largest of the values over conditions and devices; NaN without any.
    """

    metric: str
    symbol: str
    unit: str
    count: int
    low: float
    high: float
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One file of a folder. `problem` says why it cannot be read; nothing else is known of it then.

    `outcome` is `complete`, `aborted`, `failed`, or `cut off` for a run that goes on or was killed. `started_at` is
    ISO 8601 with the zone.
    """

    path: Path
    problem: str = ""
    run_id: str = ""
    title: str = ""
    protocol: str = ""
    implements: str = ""
    sample: str = ""
    device: str = ""
    devices: tuple[str, ...] = ()
    started_at: str = ""
    outcome: str = ""
    virtual: bool = False
    values: tuple[ValueSpan, ...] = ()

    @property
    def chip(self) -> bool:
        """Whether the run went through devices of a chip."""
        return bool(self.devices)


def read_catalogue(folder: Path, heard: Heard | None = None) -> tuple[CatalogueEntry, ...]:
    """List the run files of a folder and of those within it, the latest first.

    Files that have not changed since the last look are taken from an index in the folder; the index is written anew
    when it can be, and done without when it cannot, or when it is damaged. A file that cannot be read is listed with
    the reason. A folder that is not there has no runs.
    """
    with _ONE_AT_A_TIME:
        return _read_catalogue(folder, heard)


def _read_catalogue(folder: Path, heard: Heard | None) -> tuple[CatalogueEntry, ...]:
    files = list(_files(folder))
    known = _read_index(folder / INDEX)
    found: dict[str, tuple[str, CatalogueEntry]] = {}
    news = False
    for number, path in enumerate(files, start=1):
        stamp, name = _stamp(path), path.relative_to(folder).as_posix()
        before = known.get(name)
        if before is not None and before[0] == stamp:
            found[name] = stamp, replace(before[1], path=path)
        else:
            found[name] = stamp, read_entry(path)
            news = True
            if heard is not None:
                heard(number, len(files))
    if news or found.keys() != known.keys():
        _write_index(folder / INDEX, found)
    return tuple(sorted((entry for _, entry in found.values()), key=_latest_first, reverse=True))


def read_entry(path: Path) -> CatalogueEntry:
    """Read what a run file is about; the reason when it cannot be read."""
    try:
        head, values = read_head(path), read_values(path)
    except LabkitError as error:
        return CatalogueEntry(path, error.message)
    except (KeyError, ValueError, TypeError) as error:  # a file of another kind, or one that something spoiled
        return CatalogueEntry(path, f"not a whole run file: {error}")
    return _entry(path, head, values)


def _entry(path: Path, head: RunHead, values: Iterable[StoredValue]) -> CatalogueEntry:
    said = head.description
    return CatalogueEntry(
        path=path,
        run_id=said.run_id,
        title=said.title,
        protocol=said.protocol_name,
        implements=said.implements,
        sample=head.sample.name,
        device=head.sample.device,
        devices=said.vocabulary.devices,
        started_at=head.started_at,
        outcome=head.finished.outcome if head.finished is not None else _CUT_OFF,
        virtual=said.virtual,
        values=tuple(_spans(values)),
    )


def _spans(values: Iterable[StoredValue]) -> Iterator[ValueSpan]:
    grouped: dict[tuple[str, str, str], list[StoredValue]] = {}
    for each in values:
        grouped.setdefault((each.metric, each.symbol, each.unit), []).append(each)
    for (metric, symbol, unit), members in grouped.items():
        numbers = [each.value for each in members if each.value is not None and math.isfinite(each.value)]
        flags = dict.fromkeys(flag for each in members for flag in each.flags)
        low, high = (min(numbers), max(numbers)) if numbers else (math.nan, math.nan)
        yield ValueSpan(metric, symbol, unit, len(numbers), low, high, tuple(flags))


def _files(folder: Path) -> Iterator[Path]:
    """Give the files that look like runs; a folder that may not be looked into is passed over."""
    for inside, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(".h5") and not name.startswith("."):
                yield Path(inside) / name


def _stamp(path: Path) -> str:
    """Tell one state of a file from another."""
    try:
        state = path.stat()
    except OSError:
        return ""
    return f"{state.st_mtime_ns}:{state.st_size}"


def _latest_first(entry: CatalogueEntry) -> tuple[str, str]:
    return entry.started_at, entry.path.name


def _read_index(path: Path) -> dict[str, tuple[str, CatalogueEntry]]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != _VERSION:
            return {}
        return {name: (item["stamp"], _of_plain(item["entry"])) for name, item in data["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _of_plain(plain: Mapping[str, Any]) -> CatalogueEntry:
    values = tuple(
        ValueSpan(
            **{
                **span,
                "flags": tuple(span["flags"]),
                "low": math.nan if span["low"] is None else span["low"],
                "high": math.nan if span["high"] is None else span["high"],
            }
        )
        for span in plain["values"]
    )
    return CatalogueEntry(
        **{**plain, "path": Path(plain["path"]), "devices": tuple(plain["devices"]), "values": values}
    )


def _plain(entry: CatalogueEntry) -> dict[str, Any]:
    plain = asdict(entry) | {"path": entry.path.name}
    for span in plain["values"]:
        for end in ("low", "high"):
            span[end] = span[end] if math.isfinite(span[end]) else None
    return plain


def _write_index(path: Path, found: Mapping[str, tuple[str, CatalogueEntry]]) -> None:
    """Put the index in its place in one go; a folder that cannot be written is read anew next time."""
    files = {name: {"stamp": stamp, "entry": _plain(entry)} for name, (stamp, entry) in found.items()}
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps({"version": _VERSION, "files": files}, ensure_ascii=False), encoding="utf-8")
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
