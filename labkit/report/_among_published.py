"""The measured devices among the published ones: what can be ranked, what stands beside, what is refused."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labkit.core import Interval, Result
from labkit.literature import Confidence, PublishedDevice, Quantity, published_devices
from labkit.report._comparable import COMPARABLE, REFUSALS, Comparable, beside_published
from labkit.report._entry import ReportEntry
from labkit.report._notation import format_number
from labkit.report._table import format_bound, format_conditions, format_estimate

INTRODUCTION = (
    "Values of Tables 1 to 3 of Nano-Micro Lett. 2026, 18:246. They are of single devices, often best cases, and have "
    "no uncertainty. Confidence tells how sure it is that a number stands in the column that it is read in, not how "
    "well it was measured; numbers of low confidence are drawn but not counted."
)
_MOST_SENTENCES = 6
"""Measured values that are told in words; the picture has all."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured value as the picture shows it, in SI units; `value` is None where there is only a bound.

    `interval` is its 95 % interval, infinite on a side that is not bounded. `words` tell symbol, value and conditions.
    """

    device: str
    symbol: str
    value: float | None
    interval: Interval
    words: str
    simulated: bool

    @property
    def name(self) -> str:
        """The device, a simulated one called so."""
        return f"{self.device} (simulated)" if self.simulated else self.device


@dataclass(frozen=True, slots=True)
class Placing:
    """A quantity of published devices with the measured ones among them.

    `words` tell what is compared with what, `sentences` what the picture shows of each measured device.
    """

    quantity: Quantity
    published: tuple[PublishedDevice, ...]
    measured: tuple[Measured, ...]
    words: str
    sentences: tuple[str, ...]

    @property
    def simulated(self) -> bool:
        """Whether any of the measured values was simulated."""
        return any(each.simulated for each in self.measured)


@dataclass(frozen=True, slots=True)
class AmongPublished:
    """Where devices stand among the published ones; `refusals` are pairs of symbols and why they have no place."""

    placings: tuple[Placing, ...] = ()
    refusals: tuple[tuple[str, str], ...] = ()


def among_published(entries: Sequence[ReportEntry]) -> AmongPublished:
    """Set what the runs measured beside the published devices, where the definitions allow it.

    Quantities that were not measured are left out.
    """
    placings = (_placing(quantity, entries) for quantity in Quantity)
    return AmongPublished(tuple(each for each in placings if each.measured), tuple(_refusals(entries)))


def _placing(quantity: Quantity, entries: Sequence[ReportEntry]) -> Placing:
    kinds = [kind for kind in COMPARABLE if kind.quantity is quantity]
    published = tuple(device for device in published_devices() if quantity in device.values)
    counted = [device.values[quantity] for device in published]
    numbers = [each.value for each in counted if each.confidence.reaches(Confidence.MEDIUM)]
    measured: list[Measured] = []
    sentences = []
    for kind in kinds:
        found = [each for entry in entries for each in _measured(kind, entry)]
        measured += found
        first = {each.device: each for each in reversed(found)}
        chosen = [each for each in found if first[each.device] is each]
        sentences += [_sentence(each, numbers if kind.ranked else []) for each in chosen]
    if len(sentences) > _MOST_SENTENCES:
        sentences = [*sentences[:_MOST_SENTENCES], f"{len(sentences) - _MOST_SENTENCES} more devices are drawn."]
    return Placing(quantity, published, tuple(measured), beside_published(quantity), tuple(sentences))


def _measured(kind: Comparable, entry: ReportEntry) -> Iterator[Measured]:
    found = sorted((each for each in entry.results if kind.holds(each)), key=lambda each: each.at.get("interval", 0.0))
    for result in _fullest(found) if kind.quantity is Quantity.RETENTION else found:
        interval = _observed(result) if kind.quantity is Quantity.RETENTION else _interval(result)
        yield Measured(
            device=f"{entry.run.sample.name}, cell {result.device or entry.run.sample.device}",
            symbol=result.symbol,
            value=None if kind.quantity is Quantity.RETENTION or result.estimate is None else result.estimate.value,
            interval=interval,
            words=_words(result, kind.quantity),
            simulated=entry.run.description.virtual,
        )


def _fullest(results: Sequence[Result]) -> list[Result]:
    """Give the fullest state of each device: that which the published tables tell of, if any."""
    fullest: dict[str, Result] = {}
    for result in results:
        other = fullest.get(result.device)
        if other is None or result.at.get("state", 0.0) > other.at.get("state", 0.0):
            fullest[result.device] = result
    return list(fullest.values())


def _observed(result: Result) -> Interval:
    return Interval(result.at["time"], math.inf)


def _interval(result: Result) -> Interval:
    if result.estimate is not None:
        return result.estimate.interval
    return result.bound or Interval(-math.inf, math.inf)


def _words(result: Result, quantity: Quantity) -> str:
    shown = format_estimate(result.estimate) if result.estimate else format_bound(result)
    if quantity is Quantity.RETENTION:
        return f"observed for {format_number(result.at['time'], 's')}, {result.symbol} = {shown} then"
    conditions = format_conditions(result.at)
    flags = " ".join(flag.value for flag in result.flags)
    return f"{result.symbol} = {shown}{f' at {conditions}' if conditions else ''}{f' [{flags}]' if flags else ''}"


def _sentence(measured: Measured, numbers: Sequence[float]) -> str:
    """Tell a value, and how many of the published numbers lie on either side of its interval."""
    told = f"{measured.name}: {measured.words}"
    if not numbers:
        return f"{told}."
    low, high = measured.interval.low, measured.interval.high
    above, below = sum(number < low for number in numbers), sum(number > high for number in numbers)
    rest = len(numbers) - above - below
    verb = "equal" if low == high else "in the interval"
    within = f", {rest} {verb}" if rest else ""
    return f"{told}; of {len(numbers)} published values {above} are lower, {below} higher{within}."


def _refusals(entries: Sequence[ReportEntry]) -> Iterator[tuple[str, str]]:
    for refusal in REFUSALS:
        held = [result for entry in entries for result in entry.results if refusal.holds(result)]
        symbols = [result.symbol for result in held if result.reportable or result.bound is not None]
        if symbols:
            yield ", ".join(dict.fromkeys(symbols)), refusal.words
