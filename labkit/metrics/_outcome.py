"""From an estimate and its flags to a Result: a fatal flag takes the value away and leaves a bound and a reason."""

from collections.abc import Iterable, Mapping

from labkit.core import Curve, Estimate, Flag, Interval, Result
from labkit.metrics._statistics import is_bounded

REASONS: Mapping[Flag, str] = {
    Flag.SATURATED: "a reading went beyond the measure range",
    Flag.COMPLIANCE: "the source was at its current limit while the state was read",
    Flag.SIGNAL_TO_NOISE: "the value is below three times its uncertainty",
    Flag.UNDERSAMPLED: "fewer than 5 readings in the window",
    Flag.AT_BOUND: "a parameter of the fit ended at its bound",
    Flag.MODEL: "the residuals keep a structure that the model does not describe",
    Flag.REPEATS: "fewer repeats than the standard asks for",
    Flag.DRIVEN: "the weight was read while its pulse was on",
    Flag.UNPAIRED: "what pairing does cannot be told from what one spike alone does",
    Flag.BLIND: "there are cycles in which the states were not read",
    Flag.PLATEAU: "the level was taken where learning had levelled off, so that no number of pulses belongs to it",
}
"""Why a fatal flag forbids a value, for people."""


def outcome(
    metric: str,
    definition: str,
    symbol: str,
    estimate: Estimate | None,
    unit: str,
    method: str,
    *,
    flags: Iterable[Flag] = (),
    reason: str = "",
    bound: Interval | None = None,
    at: Mapping[str, float] | None = None,
    counts: Mapping[str, int] | None = None,
    variants: Mapping[str, Estimate] | None = None,
    notes: Mapping[str, str] | None = None,
    curves: tuple[Curve, ...] = (),
    repeats: Iterable[float] = (),
) -> Result:
    """Give a Result that keeps the standard's rules.

    With a fatal flag, or when the data do not limit the estimate on both sides, the value is dropped; what was found
    becomes the bound (the 95 % interval, unless `bound` says more) and the reason names the flags.
    """
    raised = set(flags)
    ordered = tuple(flag for flag in Flag if flag in raised)
    fatal = [flag for flag in ordered if flag.fatal]
    unlimited = estimate is not None and not is_bounded(estimate)
    reasons = [reason] if reason else []
    reasons += [REASONS[flag] for flag in fatal]
    reasons += ["the data do not limit the value"] if unlimited and not fatal else []
    value = None if fatal or unlimited else estimate
    limit = bound
    if value is None and limit is None and estimate is not None and not unlimited:
        limit = estimate.interval
    return Result(
        metric=metric,
        definition=definition,
        symbol=symbol,
        estimate=value,
        unit=unit,
        method=method,
        at=dict(at or {}),
        counts=dict(counts or {}),
        variants=dict(variants or {}),
        flags=ordered,
        reason="; ".join(reasons) if value is None else "",
        bound=limit if value is None else None,
        notes=dict(notes or {}),
        curves=curves,
        repeats=tuple(float(value) for value in repeats),
    )
