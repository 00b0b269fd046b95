"""Results as rows of text, the same for the terminal, the page, the sheet and the paper."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from labkit.core import Estimate, Flag, Result
from labkit.report._notation import Style, format_interval, format_number, format_with_uncertainty, notation

_CONDITION_UNITS = MappingProxyType(
    {
        "interval": "s",
        "period": "s",
        "width": "s",
        "time": "s",
        "delay": "s",
        "duration": "s",
        "irradiance": "W/m^2",
        "voltage": "V",
        "level": "V",
        "bias": "V",
        "step": "V",
        "rate": "V/s",
        "frequency": "Hz",
        "current": "A",
        "compliance": "A",
        "wavelength": "m",
        "temperature": "K",
        "area": "m^2",
    }
)
"""The last word of a condition's name tells its unit: `read_voltage`, `ramp_rate`."""
_NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class VariantRow:
    """Another definition of the same metric, as text."""

    name: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One result as text; `value` is a bound or a dash when there is none to report, and `reason` says why."""

    metric: str
    definition: str
    symbol: str
    conditions: str
    value: str
    interval: str
    counts: str
    method: str
    flags: tuple[Flag, ...]
    reason: str
    variants: tuple[VariantRow, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def reportable(self) -> bool:
        """Whether the row holds a value."""
        return not self.reason


def metrics_table(
    results: Iterable[Result], style: Style = "plus-minus", shared: Mapping[str, float] = _NOTHING
) -> list[MetricRow]:
    """Give a row of text for each result, in their order; conditions that are in `shared` are left out of the rows."""
    return [_row(result, style, shared) for result in results]


def shared_conditions(results: Iterable[Result]) -> dict[str, float]:
    """Find the conditions that several results carry and all that carry them agree on, to be told once."""
    return agreed_on(result.at for result in results)


def agreed_on(conditions: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Find the conditions that stand in several places and are the same wherever they stand."""
    values: dict[str, list[float]] = {}
    for at in conditions:
        for name, value in at.items():
            values.setdefault(name, []).append(value)
    return {name: found[0] for name, found in values.items() if len(found) > 1 and len(set(found)) == 1}


def format_estimate(estimate: Estimate, style: Style = "plus-minus") -> str:
    """Write an estimate's value and standard uncertainty."""
    return format_with_uncertainty(estimate.value, estimate.uncertainty, estimate.unit, style)


def format_estimate_interval(estimate: Estimate) -> str:
    """Write an estimate's 95 % interval in the digits of its value."""
    if estimate.uncertainty == 0 and estimate.interval.low == estimate.interval.high:
        return "exact"
    chosen = notation(estimate.value, estimate.uncertainty, estimate.unit)
    return format_interval(estimate.interval, chosen)


def format_conditions(conditions: Mapping[str, float], shared: Mapping[str, float] = _NOTHING) -> str:
    """Write the conditions that a value belongs to, without the shared ones: `interval 500 ms, width 1 s`."""
    return ", ".join(
        f"{name.replace('_', ' ')} {format_number(value, _CONDITION_UNITS.get(name.split('_')[-1], '1'))}"
        for name, value in conditions.items()
        if shared.get(name) != value
    )


def format_place(result: Result, shared: Mapping[str, float] = _NOTHING) -> str:
    """Write which device of a chip and which conditions a value belongs to."""
    return ", ".join(filter(None, (result.device, format_conditions(result.at, shared))))


def format_counts(counts: Mapping[str, int]) -> str:
    """Write n at each level: `10 pulses, 1 device`."""
    return ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items())


def markdown_table(rows: Sequence[MetricRow]) -> str:
    """Write rows as a Markdown table."""
    lines = ["| metric | at | value (k=1) | 95 % interval | n | flags | definition |", "|---|---|---|---|---|---|---|"]
    lines += [
        "| "
        + " | ".join(
            text.replace("|", "\\|")
            for text in (
                row.symbol,
                row.conditions,
                row.value,
                row.interval,
                row.counts,
                " ".join(flag.value for flag in row.flags),
                row.definition,
            )
        )
        + " |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _row(result: Result, style: Style, shared: Mapping[str, float]) -> MetricRow:
    estimate = result.estimate
    return MetricRow(
        metric=result.metric,
        definition=result.definition,
        symbol=result.symbol,
        conditions=format_place(result, shared),
        value=format_estimate(estimate, style) if estimate else format_bound(result),
        interval=format_estimate_interval(estimate) if estimate else "",
        counts=format_counts(result.counts),
        method=result.method,
        flags=result.flags,
        reason="" if estimate else result.reason or "no value",
        variants=tuple(
            VariantRow(name, format_estimate(variant, style), format_estimate_interval(variant))
            for name, variant in result.variants.items()
        ),
        notes=tuple(result.notes.items()),
    )


def format_bound(result: Result) -> str:
    """Write the one- or two-sided bound of a result without a value; a dash where there is none."""
    if result.bound is None:
        return "—"
    low, high = result.bound.low, result.bound.high
    if math.isfinite(low) and math.isfinite(high):
        return f"{format_number(low, result.unit)} to {format_number(high, result.unit)}"
    if math.isfinite(low):
        return f"≥ {format_number(low, result.unit)}"
    return f"≤ {format_number(high, result.unit)}" if math.isfinite(high) else "—"
