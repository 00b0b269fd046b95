"""What goes with a protocol into a run: the cells of the chip, and what a good device is."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from labkit.gui.widgets import set_role

ALL, CHOSEN = "all cells", "chosen cells"


class RunOptions(QWidget):
    """Cells of a chip (only where the bench has a switch) and the file with the criteria.

    `devices` tells names of cells, `("all",)` or none; `criteria` a path or None.
    """

    devices = Signal(object)
    criteria = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._known: tuple[str, ...] = ()
        self.which = QComboBox()
        self.which.setObjectName("cells")
        self.which.addItems([ALL, CHOSEN])
        self.which.setToolTip("The cells that a run goes to, one after another")
        self.names = QLineEdit()
        self.names.setObjectName("cell-names")
        self.names.setPlaceholderText("r1c1 r1c2 …, or choose them in the Array view")
        self.told = QLabel()
        self.told.setWordWrap(True)
        set_role(self.told, "bad")
        self.criteria_edit = QLineEdit()
        self.criteria_edit.setObjectName("criteria")
        self.criteria_edit.setPlaceholderText("none: what a good device is (YAML), kept with the run")
        self.criteria_edit.setToolTip(
            "Pre-registered criteria: which values a good device must have. The file is kept in the run from before "
            "the first pulse, for yield and failure modes."
        )
        self.choose = QToolButton()
        self.choose.setText("…")
        self.choose.setToolTip("Choose a criteria file")
        self._label = QLabel("Cells")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._label, 0, 0)
        layout.addWidget(self.which, 0, 1)
        layout.addWidget(self.names, 0, 2, 1, 2)
        layout.addWidget(self.told, 1, 1, 1, 3)
        layout.addWidget(QLabel("Criteria"), 2, 0)
        layout.addWidget(self.criteria_edit, 2, 1, 1, 2)
        layout.addWidget(self.choose, 2, 3)
        layout.setColumnMinimumWidth(0, 110)
        layout.setColumnStretch(2, 1)
        self.which.currentTextChanged.connect(lambda _: self._tell())
        self.names.textEdited.connect(lambda _: self._tell())
        self.criteria_edit.editingFinished.connect(self._tell_criteria)
        self.choose.clicked.connect(self._choose_file)
        self.show_cells(())

    def show_cells(self, known: tuple[str, ...]) -> None:
        """Offer the cells of a bench; without any the choice is hidden."""
        self._known = known
        self.which.setItemText(0, f"all {len(known)} cells" if known else ALL)
        for widget in (self._label, self.which, self.names):
            widget.setVisible(bool(known))
        self._tell()

    def choose_cells(self, names: tuple[str, ...]) -> None:
        """Take cells that another view has chosen."""
        if not self._known:
            return
        self.names.setText(" ".join(names))
        self.which.setCurrentIndex(1 if names else 0)
        self._tell()

    def chosen(self) -> tuple[str, ...]:
        """Give the cells as a request has them."""
        if not self._known:
            return ()
        if self.which.currentIndex() == 0:
            return ("all",)
        return tuple(self.names.text().replace(",", " ").split())

    def _tell(self) -> None:
        self.names.setVisible(bool(self._known) and self.which.currentIndex() == 1)
        strange = [name for name in self.chosen() if name != "all" and name not in self._known]
        words = f"no such cell: {', '.join(strange)}; the cells are {_some(self._known)}" if strange else ""
        if self._known and not self.chosen():
            words = "no cell is chosen: write names, or choose cells in the Array view"
        self.told.setText(words)
        self.told.setVisible(bool(words))
        if not words:
            self.devices.emit(self.chosen())

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Criteria", "", "Criteria (*.yaml *.yml)")
        if path:
            self.criteria_edit.setText(path)
            self._tell_criteria()

    def _tell_criteria(self) -> None:
        text = self.criteria_edit.text().strip()
        missing = bool(text) and not Path(text).is_file()
        set_role(self.criteria_edit, "wrong" if missing else "")
        self.criteria.emit(text or None)


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{names[0]}, {names[1]}, … {names[-1]}"
