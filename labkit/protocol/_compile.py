"""Document with its parameters put in: the Program, or every fault of meaning at its line."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from labkit.core import SI_UNITS, VISIT, LabkitError, Located, Nanoseconds
from labkit.protocol._context import LONGEST_TIME, Context, Place
from labkit.protocol._dimensions import Amount, dimension_name
from labkit.protocol._document import ProtocolFile
from labkit.protocol._expose_step import compile_expose
from labkit.protocol._expressions import Series, Value
from labkit.protocol._forms import evaluate_form, names_in
from labkit.protocol._measure import terminals_of, walk
from labkit.protocol._orders import both_ways, bracketed_order, given_order, random_order
from labkit.protocol._program import (
    DEVICE,
    ForEach,
    ForEachDevice,
    Instruction,
    LogarithmicSampling,
    LoopEnd,
    Program,
    ProgramTerminal,
    Read,
    Record,
    Repeat,
    Route,
    UniformSampling,
    Until,
)
from labkit.protocol._scope import resolve_parameters
from labkit.protocol._simple_steps import (
    compile_hold,
    compile_pulse,
    compile_ramp,
    compile_read,
    compile_relax,
    compile_together,
    compile_train,
    compile_wait,
)
from labkit.protocol._step_fields import ForEachFields, LoopEndFields, RecordFields
from labkit.protocol._steps import (
    ExposeStep,
    ForEachDeviceStep,
    ForEachStep,
    HoldStep,
    PulseStep,
    RampStep,
    ReadStep,
    RecordStep,
    RelaxStep,
    RepeatStep,
    RouteStep,
    Step,
    TemperatureStep,
    TogetherStep,
    TrainStep,
    UntilStep,
    WaitStep,
)
from labkit.protocol._temperature_step import compile_temperature
from labkit.protocol._values import CURRENT, FREQUENCY, TIME, ExpressionField

_EVERY = 4
"""How many values stand between two references, unless the file says."""
_EVERY_DEVICE = 10
"""How many devices come between two visits to the sentinel, unless the file says."""
_NO_DEVICE = "none"


def compile_program(
    protocol: ProtocolFile,
    overrides: Mapping[str, str] | None = None,
    set_name: str | None = None,
    seed: int = 0,
    parameters_file: Located | None = None,
) -> Program:
    """Put parameters into a protocol: defaults < named set or parameters file < overrides (name to text).

    `seed` (0 or more) makes every random order. Terminals that no instruction uses are left out. Raises LabkitError for
    an unknown set, and DocumentError with all faults of meaning: wrong dimensions, unknown terminals, impossible times,
    loops and marks that do not fit.
    """
    if seed < 0:
        raise LabkitError(f"the seed {seed} is negative", "give 0 or a positive whole number")
    document = protocol.document
    resolved = resolve_parameters(protocol, overrides, set_name, parameters_file)
    context = Context(protocol.source, document.terminals, seed, resolved.failed, protocol.partial)
    context.problems += resolved.problems
    place = Place((), resolved.values)
    terminals = {name: _terminal(name, place.at("terminals", name), context) for name in document.terminals}
    instructions = tuple(_instructions(document.steps, place.at("steps"), context))
    context.check()
    used = {name for instruction in walk(instructions) for name in terminals_of(instruction)}
    return Program(
        name=document.name,
        title=document.title,
        implements=document.implements,
        text=protocol.source.text,
        file=protocol.source.name,
        terminals=MappingProxyType({name: terminal for name, terminal in terminals.items() if name in used}),
        instructions=instructions,
        metrics=document.metrics,
        parameters=MappingProxyType(dict(resolved.texts)),
        seed=seed,
    )


def _terminal(name: str, place: Place, context: Context) -> ProgramTerminal:
    declared = context.terminals[name]
    limits = {"compliance": declared.compliance, "current_range": declared.current_range, "aperture": declared.aperture}
    given = {word: expression for word, expression in limits.items() if expression is not None}
    if declared.kind != "electrical":
        for word in given:
            context.tell(place.at(word), f"{word} belongs to an electrical terminal", at_key=True)
        return ProgramTerminal(name, declared.kind)

    def limit(word: str, wanted: ExpressionField) -> float | None:
        return context.positive(given[word], wanted, place.at(word)) if word in given else None

    return ProgramTerminal(
        name, declared.kind, limit("compliance", CURRENT), limit("current_range", CURRENT), limit("aperture", TIME)
    )


def _instructions(steps: Sequence[Step], place: Place, context: Context) -> Iterator[Instruction]:
    for index, step in enumerate(steps):
        inner = place.at(index)
        context.count_step(inner)
        yield from _compile_step(step, inner, context)


def _compile_step(step: Step, place: Place, context: Context) -> tuple[Instruction, ...]:
    line = context.line(place)
    match step:
        case HoldStep():
            return (compile_hold(step, place, context),)
        case RampStep(ramp=fields):
            return (compile_ramp(fields, place, context),)
        case PulseStep(pulse=fields):
            return (compile_pulse(fields, place.at("pulse"), context, line),)
        case ReadStep(read=fields):
            return (compile_read(fields, place.at("read"), context, line),)
        case WaitStep(wait=duration):
            return compile_wait(duration, place, context)
        case TrainStep(train=fields):
            return compile_train(fields, place, context)
        case TogetherStep():
            return (compile_together(step, place, context),)
        case RelaxStep(relax=fields):
            return (compile_relax(fields, place, context),)
        case TemperatureStep(temperature=fields):
            return (compile_temperature(fields, place, context),)
        case RecordStep():
            return (_record(step, place, context),)
        case RepeatStep():
            return _repeat(step, place, context)
        case ForEachStep():
            return _for_each(step, place, context)
        case UntilStep():
            return (_until(step, place, context),)
        case RouteStep(route=device):
            return (_route(device, place, context),)
        case ForEachDeviceStep():
            return (_for_each_device(step, place, context),)
        case ExposeStep(expose=fields):
            return (compile_expose(fields, place, context),)


def _record(step: RecordStep, place: Place, context: Context) -> Record:
    fields, inner = step.record, place.at("record")
    if place.recording is not None:
        context.tell(place, "a record inside a record", at_key=True)
    for index, name in enumerate(fields.terminals):
        context.terminal(name, inner.at("terminals", index), "electrical", "a record")
    if len(set(fields.terminals)) < len(fields.terminals):
        context.tell(inner.at("terminals"), "a terminal stands here twice")
    sampling = _sampling(fields, inner, context)
    body = tuple(_instructions(step.steps, place.at("steps").recorded(fields.terminals), context))
    return Record(fields.terminals, sampling, body, fields.mark, context.line(place))


def _sampling(fields: RecordFields, place: Place, context: Context) -> UniformSampling | LogarithmicSampling:
    if fields.rate is not None:
        rate = context.positive(fields.rate, FREQUENCY, place.at("rate"))
        if rate * LONGEST_TIME < 1:
            context.too_long(place.at("rate"))
            rate = 1.0
        return UniformSampling(Nanoseconds(max(1, round(1e9 / rate))))
    if fields.period is not None:
        return UniformSampling(context.time(fields.period, place.at("period"), shortest=1))
    first = context.time(fields.first, place.at("first"), shortest=1)
    return LogarithmicSampling(first, context.per_decade(fields.per_decade, place.at("per_decade")))


def _repeat(step: RepeatStep, place: Place, context: Context) -> tuple[Instruction, ...]:
    fields, inner = step.fields, place.at("repeat")
    long_form = step.repeat is fields
    context.enter_loop(fields.name, None, place, inner.at("as") if "name" in fields.model_fields_set else inner)
    count = context.count(fields.count, inner.at("count") if long_form else inner)
    body = tuple(_instructions(step.steps, place.at("steps").inside(fields.name), context))
    return (Repeat(fields.name, count, body, context.line(place)),) if count else ()


def _for_each(step: ForEachStep, place: Place, context: Context) -> tuple[Instruction, ...]:
    fields, inner = step.for_each, place.at("for_each")
    name = fields.name
    series = _series(fields, inner, context)
    if series is None:
        return ()
    kind = dimension_name(series.dimension)
    context.enter_loop(name, kind, place, inner.at(name))
    for word in (name, f"{name}_step"):
        if word in place.scope:
            context.tell(inner.at(name), f"${word} has a meaning already; name the loop otherwise", at_key=True)
    values, positions = _ordered(fields, series, inner, context)
    bodies = []
    faults = len(context.problems)
    before = 0.0
    for value in values:
        means = {name: Amount(value, series.dimension), f"{name}_step": Amount(value - before, series.dimension)}
        bodies.append(tuple(_instructions(step.steps, place.at("steps").inside(name, means), context)))
        before = value
        if len(context.problems) > faults:
            break
    end = None if fields.until is None else _loop_end(fields.until, bodies[0], inner.at("until"), context)
    return (ForEach(name, values, positions, tuple(bodies), SI_UNITS.get(kind, "1"), context.line(place), end),)


def _loop_end(fields: LoopEndFields, body: Sequence[Instruction], place: Place, context: Context) -> LoopEnd:
    rising = fields.at_least is not None
    comparison: Literal["at_least", "at_most"] = "at_least" if rising else "at_most"
    level = fields.at_least if rising else fields.at_most
    current = 0.0 if level is None else context.level(level, CURRENT, place.at(comparison))
    return LoopEnd(_deciding_terminal(fields.read, body, place, context), fields.read, comparison, current)


def _deciding_terminal(mark: str, body: Sequence[Instruction], place: Place, context: Context) -> str:
    """Give the terminal of the reads with a mark, which must be one."""
    terminals = sorted({read.terminal for read in walk(body) if isinstance(read, Read) and read.mark == mark})
    if len(terminals) != 1 and not context.partial:
        found = f"of {' and '.join(terminals)} have" if terminals else "in these steps has"
        no = "reads" if terminals else "no read"
        context.tell(place.at("read"), f'{no} {found} the mark "{mark}"; until needs those of one terminal')
    return terminals[0] if terminals else ""


def _series(fields: ForEachFields, place: Place, context: Context) -> Series | None:
    here = place.at(fields.name)
    if context.failed.intersection(names_in(fields.values)):
        return None
    try:
        found: Value = evaluate_form(fields.values, place.scope)
    except ValueError as error:
        context.tell(here, f"{fields.name}: {error}")
        return None
    if isinstance(found, Amount):
        context.tell(here, f"{fields.name}: {found.text()} is a single value; for_each goes through a list")
        return None
    return found


def _ordered(
    fields: ForEachFields, series: Series, place: Place, context: Context
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    if fields.order == "random":
        context.shuffles += 1
        return random_order(series.values, context.seed, context.shuffles)
    if fields.order == "both_ways":
        return both_ways(series.values)
    if fields.reference is None:
        return given_order(series.values)
    wanted = ExpressionField((dimension_name(series.dimension),))
    reference = context.level(fields.reference, wanted, place.at("reference"))
    every = _EVERY if fields.every is None else context.count(fields.every, place.at("every"), least=1)
    return bracketed_order(series.values, reference, every)


def _until(step: UntilStep, place: Place, context: Context) -> Until:
    fields, inner = step.until, place.at("until")
    context.enter_loop(fields.name, None, place, inner.at("as") if "name" in fields.model_fields_set else inner)
    rising = fields.at_least is not None or fields.at_least_read is not None
    comparison: Literal["at_least", "at_most"] = "at_least" if rising else "at_most"
    level = fields.at_least if rising else fields.at_most
    current = 0.0 if level is None else context.level(level, CURRENT, inner.at(comparison))
    reference = (fields.at_least_read if rising else fields.at_most_read) or ""
    known = frozenset(context.reads.get(reference, ()))
    tries = context.count(fields.tries, inner.at("tries"), least=1)
    body = tuple(_instructions(step.steps, place.at("steps").inside(fields.name), context))
    terminal = _deciding_terminal(fields.read, body, inner, context)
    if reference and terminal not in known and not context.partial:
        here = inner.at(f"{comparison}_read")
        context.tell(here, f'no read of {terminal or "a terminal"} with the mark "{reference}" stands before this loop')
    line = context.line(place)
    return Until(fields.name, terminal, fields.read, comparison, current, tries, body, line, reference)


def _route(device: str, place: Place, context: Context) -> Route:
    if place.recording is not None:
        context.tell(place, "a route inside a record: the device would change while it is sampled", at_key=True)
    context.loop_dimensions.setdefault(DEVICE, None)
    return Route("" if device == _NO_DEVICE else device, context.line(place))


def _for_each_device(step: ForEachDeviceStep, place: Place, context: Context) -> ForEachDevice:
    fields, inner = step.fields, place.at("for_each_device")
    if place.recording is not None:
        context.tell(place, "for_each_device inside a record: put the record among its steps", at_key=True)
    context.enter_loop(DEVICE, None, place, inner)
    devices = () if fields.devices == "all" else fields.devices
    every = _EVERY_DEVICE if fields.every is None else context.count(fields.every, inner.at("every"))
    if fields.sentinel is None:
        every = 0
    elif VISIT in place.loops:
        context.tell(inner, "a sentinel inside a loop over devices with one")
    sentinel = fields.sentinel if fields.sentinel and every else ""
    part = 0 if fields.count is None else context.count(fields.count, inner.at("count"))
    loops = place.at("steps").inside(DEVICE)
    body = tuple(_instructions(step.steps, loops.inside(VISIT) if sentinel else loops, context))
    return ForEachDevice(devices, fields.order, body, context.line(place), sentinel, every, part)
