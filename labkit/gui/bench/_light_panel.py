"""A light used by hand: steady, or one pulse."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from labkit.core import LightCapabilities, format_quantity
from labkit.gui.bench._form import button, column, form, row
from labkit.gui.bench._hand import Hand
from labkit.gui.widgets import QuantityEdit, faint

_FIRST_WIDTH = 1.0
_SWITCHED_LONGEST = 60.0
"""The longest pulse (s) by hand of a light that the PC switches."""


class LightPanel(QWidget):
    """Lights the device plane, steadily or for the width of a pulse."""

    def __init__(self, terminal: str, able: LightCapabilities, hand: Hand) -> None:
        super().__init__()
        self._terminal, self._hand = terminal, hand
        shortest, longest = (bound / 1e9 for bound in able.on_time)
        longest = longest if able.pulses else _SWITCHED_LONGEST
        self.irradiance = QuantityEdit("irradiance", able.irradiance / 10, 0.0, able.irradiance)
        self.width_edit = QuantityEdit("time", min(max(_FIRST_WIDTH, shortest), longest), shortest, longest)
        self.on_button = button("Light on", "Steady light at the device plane (Return in the field)", "primary")
        self.off_button = button("Light off", "Switch the light off")
        self.pulse_button = button("One pulse", "Light for the width, and dark again (Return in the field)")
        wavelength = format_quantity(able.wavelength, "m")
        how = "by its own pulse engine" if able.pulses else "switched by the PC"
        level = form(("Irradiance", self.irradiance, "At the device plane, by the calibration of the bench"))
        width = form(("Width", self.width_edit, "How long the pulse shines"))
        layout = QHBoxLayout(self)
        layout.addLayout(column(level, row(self.on_button, self.off_button)))
        layout.addSpacing(24)
        layout.addLayout(
            column(
                width,
                row(self.pulse_button),
                faint(
                    f"{able.model}, {wavelength}; pulses {how}; the calibration is good to "
                    f"{100 * able.relative_uncertainty:.2g} % (k=1)"
                ),
            )
        )
        layout.addStretch()
        self.on_button.clicked.connect(self.switch_on)
        self.off_button.clicked.connect(self.switch_off)
        self.pulse_button.clicked.connect(self.pulse)
        self.irradiance.submitted.connect(self.switch_on)
        self.width_edit.submitted.connect(self.pulse)
        for field in (self.irradiance, self.width_edit):
            field.changed.connect(self._check)

    def switch_on(self) -> None:
        """Light steadily, with the irradiance of the form."""
        irradiance = self.irradiance.value
        if irradiance is not None:
            self._hand.do(lambda bench: bench.light(self._terminal, irradiance), label=f"{self._terminal} on")

    def switch_off(self) -> None:
        """Switch the light off."""
        self._hand.do(lambda bench: bench.light(self._terminal, 0.0), label=f"{self._terminal} off")

    def pulse(self) -> None:
        """Make the pulse of the form."""
        irradiance, width = self.irradiance.value, self.width_edit.value
        if irradiance is not None and width is not None:
            self._hand.do(
                lambda bench: bench.light_pulse(self._terminal, irradiance, width), label=f"a pulse of {self._terminal}"
            )

    def _check(self) -> None:
        self.on_button.setEnabled(not self.irradiance.error)
        self.pulse_button.setEnabled(not (self.irradiance.error or self.width_edit.error))
