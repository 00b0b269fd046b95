"""The Results view: look at run files: traces, fits, metrics, reports."""

from labkit.gui.results._view import ResultsView

__all__ = ["ResultsView"]
