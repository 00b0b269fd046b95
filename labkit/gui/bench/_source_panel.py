"""A source meter used by hand: source, read, watch."""

from collections import deque
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from labkit.app import Reading, SourceRequest
from labkit.core import ElectricalTerminal, SourceMeterCapabilities, format_quantity
from labkit.gui._theme import Colours, Theme
from labkit.gui.bench._form import button, column, form, row
from labkit.gui.bench._hand import Hand
from labkit.gui.bench._words import reading_words
from labkit.gui.plots import label_axis
from labkit.gui.widgets import QuantityEdit, set_role

_PERIOD = 100
"""How often a reading is asked for while one watches (ms)."""
_KEPT = 2000
"""How many readings the small plot keeps."""
_CAUTIOUS = 1e-6
"""The compliance (A) that the form begins with."""


class SourcePanel(QWidget):
    """Sources a voltage with a compliance, at the ramp rate of the bench, and reads the current."""

    def __init__(
        self, terminal: str, entry: ElectricalTerminal, able: SourceMeterCapabilities, hand: Hand, theme: Theme
    ) -> None:
        super().__init__()
        self._terminal, self._hand, self._theme = terminal, hand, theme
        most = min(entry.maximum_voltage, able.source_voltage[-1].full_scale)
        lowest, highest = able.compliance_current
        highest = min(highest, entry.maximum_current)
        cautious = min(max(_CAUTIOUS, lowest), highest)
        self.level = QuantityEdit("voltage", 0.0, -most, most)
        self.compliance = QuantityEdit("current", cautious, lowest, highest)
        self.range = QuantityEdit("current", None, lowest, highest, optional=True)
        self.aperture = QuantityEdit("time", 1 / able.line_frequency, *able.apertures)
        rate = format_quantity(entry.ramp_rate, "V/s")
        self.source_button = button(
            "Source", f"Output on, and to this voltage at {rate} (Return in a field)", "primary"
        )
        self.off_button = button("Output off", f"To 0 V at {rate}, and off")
        self.read_button = button("Read once", "One reading at the level that is there now")
        self.watch_button = button("Read continuously", "A reading ten times a second, drawn beside", "toggle")
        self.watch_button.setCheckable(True)
        self.readout = QLabel("no reading yet")
        self.readout.setMinimumWidth(260)
        self.readings: deque[Reading] = deque(maxlen=_KEPT)
        self._timer = QTimer(self)
        self._timer.setInterval(_PERIOD)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        set_role(self.readout, "reading")
        fields = form(
            ("Voltage", self.level, "What the terminal is brought to"),
            ("Compliance", self.compliance, "The current that the output is held to"),
            ("Current range", self.range, "The largest current that is expected; empty: the compliance"),
            ("Integration", self.aperture, "How long a reading integrates; one line cycle rejects the mains"),
        )
        left = column(
            fields,
            row(self.source_button, self.off_button),
            row(self.read_button, self.watch_button),
            self.readout,
        )
        self.plot: Any = pg.PlotWidget()
        self.plot.setMinimumSize(240, 150)
        self._curve: Any = self.plot.plot()
        layout = QHBoxLayout(self)
        layout.addLayout(left)
        layout.addSpacing(12)
        layout.addWidget(self.plot, 1)
        self._theme.changed.connect(self._paint)
        self._paint(self._theme.colours)

    def _connect(self) -> None:
        self.source_button.clicked.connect(self.source)
        for field in (self.level, self.compliance, self.range, self.aperture):
            field.submitted.connect(self.source)
            field.changed.connect(self._check)
        self.off_button.clicked.connect(self.switch_off)
        self.read_button.clicked.connect(self._read)
        self.watch_button.toggled.connect(self._watch)
        self._timer.timeout.connect(self._read_again)

    def source(self) -> None:
        """Bring the terminal to the voltage of the form."""
        level, compliance = self.level.value, self.compliance.value
        if level is None or compliance is None or self.range.error or self.aperture.error:
            return
        request = SourceRequest(level, compliance, self.range.value, self.aperture.value)
        self._hand.do(
            lambda bench: bench.source(self._terminal, request), self._take, f"{self._terminal} to {self.level.text}"
        )

    def switch_off(self) -> None:
        """Switch the output off."""
        self.watch_button.setChecked(False)
        self._hand.do(lambda bench: bench.switch_off(self._terminal), label=f"{self._terminal} off")

    def stop(self) -> None:
        """Watch no more: a run begins, or the bench is gone."""
        self.watch_button.setChecked(False)

    def _check(self) -> None:
        wrong = any(field.error for field in (self.level, self.compliance, self.range, self.aperture))
        self.source_button.setEnabled(not wrong)

    def _read(self) -> None:
        self._hand.do(lambda bench: bench.read(self._terminal), self._take, failed=self.stop)

    def _watch(self, on: bool) -> None:
        if on:
            self._timer.start()
        else:
            self._timer.stop()

    def _read_again(self) -> None:
        if not self._hand.busy:
            self._read()

    def _take(self, reading: Reading) -> None:
        self.readings.append(reading)
        self.readout.setText(reading_words(reading))
        first = self.readings[0].time
        times = [each.time - first for each in self.readings]
        self._curve.setData(times, [each.current for each in self.readings])

    def _paint(self, colours: Colours) -> None:
        self.plot.setBackground(colours.base)
        self._curve.setPen(pg.mkPen(colours.curves[0], width=1.5))
        label_axis(self.plot.getAxis("bottom"), "time", "s", colours)
        label_axis(self.plot.getAxis("left"), "current", "A", colours)
