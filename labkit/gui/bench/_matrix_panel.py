"""A switch matrix used by hand: crosspoints to click, or a device to join."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from labkit.app import TerminalState
from labkit.core import Crosspoint, Switch
from labkit.gui._theme import Theme
from labkit.gui.bench._form import button, column, row
from labkit.gui.bench._hand import Hand
from labkit.gui.widgets import faint, set_role

_CELL = 26


class MatrixPanel(QWidget):
    """A grid of the crosspoints that the bench uses: rows carry its terminals, columns the pads of the chip."""

    def __init__(self, switch: Switch, hand: Hand, theme: Theme) -> None:
        super().__init__()
        self._hand, self._theme = hand, theme
        self._rows = tuple(switch.rows.items())
        pads = {pad for pads in switch.wiring().values() for pad in pads.values()}
        self._columns = tuple(sorted(pads, key=lambda pad: (len(pad), pad)))
        self._devices = _devices_on(switch, self._columns)
        self.closed: frozenset[Crosspoint] = frozenset()
        self.grid = QTableWidget(len(self._rows), len(self._columns))
        self.device = QComboBox()
        self.device.addItems(list(switch.wiring()))
        self.join_button = button("Join", "Open all other relays, and join every terminal to this device", "primary")
        self.open_button = button("Open all", "Open every relay")
        self.joined = QLabel()
        set_role(self.joined, "reading")
        self._make_grid()
        left = column(
            row(QLabel("Device"), self.device, self.join_button),
            row(self.open_button),
            self.joined,
            faint("Click a crosspoint to close or open it. Outputs must be off: relays are switched cold."),
        )
        layout = QHBoxLayout(self)
        layout.addLayout(left)
        layout.addWidget(self.grid, 1)
        self.join_button.clicked.connect(self.join)
        self.open_button.clicked.connect(self.open_all)
        self.grid.cellClicked.connect(self.toggle)
        theme.changed.connect(lambda _: self._paint())
        self._paint()

    def _make_grid(self) -> None:
        grid = self.grid
        grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        grid.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        grid.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        grid.setVerticalHeaderLabels([f"{terminal}  ({name})" for terminal, name in self._rows])
        grid.setHorizontalHeaderLabels(list(self._columns))
        for headers, size in ((grid.horizontalHeader(), _CELL + 2), (grid.verticalHeader(), _CELL)):
            headers.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            headers.setDefaultSectionSize(size)
            headers.setMinimumSectionSize(size)
        for k, (terminal, _) in enumerate(self._rows):
            for n, column_name in enumerate(self._columns):
                item = QTableWidgetItem()
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                item.setToolTip(f"{terminal} to column {column_name}: {self._devices[column_name]}")
                grid.setItem(k, n, item)

    def _point(self, line: int, place: int) -> Crosspoint:
        return Crosspoint(self._rows[line][1], self._columns[place])

    def toggle(self, line: int, place: int) -> None:
        """Close the crosspoint of a row and a column of the grid, or open it."""
        wanted = self.closed ^ {self._point(line, place)}
        self._hand.do(lambda bench: bench.close_crosspoints(wanted), label="switching relays")

    def join(self) -> None:
        """Join the device that is chosen."""
        device = self.device.currentText()
        self._hand.do(lambda bench: bench.join(device), label=f"joining {device}")

    def open_all(self) -> None:
        """Open every relay."""
        self._hand.do(lambda bench: bench.close_crosspoints(frozenset()), label="opening all relays")

    def show_state(self, found: TerminalState) -> None:
        """Show which relays are closed, and what they join."""
        self.closed = found.closed
        joined = ", ".join(found.joined)
        self.joined.setText(f"joined: {joined}" if joined else "no device is joined" if found.closed else "all open")
        self._paint()

    def _paint(self) -> None:
        colours = self._theme.colours
        for line in range(len(self._rows)):
            for place in range(len(self._columns)):
                item = self.grid.item(line, place)
                if item is not None:
                    closed = self._point(line, place) in self.closed
                    item.setText("●" if closed else "·")
                    item.setForeground(QColor(colours.on_accent if closed else colours.faint))
                    item.setBackground(QColor(colours.accent if closed else colours.base))


def _devices_on(switch: Switch, columns: Sequence[str]) -> dict[str, str]:
    """Say for each column which pads of which devices are on it."""
    found: dict[str, list[str]] = {name: [] for name in columns}
    for device, pads in switch.wiring().items():
        for pad, name in pads.items():
            found[name].append(f"{pad} of {device}")
    return {
        name: ", ".join(pads[:4]) + (f" and {len(pads) - 4} more" if len(pads) > 4 else "")
        for name, pads in found.items()
    }
