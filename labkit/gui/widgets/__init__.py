"""Widgets that several views use."""

from labkit.gui.widgets._banner import Banner
from labkit.gui.widgets._checked_edit import CheckedEdit
from labkit.gui.widgets._labels import card, faint, heading, set_role, title
from labkit.gui.widgets._quantity_edit import QuantityEdit

__all__ = ["Banner", "CheckedEdit", "QuantityEdit", "card", "faint", "heading", "set_role", "title"]
