"""Below the time-line: what is refused, what it costs, who executes each block and why."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QTabWidget, QTextBrowser

from labkit.app import Outlook
from labkit.gui._theme import Theme
from labkit.gui.plan._facts import COST_COLUMNS, cost_rows
from labkit.gui.widgets import DataTable

_LINE = Qt.ItemDataRole.UserRole


class Details(QTabWidget):
    """Tabs about a plan; `line_asked` tells the line of the protocol that a double click on a refusal is about."""

    line_asked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.refusals = QListWidget()
        self.refusals.setObjectName("refusals")
        self.refusals.setWordWrap(True)
        self.refusals.setAlternatingRowColors(True)
        self.refusals.setToolTip("Double click: to the line of the protocol")
        self.refusals.itemActivated.connect(self._ask)
        self.costs = DataTable(COST_COLUMNS, theme)
        self.costs.horizontalHeader().setStretchLastSection(False)
        self.reasons = QTextBrowser()
        self.reasons.setObjectName("reasons")
        self.addTab(self.costs, "What it costs")
        self.addTab(self.reasons, "What executes it, and why")
        self.setDocumentMode(True)

    def show_outlook(self, outlook: Outlook) -> None:
        """Show what there is to say of a plan; what is refused comes first."""
        self._show_refusals(outlook)
        self.costs.set_rows(cost_rows(outlook))
        notes = "".join(f"<li>{escape(remark)}</li>" for remark in outlook.plan.remarks)
        reasons = "".join(f"<li>{escape(sentence)}</li>" for sentence in outlook.explained)
        heads = (f"<b>To know before</b><ul>{notes}</ul>" if notes else "") + f"<b>Why so</b><ul>{reasons}</ul>"
        self.reasons.setHtml(heads if reasons else "")

    def clear_all(self) -> None:
        """Show nothing."""
        self._without_refusals()
        self.costs.set_rows(())
        self.reasons.setHtml("")

    def _show_refusals(self, outlook: Outlook) -> None:
        self.refusals.clear()
        for refusal in outlook.plan.refusals:
            lines = ", ".join(map(str, (refusal.line, *refusal.also)))
            item = QListWidgetItem(f"line {lines}: {refusal.message}\n     {refusal.remedy}")
            item.setData(_LINE, refusal.line)
            self.refusals.addItem(item)
        if not outlook.plan.refusals:
            self._without_refusals()
            return
        if self.indexOf(self.refusals) < 0:
            self.insertTab(0, self.refusals, "")
        self.setTabText(0, f"Refused ({len(outlook.plan.refusals)})")
        self.setCurrentIndex(0)

    def _without_refusals(self) -> None:
        if (index := self.indexOf(self.refusals)) >= 0:
            self.removeTab(index)

    def _ask(self, item: QListWidgetItem) -> None:
        self.line_asked.emit(int(item.data(_LINE)))
