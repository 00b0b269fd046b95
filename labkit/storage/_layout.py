"""Where things are in a run file: the names that the writer, the reader and the reference share."""

from collections.abc import Mapping

import numpy as np

from labkit.core import ACQUISITION_COLUMNS, Vocabulary
from labkit.storage._hdf5 import Group, add_value
from labkit.storage._table import Column

FORMAT_VERSION = 1
DEFINITION = "NXsensor_scan"
DEFINITION_VERSION = "v2024.02"
PROGRAM_URL = "urn:labkit"

ENTRY = "entry"
TIMELINE = "timeline"
ACQUISITIONS = "acquisitions"
JOURNAL = "journal"
JOURNAL_LINES = "lines"
METRICS = "metrics"

TRACE_COLUMNS: Mapping[str, Column] = {
    "time": (np.float64, "s", "beginning of each aperture, from the run's start"),
    "voltage": (np.float64, "V", "voltage at the terminal"),
    "current": (np.float64, "A", "current into the device"),
    "status": (np.uint8, "", "bits: 1 overload, 2 compliance, 4 late, 8 invalid"),
}

TRACE_CHUNK = 16_384
TABLE_CHUNK = 1_024
JOURNAL_CHUNK = 4_096

TIME_BYTES = 40
OUTCOME_BYTES = 16

DOCUMENTS: Mapping[str, tuple[str, str, str]] = {
    "protocol": ("protocol_text", "application/yaml", "the protocol file, word for word"),
    "bench": ("bench_text", "application/yaml", "the bench file, word for word"),
    "sample_document": ("sample_text", "application/yaml", "the sample file, word for word"),
    "criteria": ("criteria_text", "application/yaml", "what a good device must be, written down before the run"),
    "plan": ("plan", "application/json", "what was planned: executors, requested against deliverable, estimates"),
}
"""Group of a document: field of the RunDescription, media type, meaning."""

SAMPLE_NAMES: Mapping[str, str] = {"history": "device_history"}
"""Fields of the sample whose own name is something else in NXsample."""

SAMPLE_UNITS: Mapping[str, str] = {
    "active_area": "m^2",
    "active_area_uncertainty": "1",
    "channel_width": "m",
    "channel_length": "m",
    "thickness": "m",
    "gate_capacitance": "F/m^2",
    "temperature": "K",
    "relative_humidity": "1",
}


def add_program(process: Group, version: str, meaning: str) -> None:
    """Say which program a NXprocess is of, as NXsensor_scan wants it."""
    program = add_value(process, "program", "labkit", "", meaning)
    program.attrs["version"] = version
    program.attrs["program_url"] = PROGRAM_URL
    add_value(process, "version", version, "", "version of the program")


def node_name(name: str) -> str:
    """Write a name of the bench as one that a group may have: `/` divides paths and `.` is the group itself."""
    return name.replace("%", "%25").replace("/", "%2F").replace(".", "%2E")


def node_meaning(name: str) -> str:
    """Read a group's name back."""
    return name.replace("%2E", ".").replace("%2F", "/").replace("%25", "%")


def trace_name(terminal: str) -> str:
    """Name the group of a terminal's trace."""
    return f"trace_{node_name(terminal)}"


def timeline_columns(vocabulary: Vocabulary) -> Mapping[str, Column]:
    """Give the columns of a run's timeline."""
    return vocabulary.columns()


def acquisition_columns() -> Mapping[str, Column]:
    """Give the columns of the acquisition table."""
    return ACQUISITION_COLUMNS
