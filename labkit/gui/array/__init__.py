"""The Array view: the chip as a map of any metric; click a cell to see its traces."""

from labkit.gui.array._view import ArrayView

__all__ = ["ArrayView"]
