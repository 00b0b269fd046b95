"""The library of protocols: by what they measure, to search; and files of one's own."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from labkit.app import Shelved
from labkit.gui.widgets import heading

_SOURCE = Qt.ItemDataRole.UserRole
_WORDS = Qt.ItemDataRole.UserRole.value + 1
_OWN = "Own files"


class LibraryPanel(QWidget):
    """Lists protocols; `chosen` tells the name or path of one, `open_asked` and `new_asked` what the buttons ask."""

    chosen = Signal(str)
    open_asked = Signal()
    new_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search: EPSC, retention, P10, tau ...")
        self.search.setClearButtonEnabled(True)
        self.search.setObjectName("library-search")
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setObjectName("library")
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.currentItemChanged.connect(lambda item, _: self._choose(item))
        self.open_button = QPushButton("Open…")
        self.open_button.setToolTip("Open a protocol file of your own (Ctrl+O)")
        self.open_button.setShortcut("Ctrl+O")
        self.open_button.clicked.connect(self.open_asked)
        self.new_button = QPushButton("New from this…")
        self.new_button.setToolTip("Begin a protocol of your own as a copy of the one that is shown (Ctrl+N)")
        self.new_button.setShortcut("Ctrl+N")
        self.new_button.clicked.connect(self.new_asked)
        buttons = QHBoxLayout()
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.new_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(heading("Library"))
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addLayout(buttons)
        self._shelves: dict[str, QTreeWidgetItem] = {}
        self._own = self._shelf(_OWN)
        self._own.setHidden(True)

    def show_library(self, protocols: Sequence[Shelved]) -> None:
        """Show the protocols that come with labkit."""
        for shelved in protocols:
            shelf = self._shelves.get(shelved.subject) or self._shelf(shelved.subject)
            item = QTreeWidgetItem(shelf, [shelved.name, shelved.implements])
            item.setData(0, _SOURCE, shelved.name)
            item.setData(0, _WORDS, shelved.words())
            item.setToolTip(0, f"<b>{shelved.title}</b><br>{shelved.description}")
            item.setToolTip(1, "the standard protocol that it carries out")
        self.tree.expandAll()
        self.tree.resizeColumnToContents(1)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, header.ResizeMode.Stretch)
        header.setSectionResizeMode(1, header.ResizeMode.ResizeToContents)

    def show_own(self, paths: Sequence[str]) -> None:
        """Show the user's files, the latest first."""
        current = self.current()
        self.tree.blockSignals(True)
        self._own.takeChildren()
        for path in paths:
            item = QTreeWidgetItem(self._own, [Path(path).stem, ""])
            item.setData(0, _SOURCE, path)
            item.setData(0, _WORDS, path.lower())
            item.setToolTip(0, path)
        self._own.setHidden(not paths)
        self._own.setExpanded(True)
        self.tree.blockSignals(False)
        self.select(current)

    def select(self, source: str) -> None:
        """Mark a protocol as the one that is shown, without telling it."""
        item = self._item(source)
        if item is not None:
            self.tree.blockSignals(True)
            self.tree.setCurrentItem(item)
            self.tree.blockSignals(False)

    def mark(self, source: str, modified: bool) -> None:
        """Show whether a protocol has a text that is not saved."""
        item = self._item(source)
        if item is not None:
            plain = item.text(0).removesuffix(" *")
            item.setText(0, f"{plain} *" if modified else plain)

    def current(self) -> str:
        """Give the protocol that is marked."""
        item = self.tree.currentItem()
        return str(item.data(0, _SOURCE) or "") if item is not None else ""

    def sources(self) -> list[str]:
        """Give all protocols that are listed."""
        return [str(item.data(0, _SOURCE)) for item in self._items()]

    def visible_sources(self) -> list[str]:
        """Give what the search leaves, in the order of the list."""
        return [str(item.data(0, _SOURCE)) for item in self._items() if not item.isHidden()]

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for shelf in self._shelves.values() for item in _children(shelf)]

    def _item(self, source: str) -> QTreeWidgetItem | None:
        return next((item for item in self._items() if item.data(0, _SOURCE) == source), None)

    def _shelf(self, title: str) -> QTreeWidgetItem:
        shelf = QTreeWidgetItem(self.tree, [title])
        shelf.setFlags(Qt.ItemFlag.ItemIsEnabled)
        shelf.setFirstColumnSpanned(True)
        font = shelf.font(0)
        font.setBold(True)
        shelf.setFont(0, font)
        self._shelves[title] = shelf
        return shelf

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        source = item.data(0, _SOURCE) if item is not None else None
        if source:
            self.chosen.emit(str(source))

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for item in self._items():
            found = str(item.data(0, _WORDS))
            item.setHidden(not all(word in found for word in words))
        for shelf in self._shelves.values():
            shelf.setHidden(all(item.isHidden() for item in _children(shelf)))


def _children(shelf: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [item for k in range(shelf.childCount()) if (item := shelf.child(k)) is not None]
