"""The protocol language: Document (the file as typed data) and Program (its instructions)."""

from labkit.protocol._compile import compile_program
from labkit.protocol._document import Document, ProtocolFile
from labkit.protocol._library import find_protocol, protocol_folder, protocol_names
from labkit.protocol._measure import protocol_time, pulse_counts, terminals_of, vocabulary, walk
from labkit.protocol._preview import Line, Preview, Span, preview
from labkit.protocol._program import (
    DEVICE,
    ForEach,
    ForEachDevice,
    Hold,
    Instruction,
    LogarithmicSampling,
    Program,
    ProgramTerminal,
    Pulse,
    Ramp,
    Read,
    Record,
    Relax,
    Repeat,
    Route,
    Together,
    UniformSampling,
    Until,
    Wait,
)
from labkit.protocol._reading import check_protocol, load_protocol, protocol_from_text, read_protocol
from labkit.protocol._schema import SCHEMAS, schema_text, write_schemas

__all__ = [
    "DEVICE",
    "SCHEMAS",
    "Document",
    "ForEach",
    "ForEachDevice",
    "Hold",
    "Instruction",
    "Line",
    "LogarithmicSampling",
    "Preview",
    "Program",
    "ProgramTerminal",
    "ProtocolFile",
    "Pulse",
    "Ramp",
    "Read",
    "Record",
    "Relax",
    "Repeat",
    "Route",
    "Span",
    "Together",
    "UniformSampling",
    "Until",
    "Wait",
    "check_protocol",
    "compile_program",
    "find_protocol",
    "load_protocol",
    "preview",
    "protocol_folder",
    "protocol_from_text",
    "protocol_names",
    "protocol_time",
    "pulse_counts",
    "read_protocol",
    "schema_text",
    "terminals_of",
    "vocabulary",
    "walk",
    "write_schemas",
]
