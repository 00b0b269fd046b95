"""The report as a PDF, set by Typst: to print, to attach to a paper, to archive."""

import json
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from labkit import __version__
from labkit.core import LabkitError
from labkit.report._among_published import INTRODUCTION, AmongPublished, among_published
from labkit.report._draw_figure import draw_figure
from labkit.report._draw_lanes import draw_lanes
from labkit.report._entry import ReportEntry
from labkit.report._figure import Figure
from labkit.report._html import run_subtitle, used_definitions
from labkit.report._methods import methods_text
from labkit.report._minimum_set import MinimumSet, minimum_set
from labkit.report._provenance import run_facts
from labkit.report._result_figures import result_figures
from labkit.report._run_figures import run_figures
from labkit.report._table import format_conditions, metrics_table, shared_conditions
from labkit.report._verdict import verdict

_MOST_FIGURES = 12
"""Figures of a run that are printed; the page and `labkit figures` have all."""


def pdf_report(entries: Sequence[ReportEntry], path: Path, title: str = "") -> None:
    """Write a report of one or more runs as a PDF.

    Equal entries give equal bytes. Raises LabkitError when Typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise LabkitError("Typst, which sets the PDF, is not installed", 'pip install "labkit[report]"') from error
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = {
            "title": title or ", ".join(dict.fromkeys(entry.run.description.title for entry in entries)),
            "version": __version__,
            "virtual": any(entry.run.description.virtual for entry in entries),
            "minimum": _minimum(minimum_set(entries)),
            "introduction": INTRODUCTION,
            "among": _among(among_published(entries), folder),
            "runs": [_run(entry, folder, f"run{number}") for number, entry in enumerate(entries, start=1)],
        }
        (folder / "report.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        source = folder / "report.typ"
        source.write_text((files("labkit.report") / "page" / "report.typ").read_text(encoding="utf-8"), "utf-8")
        path.write_bytes(typst.compile(source, timestamp=0))


def _run(entry: ReportEntry, folder: Path, name: str) -> dict[str, Any]:
    run = entry.run
    shared = shared_conditions(entry.results)
    rows = metrics_table(entry.results, shared=shared)
    figures = [*result_figures(entry.results, entry.metrics), *run_figures(run)][:_MOST_FIGURES]
    return {
        "title": run.description.title,
        "subtitle": run_subtitle(run),
        "verdict": verdict(run, entry.results).sentence,
        "rows": [
            {
                "symbol": row.symbol,
                "conditions": row.conditions,
                "value": row.value,
                "interval": row.interval,
                "counts": row.counts,
                "flags": " ".join(flag.value for flag in row.flags),
            }
            for row in rows
        ],
        "shared": format_conditions(shared),
        "withheld": [[row.symbol, row.reason] for row in rows if row.reason],
        "figures": [_figure(figure, folder, f"{name}-{number}.svg") for number, figure in enumerate(figures, start=1)],
        "methods": methods_text(entry),
        "definitions": [[metric.title, ", ".join(ids), metric.formula] for metric, ids in used_definitions(entry)],
        "facts": [[key, value] for key, value in run_facts(run, entry.source)],
        "warnings": [" ".join(filter(None, (warning.message, warning.remedy))) for warning in run.warnings],
    }


def _minimum(found: MinimumSet) -> dict[str, Any]:
    items = [
        [each.name, "held" if each.met else f"not here; it comes from {each.remedy}"] for each in found.requirements
    ]
    return {"complete": found.complete, "badge": found.badge, "items": items}


def _among(found: AmongPublished, folder: Path) -> dict[str, Any]:
    placings = []
    for number, placing in enumerate(found.placings, start=1):
        file = f"among-{number}.svg"
        draw_lanes(placing, folder / file)
        title, told = placing.quantity.about.title, " ".join(placing.sentences)
        placings.append({"file": file, "title": title, "caption": f"{told} {placing.words}"})
    return {"placings": placings, "refusals": found.refusals}


def _figure(figure: Figure, folder: Path, file: str) -> dict[str, str]:
    draw_figure(figure, folder / file)
    return {"file": file, "title": figure.title, "caption": figure.caption}
