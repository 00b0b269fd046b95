"""The protocol file as typed data: nothing computed, every fault at its line."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from labkit.core import Located
from labkit.protocol._step_fields import Name
from labkit.protocol._steps import Steps
from labkit.protocol._values import AnyExpression, AtLeast, Current, Part, Time, ValueForm


class DeclaredTerminal(Part):
    """A port of the device: what it is, and what it must not exceed."""

    kind: Literal["electrical", "optical", "thermal"]
    compliance: Current | None = Field(None, description="current limit of the source")
    current_range: Current | None = Field(None, description="largest current expected; fixes the measure range")
    aperture: Time | None = Field(None, description="integration time of a reading; without it, the planner's choice")


def _long_form(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


TerminalForm = Annotated[
    DeclaredTerminal,
    BeforeValidator(_long_form, json_schema_input_type=Literal["electrical", "optical", "thermal"] | DeclaredTerminal),
]
"""`electrical`, `optical`, `thermal`, or the long form."""


class DeclaredParameter(Part):
    """A value that the command line may change; its dimension is that of its default."""

    default: ValueForm
    min: AnyExpression | None = Field(None, description="smallest value allowed")
    max: AnyExpression | None = Field(None, description="largest value allowed")
    description: str = ""


class Document(Part):
    """A protocol, as written."""

    schema_version: Literal[1]
    name: Name
    title: str
    description: str = ""
    implements: Annotated[str, Field(pattern=r"^(P[0-9]{2})?$")] = Field(
        "", description="the standard protocol that this file carries out, e.g. P03"
    )
    references: tuple[str, ...] = Field((), description="where the defaults come from")
    terminals: Annotated[dict[Name, TerminalForm], AtLeast(1)]
    parameters: dict[Name, DeclaredParameter] = Field(default_factory=dict)
    sets: dict[Name, dict[Name, ValueForm]] = Field(
        default_factory=dict, description="named sets of parameter values, chosen with --set"
    )
    steps: Steps
    metrics: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class ProtocolFile:
    """A document together with where each of its parts stands in the file.

    `partial` says that faulty steps have been left out, to look for faults in the others.
    """

    document: Document
    source: Located
    partial: bool = False
