"""Widgets that several views use."""

from labkit.gui.widgets._banner import Banner
from labkit.gui.widgets._labels import card, faint, heading, set_role, title

__all__ = ["Banner", "card", "faint", "heading", "set_role", "title"]
