"""Where a run comes from: what identifies it, and what it warned of."""

from html import escape

from PySide6.QtWidgets import QTextBrowser

from labkit.app import OpenedRuns


class AboutPanel(QTextBrowser):
    """The facts of each opened run, and its warnings with what to do."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)

    def show_runs(self, opened: OpenedRuns | None) -> None:
        """Show the facts of opened runs."""
        parts = []
        for run in () if opened is None else opened.runs:
            parts.append(f"<h3>{escape(run.title)}</h3><p>{escape(run.subtitle)}</p>")
            rows = "".join(f"<tr><td>{escape(a)}&nbsp;&nbsp;</td><td>{escape(b)}</td></tr>" for a, b in run.facts)
            parts.append(f"<table>{rows}</table>")
            for message, remedy in run.warnings:
                told = f"<br><i>{escape(remedy)}</i>" if remedy else ""
                parts.append(f"<p><b>Warning:</b> {escape(message)}{told}</p>")
        self.setHtml("".join(parts))
