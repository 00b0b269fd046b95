"""The strip at the top: what stands behind the bench, what goes on, and the button that switches everything off."""

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy

from labkit.app import BenchChoice, Request
from labkit.core import Event, Progress, format_quantity
from labkit.gui._workspace import Workspace
from labkit.gui.widgets import set_role


class StatusStrip(QFrame):
    """Always in sight, whatever view is shown; `off_asked` when the user wants all outputs off."""

    off_asked = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._workspace = workspace
        self._badge = QLabel()
        self._name = QLabel()
        self._doing = QLabel()
        self._doing.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setFixedWidth(220)
        self._bar.hide()
        self._left = QLabel()
        self._off = QPushButton("Outputs off  (Esc)")
        set_role(self._off, "danger")
        self._off.setToolTip("End what goes on, light off, ramp every source to 0 V, switch it off, open the relays")
        self._off.clicked.connect(self.off_asked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self._badge)
        layout.addWidget(self._name)
        layout.addWidget(self._doing, 1)
        layout.addWidget(self._bar)
        layout.addWidget(self._left)
        layout.addWidget(self._off)
        self._began = 0.0
        workspace.bench_changed.connect(self._show_bench)
        workspace.theme.changed.connect(lambda _: self._show_bench(workspace.bench))
        workspace.runs.started.connect(self._begin)
        workspace.runs.events.connect(self._follow)
        workspace.runs.finished.connect(self._end)
        workspace.jobs.busy_changed.connect(self._show_busy)
        self._show_bench(workspace.bench)

    @property
    def badge(self) -> str:
        """What stands behind the bench, as the strip says it."""
        return self._badge.text()

    def _show_bench(self, choice: BenchChoice) -> None:
        colours = self._workspace.theme.colours
        colour = colours.virtual if choice.virtual else colours.real
        self._badge.setText("VIRTUAL BENCH" if choice.virtual else "REAL INSTRUMENTS")
        self._badge.setStyleSheet(
            f"background: {colour}; color: {colours.on_accent}; font-weight: 700; padding: 4px 10px;border-radius: 4px;"
        )
        self._name.setText(f"<b>{choice.bench}</b>")
        self.setStyleSheet(f"#strip {{ border-bottom: 3px solid {colour}; }}")

    def _show_busy(self, labels: tuple[str, ...]) -> None:
        if self._workspace.runs.request is None:
            self._doing.setText(", ".join(labels))

    def _begin(self, request: Request) -> None:
        self._began = time.monotonic()
        self._bar.setValue(0)
        self._bar.show()
        self._doing.setText(f"running {request.protocol}")

    def _follow(self, events: list[Event]) -> None:
        latest = next((event for event in reversed(events) if isinstance(event, Progress)), None)
        if latest is None or latest.total <= 0:
            return
        share = min(1.0, latest.done / latest.total)
        self._bar.setValue(round(1000 * share))
        self._doing.setText(latest.label)
        if share > 0.01:
            left = (time.monotonic() - self._began) * (1 - share) / share
            self._left.setText(f"{format_quantity(left, 's', 2)} left")

    def _end(self, *_: object) -> None:
        self._bar.hide()
        self._left.clear()
        self._doing.clear()
