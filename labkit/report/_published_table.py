"""Published devices as text, as plain data and as files: every number with its confidence and what is doubtful."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from labkit.literature import Confidence, PublishedDevice, PublishedValue, Unplaced
from labkit.report._notation import format_number

_DEVICE_COLUMNS = (
    "table",
    "row",
    "reference",
    "authors",
    "journal",
    "year",
    "doi",
    "perovskite",
    "dimensionality",
    "structure",
    "terminals",
    "mechanism",
    "migrating_ions",
    "wavelengths",
)
_VALUE_COLUMNS = ("metric", "value", "unit", "confidence", "printed", "definition", "reason")
PUBLISHED_COLUMNS = (*_DEVICE_COLUMNS, *_VALUE_COLUMNS, "ambiguity")
_MARKS = {Confidence.HIGH: "", Confidence.MEDIUM: " (medium)", Confidence.LOW: " (low)"}


def format_published(value: PublishedValue) -> str:
    """Write a published number; one whose column is not quite sure says so: `50 (medium)`."""
    return f"{format_number(value.value, value.unit)}{_MARKS[value.confidence]}"


def format_unplaced(unplaced: Unplaced) -> str:
    """Write a number whose column cannot be told."""
    return f"{unplaced.printed}: column not known ({' or '.join(unplaced.candidates)})"


def published_data(devices: Sequence[PublishedDevice]) -> list[dict[str, Any]]:
    """Give devices as plain data in SI units (m, J, s; ratios as ratios, not in percent)."""
    return [
        {
            **_device(device),
            "wavelengths": list(device.wavelengths),
            "perovskite_confidence": str(device.perovskite_confidence),
            "values": [_value(value) for value in device.values.values()],
            "unplaced": [
                {"printed": each.printed, "candidates": list(each.candidates), "reason": each.reason}
                for each in device.unplaced
            ],
            "confidence": str(device.confidence),
            "ambiguity": device.ambiguity,
        }
        for device in devices
    ]


def write_published_csv(devices: Sequence[PublishedDevice], path: Path) -> None:
    """Write a row for each value, in SI units (ratios as ratios); a device without a value has one row without one."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, PUBLISHED_COLUMNS, lineterminator="\n", restval="")
        writer.writeheader()
        for device in devices:
            writer.writerows(_rows(device))


def published_markdown(devices: Sequence[PublishedDevice]) -> str:
    """Give devices as a Markdown table with the papers and what is doubtful below."""
    lines = ["| | perovskite | structure | mechanism | λ (nm) | published values |", "|---|---|---|---|---|---|"]
    notes = []
    for device in devices:
        told = [f"{value.quantity.about.title} {format_published(value)}" for value in device.values.values()]
        told += [format_unplaced(each) for each in device.unplaced]
        lengths = ", ".join(f"{length * 1e9:.0f}" for length in device.wavelengths)
        cells = (device.name, device.perovskite, device.structure, device.mechanism, lengths, "; ".join(told) or "—")
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
        notes.append(f"- {device.name}: {device.reference}. {device.ambiguity}".rstrip().replace("*", "\\*"))
    return "\n".join([*lines, "", *notes]) + "\n"


def _rows(device: PublishedDevice) -> Iterator[dict[str, Any]]:
    shared = {**_device(device), "ambiguity": device.ambiguity}
    for value in device.values.values():
        yield {**shared, **_value(value)}
    if not device.values:
        yield shared


def _device(device: PublishedDevice) -> dict[str, Any]:
    paper = device.reference
    return {
        "table": device.table,
        "row": device.row,
        "reference": paper.number,
        "authors": paper.authors,
        "journal": paper.journal,
        "year": paper.year,
        "doi": paper.doi,
        "perovskite": device.perovskite,
        "dimensionality": device.dimensionality,
        "structure": device.structure,
        "terminals": device.terminals,
        "mechanism": str(device.mechanism),
        "migrating_ions": device.migrating_ions,
        "wavelengths": " ".join(f"{length:.4g}" for length in device.wavelengths),
    }


def _value(value: PublishedValue) -> dict[str, Any]:
    return {
        "metric": str(value.quantity),
        "value": float(f"{value.value:.12g}"),
        "unit": "1" if value.unit == "%" else value.unit,
        "confidence": str(value.confidence),
        "printed": value.printed,
        "definition": value.definition,
        "reason": value.reason,
    }
