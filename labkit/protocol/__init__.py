"""The protocol language: Document (the file as typed data) and Program (its instructions)."""

from labkit.protocol._compile import compile_program
from labkit.protocol._document import Document, ProtocolFile
from labkit.protocol._library import find_protocol, protocol_folder, protocol_names
from labkit.protocol._masks import FULL, fitted, pattern_names
from labkit.protocol._measure import protocol_time, pulse_counts, terminals_of, vocabulary, walk
from labkit.protocol._parameters import ParameterInForce, parameters_in_force
from labkit.protocol._preview import Line, Preview, Span, preview
from labkit.protocol._program import (
    DEVICE,
    Expose,
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
    Temperature,
    Together,
    UniformSampling,
    Until,
    Wait,
)
from labkit.protocol._reading import check_protocol, load_protocol, protocol_from_text, read_protocol
from labkit.protocol._schema import SCHEMAS, schema_text, write_schemas
from labkit.protocol._scope import GIVEN

__all__ = [
    "DEVICE",
    "FULL",
    "GIVEN",
    "SCHEMAS",
    "Document",
    "Expose",
    "ForEach",
    "ForEachDevice",
    "Hold",
    "Instruction",
    "Line",
    "LogarithmicSampling",
    "ParameterInForce",
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
    "Temperature",
    "Together",
    "UniformSampling",
    "Until",
    "Wait",
    "check_protocol",
    "compile_program",
    "find_protocol",
    "fitted",
    "load_protocol",
    "parameters_in_force",
    "pattern_names",
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
