"""Which chips there are to look at: runs over a chip, the runs of one sample together, the bench before any run."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labkit.app import CatalogueEntry


@dataclass(frozen=True, slots=True)
class ChipSource:
    """Run files of one chip under a title; none for the bench itself."""

    title: str
    runs: tuple[Path, ...]


def chip_sources(entries: Iterable[CatalogueEntry], bench: str) -> list[ChipSource]:
    """Offer the runs over a chip, the latest first, then samples of which several devices were measured."""
    readable = [entry for entry in entries if not entry.problem]
    chips = [entry for entry in readable if entry.chip]
    found = [ChipSource(f"{_moment(one)}  {one.protocol}, {one.sample}", (one.path,)) for one in chips]
    by_sample: dict[str, list[CatalogueEntry]] = {}
    for entry in readable:
        by_sample.setdefault(entry.sample, []).append(entry)
    for sample, own in by_sample.items():
        devices = {device for entry in own for device in (entry.devices or (entry.device,))}
        if len(devices) > 1 and len(own) > 1:
            found.append(ChipSource(f"All {len(own)} runs of {sample}", tuple(entry.path for entry in own)))
    found.append(ChipSource(f"The cells of {bench}, before any run", ()))
    return found


def _moment(entry: CatalogueEntry) -> str:
    return entry.started_at[:16].replace("T", " ")
