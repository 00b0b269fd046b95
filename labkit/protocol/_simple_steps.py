"""The steps without steps inside: what each comes to once its parameters are put in."""

from collections.abc import Sequence
from itertools import pairwise

from labkit.core import Nanoseconds, format_quantity, seconds
from labkit.protocol._context import LONGEST_TIME, Context, Place
from labkit.protocol._expressions import Expression
from labkit.protocol._program import Hold, Instruction, Pulse, Ramp, Read, Relax, Repeat, Together, Wait
from labkit.protocol._step_fields import (
    PulseFields,
    RampFields,
    ReadFields,
    RelaxFields,
    SampledPulseFields,
    TrainFields,
)
from labkit.protocol._steps import HoldStep, TogetherStep
from labkit.protocol._values import CURRENT, DEVIATIONS, IRRADIANCE, RAMP_RATE, VOLTAGE

MOST_POINTS = 1_000_000
"""A ramp of more points is taken for a mistake."""


def compile_hold(step: HoldStep, place: Place, context: Context) -> Hold:
    """Compile levels that stay, in the order of the file."""
    inner = place.at("hold")
    levels = tuple((name, _level(name, level, inner.at(name), context)) for name, level in step.hold.items())
    return Hold(levels, context.line(place))


def _level(terminal: str, level: Expression, place: Place, context: Context, name_place: Place | None = None) -> float:
    """Evaluate a level in the unit of its terminal: V, or W/m^2 and not negative."""
    kind = context.terminal(terminal, name_place or place, at_key=name_place is None)
    if not kind:
        return 0.0
    if kind == "thermal":
        context.tell(name_place or place, f"{terminal} is thermal; it is brought to a level by the step `temperature`")
        return 0.0
    value = context.level(level, VOLTAGE if kind == "electrical" else IRRADIANCE, place, f"{terminal} is {kind}: ")
    if kind == "optical" and value < 0:
        context.tell(place, f'the irradiance "{level.written}" is less than 0')
    return value


def compile_ramp(fields: RampFields, place: Place, context: Context) -> Ramp:
    """Compile corners, and steps of one size in volts or in decades."""
    context.terminal(fields.terminal, place.at("ramp", "terminal"), "electrical", "a ramp")
    inner = place.at("ramp")
    corners = tuple(
        context.level(corner, VOLTAGE, inner.at("through", index)) for index, corner in enumerate(fields.through)
    )
    if fields.spacing == "logarithmic" and not (min(corners) > 0 or max(corners) < 0):
        context.tell(inner.at("through"), "the corners of a logarithmic ramp are all positive or all negative")
    if fields.step is not None:
        step = context.positive(fields.step, VOLTAGE, inner.at("step"))
    else:
        step = float(context.per_decade(fields.per_decade, inner.at("per_decade")))
    rate = context.positive(fields.rate, RAMP_RATE, inner.at("rate"))
    way = sum(abs(after - before) for before, after in pairwise(corners))
    if way > rate * LONGEST_TIME:
        context.too_long(inner.at("rate"))
    if fields.spacing == "linear" and way > step * MOST_POINTS:
        context.tell(inner.at("step"), f"more than {MOST_POINTS} points; take a larger step")
    sampled = _sampled(fields, inner, context)
    return Ramp(fields.terminal, corners, step, rate, fields.spacing, fields.mark, context.line(place), sampled)


def _sampled(fields: RampFields | SampledPulseFields, place: Place, context: Context) -> tuple[str, ...]:
    """Check the terminals that are read beside another one; `place` is that of the fields."""
    for index, name in enumerate(fields.sample):
        here = place.at("sample", index)
        context.terminal(name, here, "electrical", "`sample`")
        if name == fields.terminal or name in fields.sample[:index]:
            context.tell(here, f"{name} is read here already")
    return fields.sample


def compile_pulse(fields: PulseFields | TrainFields, place: Place, context: Context, line: int) -> Pulse:
    """Compile one pulse; `place` is that of its fields."""
    level = _level(fields.terminal, fields.level, place.at("level"), context, place.at("terminal"))
    width = context.time(fields.width, place.at("width"), shortest=1)
    edge = context.time(fields.edge, place.at("edge"))
    sampled = _sampled(fields, place, context) if isinstance(fields, SampledPulseFields) else ()
    return Pulse(fields.terminal, level, width, edge, fields.mark, line, sampled)


