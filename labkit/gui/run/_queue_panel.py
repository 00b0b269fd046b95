"""The queue on the left of the Run view: what waits, runs and is over, and what can be done with it."""

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from labkit.core import format_quantity
from labkit.gui._workspace import Workspace
from labkit.gui.run._item import QueueItem, State
from labkit.gui.run._queue import RunQueue
from labkit.gui.run._queue_model import EntryPainter, QueueModel, explanation
from labkit.gui.widgets import Banner, faint, set_role, title

_PACES = (("as fast as it goes", None), ("in real time", 1.0), ("10 × real time", 10.0), ("100 × real time", 100.0))
_MOST = 999
_LINES = 8
"""Height of the explanation of an entry, in lines."""


class QueuePanel(QWidget):
    """Shows a RunQueue; `chosen` tells the entry that is selected, or None."""

    chosen = Signal(object)

    def __init__(self, workspace: Workspace, queue: RunQueue) -> None:
        super().__init__()
        self._workspace = workspace
        self._queue = queue
        self.model = QueueModel(queue)
        self.list = self._make_list()
        self.start_button = self._button("Start", "Start what waits, or start nothing new after the present run")
        self.repeat_button = self._button("Repeat", "Queue the selected run again, so many times (Ctrl+D)")
        self.count = QSpinBox()
        self.count.setRange(1, _MOST)
        self.count.setPrefix("× ")
        self.count.setToolTip("How many times")
        self.up_button = self._button("↑", "Earlier (Alt+Up); entries can also be dragged")
        self.down_button = self._button("↓", "Later (Alt+Down)")
        self.remove_button = self._button("Remove", "Take the selected run out of the queue (Del)")
        self.clear_button = self._button("Clear", "Take out what is over; the run files stay")
        self.show_button = self._button("Show in Results", "Open the run file of the selected run (Enter)")
        self.stops = QCheckBox("Stop the queue when a run fails")
        self.pace = QComboBox()
        self.remaining = QLabel()
        set_role(self.remaining, "faint")
        self.empty = faint("Nothing is queued. Choose a protocol in the Protocol view (Ctrl+2) and run it.")
        self.detail = faint("")
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.banner = Banner()
        self._below = self._make_below()
        self._lay_out()
        self._connect()
        self._refresh()

    def _button(self, text: str, help_text: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(help_text)
        return button

    def _make_list(self) -> QListView:
        view = QListView()
        view.setModel(self.model)
        view.setItemDelegate(EntryPainter(self._workspace.theme))
        view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        view.setDefaultDropAction(Qt.DropAction.MoveAction)
        view.setDropIndicatorShown(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        return view

    def _make_below(self) -> QScrollArea:
        """Give the explanation of the selected entry room that does not change with it."""
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.banner)
        layout.addWidget(self.detail)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFixedHeight(_LINES * self.fontMetrics().height())
        area.setWidget(inner)
        return area

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(title("Queue"))
        top.addWidget(self.remaining, 1)
        top.addWidget(self.start_button)
        tools = QGridLayout()
        tools.setSpacing(4)
        for column, tool in enumerate((self.repeat_button, self.count, self.up_button, self.down_button)):
            tools.addWidget(tool, 0, column)
        tools.addWidget(self.show_button, 1, 0, 1, 2)
        tools.addWidget(self.remove_button, 1, 2)
        tools.addWidget(self.clear_button, 1, 3)
        for name, pace in _PACES:
            self.pace.addItem(name, pace)
        self.pace.setToolTip("How fast the time of a virtual bench passes; for the next run")
        speed = QHBoxLayout()
        speed.addWidget(QLabel("Virtual bench"))
        speed.addWidget(self.pace, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 6, 8)
        layout.addLayout(top)
        layout.addWidget(self.empty)
        layout.addWidget(self.list, 1)
        layout.addLayout(tools)
        layout.addWidget(self._below)
        layout.addLayout(speed)
        layout.addWidget(self.stops)

    def _connect(self) -> None:
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._choose())
        self.list.activated.connect(lambda _: self._show())
        self.start_button.clicked.connect(lambda: self._queue.pause(not self._queue.paused))
        self.repeat_button.clicked.connect(self._repeat)
        self.up_button.clicked.connect(lambda: self._move(-1))
        self.down_button.clicked.connect(lambda: self._move(1))
        self.remove_button.clicked.connect(self._remove)
        self.clear_button.clicked.connect(self._queue.clear_over)
        self.show_button.clicked.connect(self._show)
        for keys, action in (
            ("Del", self._remove),
            ("Ctrl+D", self._repeat),
            ("Alt+Up", lambda: self._move(-1)),
            ("Alt+Down", lambda: self._move(1)),
        ):
            QShortcut(QKeySequence(keys), self, action, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._queue.changed.connect(self._refresh)
        self.model.modelReset.connect(self._keep_selection)
        self._workspace.bench_changed.connect(lambda _: self._show_settings())
        self._workspace.theme.changed.connect(lambda _: self.list.viewport().update())
        self.pace.activated.connect(lambda _: self._queue.choose_pace(self.pace.currentData()))
        self.stops.clicked.connect(
            lambda stops: self._queue.choose_stops_on_failure(self._workspace.bench.virtual, stops)
        )
        self._selected: QueueItem | None = None
        self._show_settings()

    @property
    def selected(self) -> QueueItem | None:
        """The entry that is selected."""
        return self._selected

    def select(self, item: QueueItem) -> None:
        """Select an entry."""
        self._selected = item
        index = self.model.index(self.model.row(item))
        flags = QItemSelectionModel.SelectionFlag
        self.list.selectionModel().select(index, flags.ClearAndSelect)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)

    def _choose(self) -> None:
        indexes = self.list.selectionModel().selectedIndexes()
        found = self.model.item(indexes[0]) if indexes else None
        if found is not None:
            self._selected = found
        self._refresh()
        self.chosen.emit(self._selected)

    def _keep_selection(self) -> None:
        item = self._selected
        if item is not None and self.model.row(item) >= 0:
            self.select(item)
        else:
            self._selected = None

    def _show_settings(self) -> None:
        virtual = self._workspace.bench.virtual
        self.stops.setChecked(self._queue.stops_on_failure(virtual))
        self.stops.setToolTip(f"Remembered for {'virtual benches' if virtual else 'real instruments'} on their own")
        self.pace.setEnabled(virtual)

    def _refresh(self) -> None:
        items, item = self._queue.items, self._selected
        waiting = [each for each in items if each.state in (State.WAITING, State.PLANNING)]
        self.empty.setVisible(not items)
        self.list.setVisible(bool(items))
        self.start_button.setText("Start" if self._queue.paused else "Pause queue")
        set_role(self.start_button, "primary" if self._queue.paused and waiting else "")
        waits = item in waiting
        self.repeat_button.setEnabled(item is not None)
        self.up_button.setEnabled(waits)
        self.down_button.setEnabled(waits)
        self.remove_button.setEnabled(item is not None and item is not self._queue.running)
        self.clear_button.setEnabled(any(each.state.over for each in items))
        self.show_button.setEnabled(item is not None and item.path is not None and item.state.over)
        self.pace.setCurrentIndex(max(0, self.pace.findData(self._queue.pace)))
        self.show_remaining()
        self._show_detail(item)

    def show_remaining(self) -> None:
        """Tell how long the queue still takes."""
        left = [each for each in self._queue.items if not each.state.over]
        seconds = self._queue.remaining()
        about = "" if seconds is None or not left else f", about {format_quantity(seconds, 's', 2)}"
        self.remaining.setText(f"{len(left)} to go{about}" if left else "")

    def _show_detail(self, item: QueueItem | None) -> None:
        self._below.setVisible(item is not None)
        self.banner.setVisible(item is not None and bool(item.reason))
        if item is not None:
            self.detail.setText(explanation(item) if not item.reason else item.bench)
            if item.reason:
                self.banner.show_text(item.reason, item.remedy, "warning" if item.state is State.ABORTED else "error")

    def _repeat(self) -> None:
        if self._selected is not None:
            self._queue.repeat(self._selected, self.count.value())

    def _move(self, step: int) -> None:
        if self._selected is not None:
            self._queue.move(self._selected, self._queue.items.index(self._selected) + step)

    def _remove(self) -> None:
        item = self._selected
        if item is not None:
            self._queue.remove(item)

    def _show(self) -> None:
        if self._selected is not None and self._selected.path is not None and self._selected.state.over:
            self._workspace.show_run(self._selected.path)
