"""The report as one HTML file: no network, no plotting library, figures drawn by the page's own script."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from labkit import __version__
from labkit.core import Identity, Run, Warned
from labkit.metrics import Metric
from labkit.report._among_published import INTRODUCTION, among_published
from labkit.report._comparison import compare, results_together
from labkit.report._entry import ReportEntry
from labkit.report._figure import Figure, figure_json
from labkit.report._flags import FLAG_WORDS
from labkit.report._lanes_svg import lanes_svg
from labkit.report._methods import methods_text
from labkit.report._minimum_set import minimum_set
from labkit.report._page import page_environment, page_resource
from labkit.report._provenance import (
    Rows,
    environment_facts,
    format_duration,
    plan_facts,
    readable_time,
    run_facts,
)
from labkit.report._result_figures import result_figures
from labkit.report._run_figures import run_figures
from labkit.report._table import MetricRow, format_conditions, metrics_table, shared_conditions
from labkit.report._timing import TimingRow, timing_table
from labkit.report._verdict import Verdict, verdict

_SCRIPTS = ("scale.js", "figure.js", "interaction.js")
_MOST_HIGHLIGHTS = 4


@dataclass(frozen=True, slots=True)
class _Drawn:
    identifier: str
    title: str
    caption: str
    data: Markup


@dataclass(frozen=True, slots=True)
class _Section:
    """One run as the template shows it."""

    identifier: str
    title: str
    subtitle: str
    verdict: Verdict
    virtual: bool
    highlights: list[MetricRow]
    rows: list[MetricRow]
    shared: str
    titles: dict[str, str]
    definitions: list[tuple[Metric, list[str]]]
    result_figures: list[_Drawn]
    run_figures: list[_Drawn]
    methods: list[str]
    facts: Rows
    instruments: tuple[Identity, ...]
    timing: list[TimingRow]
    estimates: Rows
    warnings: tuple[Warned, ...]
    unconfirmed: tuple[str, ...]
    environment: Rows
    texts: Rows


def html_report(entries: Sequence[ReportEntry], path: Path, title: str = "") -> None:
    """Write a report of one or more runs as a single HTML file.

    The file holds everything that it shows and asks nothing of a network. Equal entries give equal bytes.
    """
    sections = [_section(entry, f"run{index}") for index, entry in enumerate(entries, start=1)]
    among = among_published(entries)
    page = page_environment().get_template("report.html.j2")
    text = page.render(
        title=title or _title(entries),
        sections=sections,
        comparison=compare(entries) if len(entries) > 1 else None,
        together=_figures_together(entries),
        style=Markup(page_resource("style.css")),  # noqa: S704 - our own files
        script=Markup("\n".join(page_resource(name) for name in _SCRIPTS)),  # noqa: S704
        minimum=minimum_set(entries),
        introduction=INTRODUCTION,
        placings=[(placing, lanes_svg(placing)) for placing in among.placings],
        refusals=among.refusals,
        flag_words=FLAG_WORDS,
        labkit_version=__version__,
    )
    path.write_text(text, encoding="utf-8", newline="\n")


def _title(entries: Sequence[ReportEntry]) -> str:
    titles = list(dict.fromkeys(entry.run.description.title for entry in entries))
    return titles[0] if len(titles) == 1 else f"{len(entries)} runs"


def _section(entry: ReportEntry, identifier: str) -> _Section:
    run = entry.run
    shared = shared_conditions(entry.results)
    rows = metrics_table(entry.results, shared=shared)
    return _Section(
        identifier=identifier,
        title=run.description.title,
        subtitle=run_subtitle(run),
        verdict=verdict(run, entry.results),
        virtual=run.description.virtual,
        highlights=_highlights(rows),
        rows=rows,
        shared=format_conditions(shared),
        titles={name: metric.title for name, metric in entry.metrics.items()},
        definitions=used_definitions(entry),
        result_figures=[
            _drawn(figure, f"{identifier}-result{index}")
            for index, figure in enumerate(result_figures(entry.results, entry.metrics), start=1)
        ],
        run_figures=[
            _drawn(figure, f"{identifier}-raw{index}") for index, figure in enumerate(run_figures(run), start=1)
        ],
        methods=methods_text(entry),
        facts=run_facts(run, entry.source),
        instruments=run.instruments,
        timing=timing_table(run),
        estimates=plan_facts(run),
        warnings=run.warnings,
        unconfirmed=run.finished.unconfirmed if run.finished else (),
        environment=environment_facts(run),
        texts=_texts(run),
    )


def _figures_together(entries: Sequence[ReportEntry]) -> list[_Drawn]:
    if len(entries) < 2:
        return []
    metrics = {name: metric for entry in entries for name, metric in entry.metrics.items()}
    figures = result_figures(results_together(entries), metrics)
    return [_drawn(figure, f"together{index}") for index, figure in enumerate(figures, start=1)]


def run_subtitle(run: Run) -> str:
    """Say in a line which standard protocol was run on which device, when and for how long."""
    duration = format_duration(run.finished.occupied) if run.finished else "cut off"
    parts = [f"{run.sample.name}, cell {run.sample.device}", readable_time(run.started_at), duration]
    return " · ".join(filter(None, [run.description.implements, *parts]))


def _highlights(rows: Sequence[MetricRow]) -> list[MetricRow]:
    """Choose the first reportable row of each metric."""
    first = {row.metric: row for row in reversed(rows) if row.reportable}
    in_order = [row for row in rows if first.get(row.metric) is row]
    return in_order[:_MOST_HIGHLIGHTS]


def used_definitions(entry: ReportEntry) -> list[tuple[Metric, list[str]]]:
    """Give the metrics of an entry, each with the definition-ids under which its results stand."""
    used: dict[str, list[str]] = {}
    for result in entry.results:
        identifiers = used.setdefault(result.metric, [])
        if result.definition and result.definition not in identifiers:
            identifiers.append(result.definition)
    return [(entry.metrics[name], identifiers) for name, identifiers in used.items() if name in entry.metrics]


def _texts(run: Run) -> Rows:
    said = run.description
    texts = (("Protocol", said.protocol_text), ("Bench", said.bench_text), ("Sample", said.sample_text))
    return [(name, text) for name, text in texts if text.strip()]


def _drawn(figure: Figure, identifier: str) -> _Drawn:
    return _Drawn(identifier, figure.title, figure.caption, Markup(figure_json(figure)))  # noqa: S704 - escaped there
