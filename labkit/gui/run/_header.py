"""What goes on: the run, its block, how far it is; hold, skip, abort."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from labkit.core import format_quantity
from labkit.gui._workspace import Workspace
from labkit.gui.run._item import State
from labkit.gui.run._queue import RunQueue
from labkit.gui.run._recording import Recording
from labkit.gui.widgets import set_role, title


class RunHeader(QWidget):
    """Tells of the run that goes on, or of the last one."""

    def __init__(self, workspace: Workspace, queue: RunQueue) -> None:
        super().__init__()
        self._workspace = workspace
        self._queue = queue
        self._held = False
        self.title = title("No run yet")
        self.block = QLabel("The plan of a run is made and checked before anything is switched on.")
        self.block.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self.block, "faint")
        self.times = QLabel()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.hold_button = QPushButton("Hold")
        self.hold_button.setToolTip("Wait before the next block, at the levels that are there then (Ctrl+H)")
        self.hold_button.setShortcut("Ctrl+H")
        self.skip_button = QPushButton("Skip")
        self.skip_button.setToolTip("End this run through the safe state and go on with the next one")
        self.abort_button = QPushButton("Abort")
        self.abort_button.setToolTip(
            "End this run and stop the queue: light off, sources ramped to 0 V and off. What was measured stays."
        )
        set_role(self.abort_button, "danger")
        self.hold_button.clicked.connect(lambda: workspace.runs.hold(not self._held))
        self.skip_button.clicked.connect(queue.skip)
        self.abort_button.clicked.connect(queue.abort)
        workspace.runs.held_changed.connect(self._show_held)
        queue.changed.connect(self._show_state)
        self._lay_out()
        self._show_state()

    def _lay_out(self) -> None:
        words = QHBoxLayout()
        words.addWidget(self.title)
        words.addStretch(1)
        words.addWidget(self.times)
        for button in (self.hold_button, self.skip_button, self.abort_button):
            words.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(words)
        layout.addWidget(self.bar)
        layout.addWidget(self.block)

    def begin(self) -> None:
        """Begin to tell of another run."""
        self.bar.setValue(0)
        self.block.setText("making the bench ready")
        self.times.clear()
        self._show_held(False)

    def _show_held(self, held: bool) -> None:
        self._held = held
        self.hold_button.setText("Go on" if held else "Hold")
        set_role(self.hold_button, "primary" if held else "")

    def _show_state(self) -> None:
        running = self._queue.running is not None
        for button in (self.hold_button, self.skip_button, self.abort_button):
            button.setEnabled(running)
        item = self._queue.running
        if item is not None:
            self.title.setText(item.request.protocol if item.foreseen is None else item.foreseen.title)

    def show_progress(self, recording: Recording) -> None:
        """Tell how far the run is."""
        block, progress = recording.block, recording.progress
        if block is not None:
            words = [f"held after: {block.label}" if self._held else block.label, f"kept in time by: {block.executor}"]
            if block.expected_duration > 0:
                words.append(f"takes {format_quantity(block.expected_duration, 's', 3)}")
            self.block.setText("  ·  ".join(words))
        text = format_quantity(self._queue.elapsed(), "s", 3)
        if progress is not None and progress.total > 0:
            self.bar.setValue(round(1000 * min(1.0, progress.done / progress.total)))
        left = self._queue.left()
        if left is not None:
            text += f", about {format_quantity(left, 's', 2)} left"
        self.times.setText(text)

    def end(self, state: State, recording: Recording) -> None:
        """Tell how the run ended."""
        self._show_held(False)
        words = [state.value]
        if recording.finished is not None:
            self.bar.setValue(1000 if state is State.DONE else self.bar.value())
            finished = recording.finished
            words.append(f"bench occupied {format_quantity(finished.occupied, 's')}")
            words.append(f"efficiency {finished.efficiency:.4f}")
        self.block.setText("  ·  ".join(words))
        self.times.clear()
