"""The protocol language: Document (the file as typed data) and Program (its instructions)."""

from typing import TYPE_CHECKING

from labkit.core import names_when_asked

if TYPE_CHECKING:
    from labkit.protocol._asked_course import LEVEL_UNITS, asked_course, rounds_of
    from labkit.protocol._compile import compile_program
    from labkit.protocol._course import (
        Corner,
        Course,
        Happening,
        Lane,
        Part,
        Piece,
        Readings,
        Rounds,
        Row,
        loop,
        row,
        spaced,
    )
    from labkit.protocol._course_look import Look, Seen, last_before, look, next_after, seen_at
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
        LoopEnd,
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
    from labkit.protocol._rewrite import with_defaults
    from labkit.protocol._schema import SCHEMAS, schema_text, write_schemas
    from labkit.protocol._scope import GIVEN
else:
    __getattr__ = names_when_asked(__name__, __file__)

__all__ = [
    "DEVICE",
    "FULL",
    "GIVEN",
    "LEVEL_UNITS",
    "SCHEMAS",
    "Corner",
    "Course",
    "Document",
    "Expose",
    "ForEach",
    "ForEachDevice",
    "Happening",
    "Hold",
    "Instruction",
    "Lane",
    "Line",
    "LogarithmicSampling",
    "Look",
    "LoopEnd",
    "ParameterInForce",
    "Part",
    "Piece",
    "Preview",
    "Program",
    "ProgramTerminal",
    "ProtocolFile",
    "Pulse",
    "Ramp",
    "Read",
    "Readings",
    "Record",
    "Relax",
    "Repeat",
    "Rounds",
    "Route",
    "Row",
    "Seen",
    "Span",
    "Temperature",
    "Together",
    "UniformSampling",
    "Until",
    "Wait",
    "asked_course",
    "check_protocol",
    "compile_program",
    "find_protocol",
    "fitted",
    "last_before",
    "load_protocol",
    "look",
    "loop",
    "next_after",
    "parameters_in_force",
    "pattern_names",
    "preview",
    "protocol_folder",
    "protocol_from_text",
    "protocol_names",
    "protocol_time",
    "pulse_counts",
    "read_protocol",
    "rounds_of",
    "row",
    "schema_text",
    "seen_at",
    "spaced",
    "terminals_of",
    "vocabulary",
    "walk",
    "with_defaults",
    "write_schemas",
]
