"""Files that labkit did not measure, as runs: tables of text and workbooks, read by a map."""

from labkit.importing._grid import read_grid
from labkit.importing._import import IMPORTABLE, Importable, imported_events, open_table
from labkit.importing._map import ImportMap, ProtocolName, read_map
from labkit.importing._map_text import map_text
from labkit.importing._propose import Proposal, propose
from labkit.importing._table import Heading, Table, find_table
from labkit.importing._transfer import gate_sweeps
from labkit.importing._waveform import Waveform, find_waveform

__all__ = [
    "IMPORTABLE",
    "Heading",
    "ImportMap",
    "Importable",
    "Proposal",
    "ProtocolName",
    "Table",
    "Waveform",
    "find_table",
    "find_waveform",
    "gate_sweeps",
    "imported_events",
    "map_text",
    "open_table",
    "propose",
    "read_grid",
    "read_map",
]
