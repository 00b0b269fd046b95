"""The values of a protocol's parameters: defaults, then a named set or a parameters file, then the command line."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from labkit.core import DocumentError, LabkitError, Located, Problem, did_you_mean, load_yaml
from labkit.protocol._dimensions import Amount, dimension_name, with_article
from labkit.protocol._document import DeclaredParameter, ProtocolFile
from labkit.protocol._expressions import Expression, Series, Value
from labkit.protocol._forms import evaluate_form, names_in, value_text
from labkit.protocol._values import ValueForm

GIVEN = "command line"
"""The file name by which a problem says that it lies in a given value."""

_FORM: TypeAdapter[ValueForm] = TypeAdapter(ValueForm)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The parameters in force: what they are worth, how a person writes them, and what is wrong with them.

    `failed` are those without a value.
    """

    values: Mapping[str, Value]
    texts: Mapping[str, str]
    failed: frozenset[str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where values come from; without `located`, from the command line."""

    forms: Mapping[str, ValueForm]
    located: Located | None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def problem(self, name: str, message: str, at_key: bool = False) -> Problem:
        """Put a message at the place of a value."""
        if self.located is None:
            return Problem(GIVEN, 1, 1, f"{name}: {message}", name)
        path = (*self.before, name) if at_key else (*self.before, name, *self.after)
        return self.located.problem(path, f"{name}: {message}", at_key)


def resolve_parameters(
    protocol: ProtocolFile,
    overrides: Mapping[str, str] | None = None,
    set_name: str | None = None,
    parameters_file: Located | None = None,
) -> Resolved:
    """Give every parameter its value.

    A default, or a value of a set or file, may be an expression over parameters that the protocol declares before it.
    What is unknown, of the wrong dimension or out of bounds is told in `problems`, at the place where it was given.
    Raises LabkitError for an unknown set.
    """
    problems: list[Problem] = []
    layers = [_defaults(protocol)]
    if set_name:
        layers.append(_named_set(protocol, set_name))
    if parameters_file is not None:
        layers.append(_file_values(parameters_file, problems))
    layers.append(_command_line(overrides or {}, problems))
    declared = protocol.document.parameters
    for layer in layers[1:]:
        problems += [
            layer.problem(name, f"there is no such parameter{_near(name, declared)}", at_key=True)
            for name in layer.forms
            if name not in declared
        ]
    resolver = _Resolver(layers, problems)
    for name, parameter in declared.items():
        resolver.resolve(name, parameter)
    return Resolved(resolver.values, resolver.texts, frozenset(resolver.failed), tuple(problems))


def _near(name: str, known: Mapping[str, object]) -> str:
    return did_you_mean(name, known) or (f"; there are: {', '.join(known)}" if known else "; the file declares none")


def _defaults(protocol: ProtocolFile) -> _Source:
    forms = {name: parameter.default for name, parameter in protocol.document.parameters.items()}
    return _Source(forms, protocol.source, ("parameters",), ("default",))


def _named_set(protocol: ProtocolFile, set_name: str) -> _Source:
    sets = protocol.document.sets
    if set_name not in sets:
        known = ", ".join(sets) or "none"
        raise LabkitError(
            f'{protocol.source.name} has no parameter set "{set_name}"{did_you_mean(set_name, sets)}',
            f"choose one of: {known}",
        )
    return _Source(sets[set_name], protocol.source, ("sets", set_name))


def _file_values(located: Located, problems: list[Problem]) -> _Source:
    problems.extend(located.problems)
    if not isinstance(located.data, dict):
        problems.append(located.problem((), "a parameters file holds one `name: value` a line"))
        return _Source({}, located)
    forms: dict[str, ValueForm] = {}
    told = {(problem.line, problem.column) for problem in located.problems}
    for name, value in located.data.items():
        try:
            forms[name] = _FORM.validate_python(value)
        except ValidationError as error:
            problem = located.problem((name,), f"{name}: {_reason(error)}")
            problems += [] if (problem.line, problem.column) in told else [problem]
    return _Source(forms, located)


def _command_line(overrides: Mapping[str, str], problems: list[Problem]) -> _Source:
    source = _Source({}, None)
    forms: dict[str, ValueForm] = {}
    for name, text in overrides.items():
        try:
            located = load_yaml(text, GIVEN)
            if located.problems:
                raise ValueError(located.problems[0].message)
            forms[name] = _FORM.validate_python(located.data)
        except ValidationError as error:
            problems.append(source.problem(name, _reason(error)))
        except (ValueError, DocumentError):
            problems.append(source.problem(name, f'"{text}" is no value; write for example "10 ms" or "[1 ms, 2 ms]"'))
    return _Source(forms, None)


def _reason(error: ValidationError) -> str:
    return error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")


class _Resolver:
    """Goes through the parameters in the order of the file, so that later ones can use earlier ones."""

    def __init__(self, layers: list[_Source], problems: list[Problem]) -> None:
        self.values: dict[str, Value] = {}
        self.texts: dict[str, str] = {}
        self.failed: set[str] = set()
        self._layers = layers
        self._problems = problems

    def resolve(self, name: str, parameter: DeclaredParameter) -> None:
        """Evaluate the default, for the dimension, and what takes its place."""
        defaults = self._layers[0]
        source = next(layer for layer in reversed(self._layers) if name in layer.forms)
        default = self._evaluate(name, defaults)
        value = default if source is defaults else self._evaluate(name, source)
        if default is None or value is None:
            self.failed.add(name)
            return
        self.values[name] = value
        self.texts[name] = value_text(source.forms[name], value)
        fault = _mismatch(value, default)
        if fault:
            self.failed.add(name)
            self._problems.append(source.problem(name, f'"{self.texts[name]}" is {fault}'))
            return
        self._compare(name, value, parameter.min, source, smallest=True)
        self._compare(name, value, parameter.max, source, smallest=False)

    def _evaluate(self, name: str, source: _Source) -> Value | None:
        form = source.forms[name]
        used = set(names_in(form))
        if used & self.failed:
            return None
        below = sorted(used & (self._layers[0].forms.keys() - self.values.keys()))
        try:
            if below:
                raise ValueError(f"${below[0]} is declared below; a parameter can use only those above it")
            return evaluate_form(form, self.values)
        except ValueError as error:
            self._problems.append(source.problem(name, str(error)))
            return None

    def _compare(self, name: str, value: Value, limit: Expression | None, source: _Source, smallest: bool) -> None:
        if limit is None or set(limit.names()) & self.failed:
            return
        declared = self._layers[0]
        try:
            bound = limit.evaluate(self.values)
        except ValueError as error:
            self._problems.append(declared.problem(name, str(error)))
            return
        if fault := _mismatch(bound, Amount(0.0, value.dimension)):
            self._problems.append(declared.problem(name, f'the limit "{limit.written}" is {fault}'))
            return
        numbers = value.values if isinstance(value, Series) else (value.value,)
        extreme = min(numbers) if smallest else max(numbers)
        if (extreme < bound.value) if smallest else (extreme > bound.value):
            words = ("less", "smallest") if smallest else ("more", "largest")
            found = Amount(extreme, value.dimension).text()
            message = f"{found} is {words[0]} than the {words[1]} value allowed, {bound.text()}"
            self._problems.append(source.problem(name, message))


def _mismatch(value: Value, wanted: Value) -> str:
    """Say what is wrong with a value against one of the right kind, or nothing."""
    if isinstance(value, Series) != isinstance(wanted, Series):
        return "a list, not a single value" if isinstance(value, Series) else "a single value, not a list"
    if value.dimension != wanted.dimension:
        found, right = dimension_name(value.dimension), dimension_name(wanted.dimension)
        return f"{with_article(found)}, not {with_article(right)}"
    return ""
