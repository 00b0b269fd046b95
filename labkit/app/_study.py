"""A protocol while it is being made: what its text says, what is wrong with it, and what it looks like in time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from labkit.app._check import unknown_metrics
from labkit.core import DocumentError, Problem, in_order
from labkit.metrics import load_metric, load_set_metric, metric_names, set_metric_names
from labkit.protocol import (
    GIVEN,
    Document,
    ParameterInForce,
    Preview,
    Program,
    ProtocolFile,
    compile_program,
    parameters_in_force,
    preview,
    protocol_from_text,
)
from labkit.report import Stretch, schematic


@dataclass(frozen=True, slots=True)
class Yielded:
    """A metric that a protocol is made for: its name, what it is called, what its value is in."""

    name: str
    title: str
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class Schematic:
    """A protocol in time, not to scale: its lines with places for times, and the stretches between edges (s)."""

    preview: Preview
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """What a protocol's text says.

    `document` and `parameters` are missing while its form is faulty, `program` and `picture` while anything is.
    `problems` lie in the text, at their places; what is wrong with a given value stands in its parameter, or in
    `strangers` where the protocol has no such parameter.
    """

    text: str
    problems: tuple[Problem, ...]
    document: Document | None = None
    parameters: tuple[ParameterInForce, ...] = ()
    metrics: tuple[Yielded, ...] = ()
    strangers: tuple[str, ...] = ()
    program: Program | None = None
    picture: Schematic | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Whether it could be run as it is."""
        return self.program is not None


def study_protocol(
    text: str,
    name: str,
    given: Mapping[str, str] | None = None,
    set_name: str | None = None,
) -> Study:
    """Read a protocol's text under given values (name to text) and a named set; `name` stands for its file.

    Raises nothing that lies in the text. A set that the text does not have counts as none.
    """
    given = dict(given or {})
    try:
        protocol = protocol_from_text(text, name)
    except DocumentError as error:
        return Study(text, error.problems, given=given)
    document = protocol.document
    chosen = set_name if set_name in document.sets else None
    program, found = _compiled(protocol, given, chosen)
    others = [problem for each in (None, *document.sets) for problem in _compiled(protocol, {}, each)[1]]
    problems = [problem for problem in (*found, *others, *unknown_metrics(protocol.source)) if problem.file != GIVEN]
    faultless = None if problems else program
    return Study(
        text,
        tuple(in_order(problems)),
        document,
        parameters_in_force(protocol, given, chosen),
        tuple(_yielded(metric) for metric in document.metrics if metric in (*metric_names(), *set_metric_names())),
        tuple(given_name for given_name in given if given_name not in document.parameters),
        faultless,
        _picture(faultless),
        given,
    )


def _picture(program: Program | None) -> Schematic | None:
    """Draw a program not to scale, so that a short pulse can be seen beside a long wait; None if it takes no time."""
    if program is None:
        return None
    shown = preview(program, outer_rounds=1)
    return Schematic(*schematic(shown)) if shown.lines and shown.duration > 0 else None


def _compiled(
    protocol: ProtocolFile, given: Mapping[str, str], set_name: str | None
) -> tuple[Program | None, tuple[Problem, ...]]:
    try:
        return compile_program(protocol, given, set_name), ()
    except DocumentError as error:
        return None, error.problems


def _yielded(name: str) -> Yielded:
    metric = load_set_metric(name) if name in set_metric_names() else load_metric(name)
    return Yielded(name, metric.title, metric.unit, metric.description)
