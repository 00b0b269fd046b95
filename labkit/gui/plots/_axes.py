"""How the axes of a plot are labelled: prefixes of units chosen while one zooms."""

import math
from typing import Any

from labkit.gui._theme import Colours

_SHOWN = {
    "W/m^2": (0.1, "mW/cm²"),
    "%": (100.0, "%"),
    "m^2": (1e12, "µm²"),
    "J/m^2": (0.1, "mJ/cm²"),
    "1": (1.0, ""),
    "": (1.0, ""),
}
"""Units that are shown with a factor instead of a prefix."""
_PREFIXED = frozenset({"s", "V", "A", "Hz", "ohm", "S", "F", "J", "C", "W", "m", "eV"})
_ALL, _BELOW_ONE = ((0.0, math.inf),), ((0.0, 1.0),)
"""Where prefixes are chosen: there are milliseconds, but nobody tells time in kiloseconds."""


def label_axis(axis: Any, label: str, unit: str, colours: Colours) -> None:
    """Label an axis of pyqtgraph with a quantity in SI units, in the colours of the theme."""
    factor, shown = _SHOWN.get(unit, (1.0, unit.replace("^2", "²").replace("^3", "³").replace("ohm", "Ω")))
    axis.setScale(factor)
    axis.enableAutoSIPrefix(unit in _PREFIXED)
    ranges = _BELOW_ONE if unit == "s" else _ALL
    axis.setLabel(label, units=shown or None, siPrefixEnableRanges=ranges, color=colours.text)
    axis.setPen(colours.line)
    axis.setTextPen(colours.faint)
