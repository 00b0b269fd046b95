"""Where opened runs stand among the published devices, and how two sets of runs agree, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.app._analyse import Analysis, Change
from labkit.app._recent import read_measured
from labkit.app._report import compare_sets
from labkit.core import Result
from labkit.report import (
    PUBLISHED_INTRODUCTION,
    ValueLane,
    agreement_lines,
    among_published,
    format_bound,
    format_estimate,
    format_place,
    report_entry,
    value_lanes,
)


@dataclass(frozen=True, slots=True)
class PublishedPlace:
    """One quantity of published devices with the measured ones among them; values in `unit` (SI).

    `wide` when the values go over decades; `words` tell what is compared with what, `sentences` where each device is.
    """

    title: str
    unit: str
    wide: bool
    lanes: tuple[ValueLane, ...]
    words: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedPlaces:
    """All quantities that can be compared, and pairs of symbols with why they cannot be."""

    introduction: str
    places: tuple[PublishedPlace, ...]
    refusals: tuple[tuple[str, str], ...]


def place_among_published(runs: Sequence[Path]) -> PublishedPlaces:
    """Set what runs measured beside the published devices, where the definitions allow it. Raises LabkitError."""
    found = among_published([report_entry(*read_measured(path), path.name) for path in runs])
    places = tuple(
        PublishedPlace(
            placing.quantity.about.title,
            placing.quantity.about.unit,
            placing.quantity.about.wide,
            tuple(value_lanes(placing)),
            placing.words,
            placing.sentences,
        )
        for placing in found.placings
    )
    return PublishedPlaces(PUBLISHED_INTRODUCTION, places, found.refusals)


def compare_lines(one: Sequence[Path], other: Sequence[Path], names: tuple[str, str]) -> list[tuple[str, ...]]:
    """Compare two sets of run files, as rows of text with the heads first; the last column is the verdict.

    Raises LabkitError when they have nothing in common.
    """
    return list(agreement_lines(compare_sets(one, other), names))


def change_lines(analysis: Analysis) -> list[tuple[str, str, str, str]]:
    """Write what a new computation changed: value of, at, before, now."""
    return [_changed(change) for change in analysis.changes]


def _changed(change: Change) -> tuple[str, str, str, str]:
    known = change.now or change.before
    symbol, place = (known.symbol, format_place(known)) if known is not None else ("", "")
    return symbol, place, _shown(change.before), _shown(change.now)


def _shown(result: Result | None) -> str:
    if result is None:
        return "—"
    value = format_bound(result) if result.estimate is None else format_estimate(result.estimate)
    return f"{value} ({result.definition})"
