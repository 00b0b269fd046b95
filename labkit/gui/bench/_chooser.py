"""Choose a bench, what stands behind it, and whose sample is on it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labkit.app import BenchCard, BenchChoice
from labkit.gui._workspace import Workspace
from labkit.gui.bench._bench_delegate import BenchDelegate
from labkit.gui.bench._form import button
from labkit.gui.widgets import heading, set_role, title

_RECENT, _MOST_RECENT = "bench/recent", 8
_BENCH_FILES, _SAMPLE_FILES = "Bench files (*.yaml *.yml)", "Sample files (*.yaml *.yml)"
_REAL = (
    "labkit will connect the instruments at their addresses, and what you do from then on puts voltage, current and "
    "light on the sample.\n\nIs the sample mounted as the bench file says, are the limits there those of this sample, "
    "and does nobody else use the instruments?"
)


class BenchChooser(QWidget):
    """The left side of the Bench view.

    `connect_asked`, `disconnect_asked` and `test_asked` tell what a button was pressed for. `ask_file` (what for, which
    files) and `confirm_real` put questions to the user.
    """

    connect_asked = Signal()
    disconnect_asked = Signal()
    test_asked = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.ask_file: Callable[[str, str], str] = self._file_dialog
        self.confirm_real: Callable[[], bool] = self._ask_for_real
        self._shipped: Sequence[BenchCard] = ()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Find a bench by name, instrument or device")
        self.filter.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setItemDelegate(BenchDelegate(workspace.theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.open_button = button(
            "Open bench file…", "A bench.yaml of your own; `labkit init` writes one to start from"
        )
        self.virtual_button = self._mode(
            "virtual", "Virtual", "Simulated instruments with a device behind them: nothing can break"
        )
        self.real_button = self._mode("real", "Real instruments", "The instruments at the addresses of the bench file")
        self._modes = QButtonGroup(self)
        self.sample = QLabel()
        self.sample_button = button("Choose…", "The sample.yaml of the chip that is on the bench")
        self.no_sample_button = button("None", "Without a sample file: runs are filed under an unnamed sample")
        self.connect_button = button("Connect", "Open every instrument, outputs off, and ask who it is", "primary")
        self.test_button = button("Test bench", "Ask, set and read back every instrument, with all outputs off")
        self._lay_out()
        self._wire()
        self.show_choice(workspace.bench)

    def _mode(self, role: str, text: str, help_text: str) -> QPushButton:
        made = button(text, help_text, role)
        made.setCheckable(True)
        return made

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 10, 12)
        layout.addWidget(title("Bench"))
        layout.addWidget(self.filter)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.open_button)
        layout.addSpacing(4)
        layout.addWidget(heading("What stands behind it"))
        modes = QHBoxLayout()
        for each in (self.virtual_button, self.real_button):
            self._modes.addButton(each)
            modes.addWidget(each)
        layout.addLayout(modes)
        layout.addWidget(heading("Sample"))
        sample = QHBoxLayout()
        sample.addWidget(self.sample, 1)
        sample.addWidget(self.sample_button)
        sample.addWidget(self.no_sample_button)
        layout.addLayout(sample)
        layout.addSpacing(4)
        last = QHBoxLayout()
        last.addWidget(self.connect_button, 1)
        last.addWidget(self.test_button)
        layout.addLayout(last)

    def _wire(self) -> None:
        self.filter.textChanged.connect(self._show_list)
        self.list.itemClicked.connect(self._take_item)
        self.list.itemActivated.connect(self._take_item)
        self.open_button.clicked.connect(self._open)
        self.virtual_button.clicked.connect(lambda: self._choose_mode(True))
        self.real_button.clicked.connect(lambda: self._choose_mode(False))
        self.sample_button.clicked.connect(self._open_sample)
        self.no_sample_button.clicked.connect(lambda: self._choose(replace(self._workspace.bench, sample=None)))
        self.connect_button.clicked.connect(self._connect_or_not)
        self.test_button.clicked.connect(self.test_asked)

    def show_benches(self, shipped: Sequence[BenchCard]) -> None:
        """Show the benches that come with labkit, below the files that were used of late."""
        self._shipped = shipped
        self._show_list()

    def show_choice(self, choice: BenchChoice) -> None:
        """Show what is chosen."""
        (self.virtual_button if choice.virtual else self.real_button).setChecked(True)
        self.sample.setText(Path(choice.sample).name if choice.sample else "none")
        self.sample.setToolTip(choice.sample or "")
        set_role(self.sample, "" if choice.sample else "faint")
        if Path(choice.bench).suffix:
            self._remember(choice.bench)
        self._show_list()

    def show_state(self, connected: bool, busy: bool) -> None:
        """Show whether the bench is open; while something goes on nothing else can be chosen."""
        self.connect_button.setText("Disconnect" if connected else "Connect")
        set_role(self.connect_button, "" if connected else "primary")
        for each in (self.list, self.open_button, self.virtual_button, self.real_button, self.connect_button):
            each.setEnabled(not busy)
        self.test_button.setEnabled(not busy)

    def _recent(self) -> list[str]:
        found = self._workspace.settings.value(_RECENT, [])
        return [str(each) for each in found] if isinstance(found, list) else [str(found)] if found else []

    def _remember(self, file: str) -> None:
        recent = [file, *(each for each in self._recent() if each != file)][:_MOST_RECENT]
        self._workspace.settings.setValue(_RECENT, recent)

    def _show_list(self) -> None:
        self.list.clear()
        wanted = self.filter.text().lower().split()
        files = [BenchCard(name, str(Path(name).parent)) for name in self._recent()]
        for card in (*files, *self._shipped):
            if not all(word in f"{card.name} {card.description}".lower() for word in wanted):
                continue
            shown = Path(card.name).name if card in files else card.name
            item = QListWidgetItem(f"{shown}\n{card.description}")
            item.setData(Qt.ItemDataRole.UserRole, card.name)
            item.setToolTip(f"{card.name}: {card.description}")
            self.list.addItem(item)
            if card.name == self._workspace.bench.bench:
                self.list.setCurrentItem(item)

    def _take_item(self, item: QListWidgetItem) -> None:
        self._choose(replace(self._workspace.bench, bench=str(item.data(Qt.ItemDataRole.UserRole))))

    def _choose(self, choice: BenchChoice) -> None:
        if choice != self._workspace.bench:
            self._workspace.choose_bench(choice)

    def _choose_mode(self, virtual: bool) -> None:
        if virtual != self._workspace.bench.virtual and (virtual or self.confirm_real()):
            self._choose(replace(self._workspace.bench, virtual=virtual))
        self.show_choice(self._workspace.bench)

    def _open(self) -> None:
        if file := self.ask_file("Open a bench", _BENCH_FILES):
            self._choose(replace(self._workspace.bench, bench=file))

    def _open_sample(self) -> None:
        if file := self.ask_file("Choose a sample", _SAMPLE_FILES):
            self._choose(replace(self._workspace.bench, sample=file))

    def _connect_or_not(self) -> None:
        asked = self.connect_asked if self.connect_button.text() == "Connect" else self.disconnect_asked
        asked.emit()

    def _file_dialog(self, what_for: str, files: str) -> str:
        name, _ = QFileDialog.getOpenFileName(self, what_for, str(Path.cwd()), files)
        return name

    def _ask_for_real(self) -> bool:
        answer = QMessageBox.warning(
            self,
            "Real instruments",
            _REAL,
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return answer == QMessageBox.StandardButton.Yes
