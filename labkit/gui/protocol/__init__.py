"""The Protocol view: choose a protocol, set its parameters, edit its text."""

from labkit.gui.protocol._view import ProtocolView

__all__ = ["ProtocolView"]
