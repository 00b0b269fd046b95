"""The Bench view: the instruments of the bench, their state, and a panel to use each by hand."""

from labkit.gui.bench._view import BenchView

__all__ = ["BenchView"]