def compile_read(fields: ReadFields, place: Place, context: Context, line: int) -> Read:
    """Compile readings at a level; `place` is that of its fields."""
    context.terminal(fields.terminal, place.at("terminal"), "electrical", "a read")
    level = None if fields.level is None else context.level(fields.level, VOLTAGE, place.at("level"))
    delay = context.time(fields.delay, place.at("delay"))
    count = 1 if fields.count is None else context.count(fields.count, place.at("count"), least=1)
    context.reads.setdefault(fields.mark, set()).add(fields.terminal)
    own = fields.current_range
    current_range = None if own is None else context.positive(own, CURRENT, place.at("current_range"))
    if own is not None and place.recording is not None:
        context.tell(place.at("current_range"), "a range of its own inside a record: the trace would have a seam")
    return Read(fields.terminal, level, delay, count, fields.mark, line, current_range)


def compile_wait(duration: Expression, place: Place, context: Context) -> tuple[Instruction, ...]:
    """Compile a wait; one of no length is nothing."""
    length = context.time(duration, place.at("wait"))
    return (Wait(length, context.line(place)),) if length else ()


def compile_train(fields: TrainFields, place: Place, context: Context) -> tuple[Instruction, ...]:
    """Compile a loop of pulse, readings and gap; the gap follows the last pulse too."""
    line, inner = context.line(place), place.at("train")
    context.enter_loop(fields.name, None, place, inner.at("as" if "name" in fields.model_fields_set else "count"))
    pulse = compile_pulse(fields, inner, context, line)
    body: list[Instruction] = [pulse]
    if fields.read is not None:
        body.append(compile_read(fields.read, inner.at("read"), context, line))
    if fields.period is not None:
        gap = Nanoseconds(context.time(fields.period, inner.at("period"), shortest=1) - pulse.width)
        if gap < 0:
            context.tell(inner.at("period"), "the period is shorter than the pulse")
    else:
        gap = context.time(fields.interval, inner.at("interval"))
    if gap > 0:
        body.append(Wait(gap, line))
    count = context.count(fields.count, inner.at("count"))
    return (Repeat(fields.name, count, tuple(body), line),) if count else ()


def compile_together(step: TogetherStep, place: Place, context: Context) -> Together:
    """Order pulses by their start; those of one terminal must not overlap, those of others as far as the step says."""
    fields, inner = step.fields, place.at("together")
    listed = inner.at("pulses") if step.together is fields else inner
    line = context.line(place)
    timed = []
    for index, found in enumerate(fields.pulses):
        start = context.time(found.at, listed.at(index, "at"))
        timed.append((start, index, compile_pulse(found, listed.at(index), context, line)))
    timed.sort(key=lambda entry: entry[:2])
    allowed = None if fields.overlap is None else context.time(fields.overlap, inner.at("overlap"))
    _check_overlap(timed, allowed, listed, context)
    duration = max(Nanoseconds(start + pulse.width) for start, _, pulse in timed)
    return Together(tuple((start, pulse) for start, _, pulse in timed), duration, line)


def _check_overlap(
    timed: Sequence[tuple[Nanoseconds, int, Pulse]], allowed: Nanoseconds | None, listed: Place, context: Context
) -> None:
    """Tell which pulses, in order of their start, begin too early; `allowed` is the overlap between terminals."""
    ends: dict[str, int] = {}
    for start, index, pulse in timed:
        place = listed.at(index, "at")
        if start < ends.get(pulse.terminal, 0):
            context.tell(place, f"begins before the pulse before it on {pulse.terminal} has ended")
        others = [(end - start, name) for name, end in ends.items() if name != pulse.terminal]
        overlap, other = max(others, default=(0, ""))
        if allowed is not None and overlap > allowed:
            shown, limit = (format_quantity(seconds(Nanoseconds(each)), "s") for each in (overlap, allowed))
            context.tell(
                place,
                f"the pulse on {pulse.terminal} overlaps that on {other} by {shown}, and `overlap` allows {limit}: "
                "start it later, make the pulses shorter, or declare the overlap",
            )
        ends[pulse.terminal] = start + pulse.width


def compile_relax(fields: RelaxFields, place: Place, context: Context) -> Relax:
    """Compile a wait for the baseline of a terminal that is being recorded."""
    inner = place.at("relax")
    kind = context.terminal(fields.terminal, inner.at("terminal"), "electrical", "relax")
    if place.recording is None:
        context.tell(
            place, "relax stands outside a record; the baseline is taken from the recorded current", at_key=True
        )
    elif kind and fields.terminal not in place.recording:
        recorded = ", ".join(place.recording)
        context.tell(inner.at("terminal"), f"{fields.terminal} is not recorded here; recorded are: {recorded}")
    deviations = context.positive(fields.within, DEVIATIONS, inner.at("within"))
    timeout = context.time(fields.timeout, inner.at("timeout"), shortest=1)
    at_least = context.time(fields.at_least, inner.at("at_least"))
    if at_least > timeout:
        context.tell(inner.at("at_least"), "at_least is longer than the timeout")
    return Relax(fields.terminal, deviations, timeout, at_least, context.line(place))
