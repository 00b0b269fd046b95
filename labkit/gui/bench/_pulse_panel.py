"""A pulse generator used by hand: one pulse at a time."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from labkit.core import PulseCapabilities, format_quantity
from labkit.gui.bench._form import button, column, form, row
from labkit.gui.bench._hand import Hand
from labkit.gui.widgets import QuantityEdit, faint

_FIRST_WIDTH = 1e-3


class PulsePanel(QWidget):
    """Makes one pulse from 0 V to a level."""

    def __init__(self, terminal: str, able: PulseCapabilities, hand: Hand) -> None:
        super().__init__()
        self._terminal, self._hand = terminal, hand
        shortest, longest = (bound / 1e9 for bound in able.width)
        self.level = QuantityEdit("voltage", min(0.1, able.voltage), -able.voltage, able.voltage)
        self.width_edit = QuantityEdit("time", min(max(_FIRST_WIDTH, shortest), longest), shortest, longest)
        self.pulse_button = button("One pulse", "Output on at 0 V, then one pulse (Return in a field)", "primary")
        self.off_button = button("Output off", "To 0 V, and off")
        smallest = format_quantity(able.smallest_pulse, "V")
        edge = format_quantity(able.edge[0] / 1e9, "s")
        fields = form(
            ("Level", self.level, "Top of the pulse, at the device; between pulses the output rests at 0 V"),
            ("Width", self.width_edit, "From half height to half height"),
        )
        layout = QHBoxLayout(self)
        layout.addLayout(
            column(
                fields,
                row(self.pulse_button, self.off_button),
                faint(f"{able.model}: pulses of at least {smallest}, edges of {edge}"),
            )
        )
        layout.addStretch()
        self.pulse_button.clicked.connect(self.pulse)
        self.off_button.clicked.connect(self.switch_off)
        for field in (self.level, self.width_edit):
            field.submitted.connect(self.pulse)
            field.changed.connect(self._check)

    def pulse(self) -> None:
        """Make the pulse of the form."""
        level, width = self.level.value, self.width_edit.value
        if level is not None and width is not None:
            self._hand.do(lambda bench: bench.pulse(self._terminal, level, width), label=f"a pulse on {self._terminal}")

    def switch_off(self) -> None:
        """Switch the output off."""
        self._hand.do(lambda bench: bench.switch_off(self._terminal), label=f"{self._terminal} off")

    def _check(self) -> None:
        self.pulse_button.setEnabled(not (self.level.error or self.width_edit.error))
