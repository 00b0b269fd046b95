"""The Run view: the queue of runs, and the live traces of the one that goes on."""

from labkit.gui.run._view import RunView

__all__ = ["RunView"]
