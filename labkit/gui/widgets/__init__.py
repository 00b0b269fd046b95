"""Widgets that several views use."""

from labkit.gui.widgets._banner import Banner
from labkit.gui.widgets._checked_edit import CheckedEdit
from labkit.gui.widgets._labels import card, faint, heading, set_role, title
from labkit.gui.widgets._quantity_edit import QuantityEdit
from labkit.gui.widgets._table import Cell, Column, DataTable
from labkit.gui.widgets._when_seen import WhenSeen
from labkit.gui.widgets._yaml_editor import YamlEditor

__all__ = [
    "Banner",
    "Cell",
    "CheckedEdit",
    "Column",
    "DataTable",
    "QuantityEdit",
    "WhenSeen",
    "YamlEditor",
    "card",
    "faint",
    "heading",
    "set_role",
    "title",
]
