"""The parameters of a protocol as a form shows them: what each is worth now, by whose word, and within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from labkit.core import Problem
from labkit.protocol._dimensions import Amount, dimension_name
from labkit.protocol._document import DeclaredParameter, ProtocolFile
from labkit.protocol._expressions import Expression, Series, Value
from labkit.protocol._forms import names_in
from labkit.protocol._scope import GIVEN, Resolved, resolve_parameters

Giver = Literal["default", "set", "given"]


@dataclass(frozen=True, slots=True)
class ParameterInForce:
    """A parameter with its value now, as text with a unit.

    `usual` is what it is worth when nothing is given for it: the default, or the value of the named set. `formula` is
    how the file writes that value where it depends on other parameters; its texts have six digits then. `dimension` is
    that of the value, `several` tells that it is a list. `fault` is what is wrong with a given value; `line` and
    `column` are those of the default.
    """

    name: str
    description: str
    value: str
    usual: str
    formula: str
    giver: Giver
    dimension: str
    several: bool
    minimum: str
    maximum: str
    line: int
    column: int
    fault: str = ""


def parameters_in_force(
    protocol: ProtocolFile, given: Mapping[str, str] | None = None, set_name: str | None = None
) -> tuple[ParameterInForce, ...]:
    """Describe every parameter under a named set and given values (name to text), in the order of the file.

    Faults of given values stand in their parameters; those of the file are told by `compile_program`. Raises
    LabkitError for an unknown set.
    """
    given = {name: text for name, text in (given or {}).items() if name in protocol.document.parameters}
    now = resolve_parameters(protocol, given, set_name)
    usual = resolve_parameters(protocol, {}, set_name)
    return tuple(
        _described(name, declared, protocol, given, set_name, now, usual)
        for name, declared in protocol.document.parameters.items()
    )


def _described(
    name: str,
    declared: DeclaredParameter,
    protocol: ProtocolFile,
    given: Mapping[str, str],
    set_name: str | None,
    now: Resolved,
    usual: Resolved,
) -> ParameterInForce:
    of_set = protocol.document.sets.get(set_name or "", {})
    giver: Giver = "given" if name in given else "set" if name in of_set else "default"
    form = of_set.get(name, declared.default)
    formula = str(form.written) if isinstance(form, Expression) and any(names_in(form)) else ""
    value = usual.values.get(name)
    place = protocol.source.value(("parameters", name, "default"))
    return ParameterInForce(
        name=name,
        description=declared.description,
        value=given.get(name) or _shown(name, now, formula) or _shown(name, usual, formula),
        usual=_shown(name, usual, formula),
        formula=formula,
        giver=giver,
        dimension="" if value is None else dimension_name(value.dimension),
        several=isinstance(value, Series),
        minimum=_limit(declared.min, now.values),
        maximum=_limit(declared.max, now.values),
        line=place.line,
        column=place.column,
        fault=_fault(name, now.problems),
    )


def _shown(name: str, resolved: Resolved, formula: str) -> str:
    """Write a value for people: as the file does, and what is computed without the last digits of the arithmetic."""
    value = resolved.values.get(name)
    return value.text() if formula and isinstance(value, Amount) else resolved.texts.get(name, "")


def _limit(limit: Expression | None, values: Mapping[str, Value]) -> str:
    if limit is None:
        return ""
    try:
        amount: Amount = limit.evaluate(values)
    except ValueError:
        return str(limit.written)
    return amount.text()


def _fault(name: str, problems: tuple[Problem, ...]) -> str:
    own = [problem.message for problem in problems if problem.file == GIVEN and problem.path == name]
    return "; ".join(message.removeprefix(f"{name}: ") for message in own)
