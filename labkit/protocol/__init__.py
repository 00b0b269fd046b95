"""The protocol language: Document (the file as typed data) and Program (its instructions)."""

from labkit.protocol._program import (
    ForEach,
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
    Together,
    UniformSampling,
    Until,
    Wait,
)

__all__ = [
    "ForEach",
    "Hold",
    "Instruction",
    "LogarithmicSampling",
    "Program",
    "ProgramTerminal",
    "Pulse",
    "Ramp",
    "Read",
    "Record",
    "Relax",
    "Repeat",
    "Together",
    "UniformSampling",
    "Until",
    "Wait",
]
