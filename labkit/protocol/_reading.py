"""Read protocol files, telling every fault of form and of meaning at once."""

from copy import deepcopy
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from labkit.core import DocumentError, Fault, Located, Problem, faults_of, in_order, load_yaml, read_text
from labkit.protocol._compile import compile_program
from labkit.protocol._document import Document, ProtocolFile
from labkit.protocol._library import find_protocol


def protocol_from_text(text: str, name: str) -> ProtocolFile:
    """Read a protocol from text; `name` stands for the file in messages.

    Raises DocumentError with all faults of form and, where the form of the rest allows to look for them, of meaning.
    """
    source = load_yaml(text, name)
    try:
        protocol = ProtocolFile(Document.model_validate(source.data), source)
    except ValidationError as error:
        faults = faults_of(error, Document, source)
        found = [*source.problems, *(fault.problem for fault in faults)]
        raise DocumentError(in_order([*found, *_faults_of_the_rest(source, faults)])) from error
    if source.problems:
        raise DocumentError(in_order([*source.problems, *_faults_of_meaning(protocol)]))
    return protocol


def read_protocol(path: Path) -> ProtocolFile:
    """Read a protocol file.

    Raises LabkitError when it cannot be read, DocumentError with all its faults.
    """
    return protocol_from_text(read_text(path), str(path))


def load_protocol(name: str) -> ProtocolFile:
    """Read the protocol that a path or the name of a shipped protocol means.

    Raises LabkitError when there is none, DocumentError with all its faults.
    """
    return read_protocol(find_protocol(name))


def check_protocol(path: Path) -> tuple[Problem, ...]:
    """Look for every fault of a protocol file: of form, and of meaning with its defaults and with each of its sets.

    Raises LabkitError when the file cannot be read.
    """
    try:
        protocol = read_protocol(path)
    except DocumentError as error:
        return error.problems
    found = [problem for name in (None, *protocol.document.sets) for problem in _faults_of_meaning(protocol, name)]
    return tuple(in_order(found))


def _faults_of_meaning(protocol: ProtocolFile, set_name: str | None = None) -> tuple[Problem, ...]:
    try:
        compile_program(protocol, set_name=set_name)
    except DocumentError as error:
        return error.problems
    return ()


_PLACEHOLDERS = MappingProxyType({"schema_version": 1, "name": "unnamed", "title": "", "implements": "", "metrics": []})


def _faults_of_the_rest(source: Located, faults: list[Fault]) -> tuple[Problem, ...]:
    """Leave out what is faulty in form and look at the meaning of the rest; nothing when too little is left."""
    data = deepcopy(source.data)
    if not isinstance(data, dict) or not all(_left_out(data, fault) for fault in faults):
        return ()
    try:
        document = Document.model_validate({**_PLACEHOLDERS, **data})
    except ValidationError:
        return ()
    return _faults_of_meaning(ProtocolFile(document, source, partial=True))


def _left_out(data: dict[str, Any], fault: Fault) -> bool:
    """Delete an unknown key or a faulty heading, or put a wait in the place of a faulty step; tell whether it did."""
    places: list[Any] = [data]
    for part in fault.path:
        if not _holds(places[-1], part):
            return True  # a fault around this one has been dealt with
        places.append(places[-1][part])
    if fault.unknown_key or (fault.path and fault.path[0] in _PLACEHOLDERS):
        places[-2].pop(fault.path[-1])
        return True
    steps = [k for k, part in enumerate(fault.path) if isinstance(part, int) and fault.path[k - 1] == "steps"]
    if steps:
        places[steps[-1]][fault.path[steps[-1]]] = {"wait": "0 s"}
    return bool(steps) or not fault.path


def _holds(place: Any, part: str | int) -> bool:
    if isinstance(place, list):
        return isinstance(part, int) and part < len(place)
    return isinstance(place, dict) and part in place
