"""The metrics of opened runs: a table, and below it the curves of a chosen value with their fits, and all its words."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QTextBrowser, QVBoxLayout, QWidget

from labkit.app import MetricRow, MetricWords, OpenedRun, OpenedRuns, flag_words
from labkit.gui._theme import Theme
from labkit.gui.plots._figures_panel import FiguresPanel
from labkit.gui.widgets import Cell, Column, DataTable, faint

_COLUMNS = (
    Column("Value of", "Symbol of the metric; what it is stands below"),
    Column("At", "The conditions that the value belongs to"),
    Column("Value", "With its standard uncertainty (k=1); a bound where there is no value", number=True),
    Column("95 % interval", "Where the true value lies, 19 times of 20", number=True),
    Column("n", "How many repeats, pulses, cycles or devices it rests on"),
    Column("Flags", "What is wrong or doubtful; in words below"),
    Column("Definition", "Definition-id and its version, as the metric standard names it"),
)
_RUN = Column("Run", "Which of the opened runs")


class MetricsPanel(QWidget):
    """Shows the results of opened runs; the row that is chosen decides on figure and words."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._opened: OpenedRuns | None = None
        self._rows: list[tuple[OpenedRun, int]] = []
        self.table = DataTable(_COLUMNS, theme)
        self.table.chosen.connect(self._choose)
        self.figures = FiguresPanel(theme, "This metric has no curve.")
        self.words = QTextBrowser()
        self.words.setOpenLinks(False)
        self.copy_button = QPushButton("Copy table")
        self.copy_button.setToolTip("The chosen rows, or all, as text and as a table (Ctrl+C in the table)")
        self.copy_button.clicked.connect(self.table.copy)
        self._shared = faint("")
        self._lay_out()

    def _lay_out(self) -> None:
        below = QSplitter(Qt.Orientation.Horizontal)
        below.addWidget(self.figures)
        below.addWidget(self.words)
        below.setSizes([520, 300])
        below.setChildrenCollapsible(False)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(below)
        self.splitter.setSizes([200, 320])
        self.splitter.setChildrenCollapsible(False)
        above = QHBoxLayout()
        above.addWidget(self._shared, 1)
        above.addWidget(self.copy_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(above)
        layout.addWidget(self.splitter, 1)

    def show_runs(self, opened: OpenedRuns | None) -> None:
        """Show the results of opened runs; the first that can be reported is chosen."""
        before = self._chosen_metric()
        self._opened = opened
        runs = () if opened is None else opened.runs
        self._rows = [(run, number) for run in runs for number in range(len(run.rows))]
        columns = (_RUN, *_COLUMNS) if len(runs) > 1 else _COLUMNS
        cells = [_cells(run, number, len(runs) > 1, self._help(run.rows[number])) for run, number in self._rows]
        self.table.set_rows(cells, columns)
        shared = runs[0].shared if len(runs) == 1 else ""
        self._shared.setText(f"All values: {shared}" if shared else "")
        self.copy_button.setEnabled(bool(cells))
        self._choose_first(before)

    def _choose_first(self, metric: str) -> None:
        rows = [run.rows[number] for run, number in self._rows]
        same = [k for k, row in enumerate(rows) if row.metric == metric]
        reportable = [k for k, row in enumerate(rows) if row.reportable]
        if rows:
            self.table.select([(same or reportable or [0])[0]])
        else:
            self._choose([])

    def _chosen_metric(self) -> str:
        chosen = self.table.selected_rows()
        if not chosen or chosen[0] >= len(self._rows):
            return ""
        run, number = self._rows[chosen[0]]
        return run.rows[number].metric

    def _help(self, row: MetricRow) -> str:
        known = self._opened.metrics.get(row.metric) if self._opened is not None else None
        if known is None:
            return ""
        lines = (known.formula, known.description)
        return f"<b>{escape(known.title)}</b> ({escape(row.definition)})" + "".join(
            f"<br>{escape(one)}" for one in lines
        )

    def _choose(self, chosen: list[int]) -> None:
        if not chosen or self._opened is None:
            self.figures.show_figures(())
            self.words.setHtml("<i>Choose a value above.</i>" if self._rows else "<i>No metric was computed.</i>")
            return
        run, number = self._rows[chosen[0]]
        row = run.rows[number]
        self.figures.show_figures(self._opened.figures.get(row.metric, ()))
        self.words.setHtml(_told(row, self._opened.metrics.get(row.metric)))


def _cells(run: OpenedRun, number: int, several: bool, help_text: str) -> list[Cell]:
    row, estimate = run.rows[number], run.results[number].estimate
    mood = "" if row.reportable else "faint"
    flags = " ".join(flag.value for flag in row.flags)
    cells = [
        Cell(row.symbol, None, help_text, mood),
        Cell(row.conditions, None, "", mood),
        Cell(row.value, estimate.value if estimate is not None else "", row.reason, mood),
        Cell(row.interval, None, "", mood),
        Cell(row.counts),
        Cell(flags, None, "\n".join(flag_words(row)), "warning" if flags else ""),
        Cell(row.definition, None, help_text, "faint"),
    ]
    return [Cell(run.label, None, str(run.path)), *cells] if several else cells


def _told(row: MetricRow, words: MetricWords | None) -> str:
    """Write all that is known of one value, as HTML."""
    head = f"{escape(row.symbol)} = {escape(row.value)}" if row.reportable else f"{escape(row.symbol)}: no value"
    parts = [f"<h3>{head}</h3>"]
    if row.reason:
        parts.append(f"<p><b>Not reported:</b> {escape(row.reason)}</p>")
    if row.interval:
        parts.append(f"<p>95 % interval {escape(row.interval)}. {escape(row.counts)}</p>")
    if row.flags:
        told = "".join(f"<li>{escape(text)}</li>" for text in flag_words(row))
        parts.append(f"<p><b>Flags</b></p><ul>{told}</ul>")
    if row.variants:
        lines = "".join(
            f"<tr><td>{escape(one.name)}&nbsp;&nbsp;</td><td>{escape(one.value)}&nbsp;&nbsp;</td><td>{escape(one.interval)}</td></tr>"
            for one in row.variants
        )
        parts.append(f"<p><b>Other definitions</b></p><table>{lines}</table>")
    if row.notes:
        parts += [f"<p><b>{escape(name)}</b>: {escape(text)}</p>" for name, text in row.notes]
    if words is not None:
        parts.append(f"<p><b>{escape(words.title)}</b> <code>{escape(row.definition)}</code><br>")
        parts.append(f"<code>{escape(words.formula)}</code></p><p>{escape(words.description)}</p>")
        parts.append(f"<p><i>{escape(words.reference)}</i></p>")
    if row.method:
        parts.append(f"<p>Method: {escape(row.method)}</p>")
    return "".join(parts)
