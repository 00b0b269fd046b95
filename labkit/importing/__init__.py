"""Files that labkit did not measure, as runs: tables of text and workbooks, read by a map."""

from labkit.importing._grid import read_grid
from labkit.importing._import import IMPORTABLE, Importable, imported_events, open_table
from labkit.importing._map import ImportMap, read_map
from labkit.importing._propose import Proposal, map_text, propose
from labkit.importing._table import Heading, Table, find_table

__all__ = [
    "IMPORTABLE",
    "Heading",
    "ImportMap",
    "Importable",
    "Proposal",
    "Table",
    "find_table",
    "imported_events",
    "map_text",
    "open_table",
    "propose",
    "read_grid",
    "read_map",
]
