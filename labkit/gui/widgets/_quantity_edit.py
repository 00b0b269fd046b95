"""A field for a quantity with its unit."""

from labkit.core import SI_UNITS, UNITS, format_quantity, quantity
from labkit.gui.widgets._checked_edit import CheckedEdit

_EXACT = 10
"""Digits with which a value is written into a field: as many as a user may have typed."""


class QuantityEdit(CheckedEdit):
    """A field for a quantity of one dimension between two limits, both in SI units; units may be any that labkit reads.

    Values and limits are written in `unit`, or in the SI unit with a fitting prefix. With `optional` an empty field is
    right, and its value None.
    """

    def __init__(
        self,
        dimension: str,
        value: float | None = None,
        minimum: float | None = None,
        maximum: float | None = None,
        optional: bool = False,
        unit: str = "",
    ) -> None:
        self._dimension = dimension
        self._unit = unit
        self._minimum, self._maximum = minimum, maximum
        self._optional = optional
        super().__init__(self._read, "" if value is None else self._written(value, _EXACT))
        self.setToolTip(self._hint())

    @property
    def value(self) -> float | None:
        """The quantity in SI units; None while the field is wrong or empty."""
        if self.error:
            return None
        return self._read(self.text)

    def set_value(self, value: float) -> None:
        """Write a value (SI units) into the field."""
        self.set_text(self._written(value, _EXACT))

    def set_limits(self, minimum: float | None, maximum: float | None) -> None:
        """Take other limits (SI units)."""
        self._minimum, self._maximum = minimum, maximum
        self.setToolTip(self._hint())
        self.set_text(self.line.text())

    def _read(self, text: str) -> float | None:
        if not text:
            if self._optional:
                return None
            raise ValueError(f"write a {self._dimension}, for example {self._example()}")
        try:
            value = quantity(text, self._dimension)
        except ValueError as error:
            raise ValueError(f"{error}; write for example {self._example()}") from None
        if self._minimum is not None and value < self._minimum:
            raise ValueError(f"at least {self._written(self._minimum)}")
        if self._maximum is not None and value > self._maximum:
            raise ValueError(f"at most {self._written(self._maximum)}")
        return value

    def _written(self, value: float, digits: int = 4) -> str:
        if self._unit:
            return f"{value / UNITS[self._unit][1]:.{digits}g} {self._unit}"
        return format_quantity(value, SI_UNITS[self._dimension], digits)

    def _example(self) -> str:
        for limit in (self._maximum, self._minimum):
            if limit:
                return self._written(limit)
        return self._written(1.0)

    def _hint(self) -> str:
        words = [f"a {self._dimension} with its unit, for example {self._example()}"]
        if self._minimum is not None:
            words.append(f"at least {self._written(self._minimum)}")
        if self._maximum is not None:
            words.append(f"at most {self._written(self._maximum)}")
        return "; ".join(words)
