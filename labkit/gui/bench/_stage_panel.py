"""A temperature stage used by hand: go to a temperature, read it."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from labkit.app import TerminalState
from labkit.core import StageCapabilities, format_quantity
from labkit.gui.bench._form import button, column, form, row
from labkit.gui.bench._hand import Hand
from labkit.gui.widgets import QuantityEdit, faint, set_role

_ROOM = 300.0


class StagePanel(QWidget):
    """Brings the device to a temperature and keeps it there."""

    def __init__(self, terminal: str, able: StageCapabilities, hand: Hand) -> None:
        super().__init__()
        self._terminal, self._hand = terminal, hand
        low, high = able.temperature
        self.setpoint = QuantityEdit("temperature", min(max(_ROOM, low), high), low, high)
        self.rate = QuantityEdit("heating rate", able.rate[1], *able.rate, unit="K/min")
        self.go_button = button(
            "Go to", "Heater and coolant on, and to this temperature (Return in a field)", "primary"
        )
        self.off_button = button("Heater off", "Heater and coolant off: the stage drifts back to ambient")
        self.readout = QLabel("")
        set_role(self.readout, "reading")
        fields = form(
            ("Setpoint", self.setpoint, "Temperature of the device"),
            ("Rate", self.rate, "How fast the setpoint moves there"),
        )
        settling = format_quantity(able.settling, "s")
        layout = QHBoxLayout(self)
        layout.addLayout(
            column(
                fields,
                row(self.go_button, self.off_button),
                self.readout,
                faint(
                    f"{able.model}: good to {format_quantity(able.accuracy, 'K')}; the device is there about "
                    f"{settling} after the setpoint"
                ),
            )
        )
        layout.addStretch()
        self.go_button.clicked.connect(self.go)
        self.off_button.clicked.connect(self.switch_off)
        for field in (self.setpoint, self.rate):
            field.submitted.connect(self.go)
            field.changed.connect(lambda: self.go_button.setEnabled(not (self.setpoint.error or self.rate.error)))

    def go(self) -> None:
        """Go to the temperature of the form."""
        setpoint, rate = self.setpoint.value, self.rate.value
        if setpoint is not None and rate is not None:
            self._hand.do(
                lambda bench: bench.set_temperature(self._terminal, setpoint, rate),
                label=f"{self._terminal} to {self.setpoint.text}",
            )

    def switch_off(self) -> None:
        """Switch heater and coolant off."""
        self._hand.do(lambda bench: bench.switch_off(self._terminal), label=f"{self._terminal} off")

    def show_state(self, found: TerminalState) -> None:
        """Show the temperature that was read."""
        if found.temperature is not None:
            self.readout.setText(f"{format_quantity(found.temperature, 'K', 6)} at the device")
