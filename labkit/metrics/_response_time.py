"""M36: rise and fall time between fitted plateaus, and the cut-off frequency under modulated light."""

import numpy as np

from labkit.core import Curve, Estimate, Flag, Interval, Kind, Result, Run
from labkit.metrics._chopped import MARK as CHOPPED
from labkit.metrics._chopped import Fundamental, fundamentals
from labkit.metrics._cutoff import FLAT, LEAST_FREQUENCIES, Cutoff, fit_cutoff
from labkit.metrics._decay_fit import curve
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._square_wave import HALF, MARK, Edges, Fitted, fit_edges, misfits, square_edges
from labkit.metrics._statistics import exponential_of, normal_estimate, standard_error
from labkit.metrics._stimuli import events, response_terminal
from labkit.metrics._transients import REPEATS_FOR_T
from labkit.metrics._windows import LEAST_SAMPLES, SIGNAL_TO_NOISE, trace_of

NAME = "response_time"
EDGE_DEFINITION = "M36.plateaus/1"
CUTOFF_DEFINITION = "M36.modulated/1"
RISE_TIMES_BANDWIDTH = float(np.log(9.0)) / (2 * np.pi)
"""Rise time times cut-off frequency of a single pole: 0.35."""
FROM_RISE = "0.35/t_r"


def _compute(run: Run) -> tuple[Result, ...]:
    edges = square_edges(run, trace_of(run, response_terminal(run)))
    results = [_edge_result(each) for each in edges if len(each)]
    if events(run, Kind.PULSE, [CHOPPED]):
        results += _cutoff_results(fundamentals(run))
    if not results:
        raise NotMeasured(
            "the run holds no full period of a square wave of light, and no light chopped at several frequencies",
            f"apply trains of light pulses marked `{MARK}` or `{CHOPPED}`, as speed does",
        )
    return tuple(results)


def _edge_result(edges: Edges) -> Result:
    symbol = "t_r" if edges.rising else "t_f"
    fitted = fit_edges(edges)
    at = {"irradiance": edges.stimulus.level, "width": edges.length}
    counts = {"sample": edges.readings, "cycle": len(edges)}
    if fitted is None:
        reason = "no model of a transition fits the edge"
        return outcome(NAME, EDGE_DEFINITION, symbol, None, "s", "not computed", reason=reason, at=at, counts=counts)
    estimate = _time(fitted)
    return outcome(
        NAME,
        EDGE_DEFINITION,
        symbol,
        estimate,
        "s",
        "10 to 90 % between the plateaus of a fit to the average of the periods, uR by leaving out one at a time",
        flags=_edge_flags(edges, fitted),
        reason=f"{len(edges)} periods after the first" if len(edges) < REPEATS_FOR_T else "",
        at=at,
        counts=counts,
        variants={FROM_RISE: _bandwidth(estimate)} if edges.rising and fitted.single_pole else {},
        notes=_edge_notes(edges, fitted),
        curves=(_edge_curve(edges, fitted),),
    )


def _time(fitted: Fitted) -> Estimate:
    usable = len(fitted.logarithms) > 1 and bool(np.all(np.isfinite(fitted.logarithms)))
    spread = standard_error(fitted.logarithms) if usable else np.inf
    return exponential_of(normal_estimate(float(np.log(fitted.time)), spread, len(fitted.logarithms) - 1), "s")


def _bandwidth(rise: Estimate) -> Estimate:
    """Give what the rise time of a single pole says of the cut-off frequency (Hz)."""
    value = RISE_TIMES_BANDWIDTH / rise.value
    ends = RISE_TIMES_BANDWIDTH / rise.interval.high, RISE_TIMES_BANDWIDTH / rise.interval.low
    return Estimate(value, value * rise.uncertainty / rise.value, Interval(*ends), rise.degrees_of_freedom, "Hz")


def _edge_flags(edges: Edges, fitted: Fitted) -> set[Flag]:
    flags = set(edges.flags) | ({Flag.MODEL} if misfits(fitted.choice) else set())
    if edges.length < HALF * fitted.slowest:
        flags.add(Flag.WINDOW)
    # Five readings within a time constant, which is the rise time over ln 9.
    if fitted.time < LEAST_SAMPLES * float(np.log(9.0) * np.median(np.diff(edges.records[0].time))):
        flags.add(Flag.UNDERSAMPLED)
    if any(fitted.choice.fit.solution.at_bound):
        flags.add(Flag.AT_BOUND)
    if len(edges) < REPEATS_FOR_T:
        flags.add(Flag.REPEATS)
    residuals = fitted.choice.residuals
    swing = abs(fitted.choice.model.of(fitted.choice.fit)["I_∞"] - float(fitted.choice.average.current[0]))
    if swing < SIGNAL_TO_NOISE * float(np.std(residuals)) / float(np.sqrt(len(residuals))):
        flags.add(Flag.SIGNAL_TO_NOISE)
    return flags


def _edge_notes(edges: Edges, fitted: Fitted) -> dict[str, str]:
    notes = {"model": fitted.choice.model.name, "light": "on" if edges.rising else "off"}
    if edges.rising and not fitted.single_pole:
        notes["cut-off"] = "not a single pole: 0.35/t_r is not its cut-off frequency"
    return notes


def _edge_curve(edges: Edges, fitted: Fitted) -> Curve:
    choice = fitted.choice
    return Curve(
        "rise" if edges.rising else "fall",
        choice.average.time,
        choice.average.current,
        "time after the edge",
        "s",
        "current",
        "A",
        fit=curve(choice.model, choice.fit, choice.average.time),
    )


def _cutoff_results(found: tuple[Fundamental, ...]) -> list[Result]:
    """Give f_3dB for each light and irradiance with enough frequencies; one frequency alone is for other metrics."""
    kinds = sorted({(each.terminal, each.irradiance) for each in found})
    series = [tuple(each for each in found if (each.terminal, each.irradiance) == kind) for kind in kinds]
    return [_cutoff_result(each) for each in series if len(each) >= LEAST_FREQUENCIES]


def _cutoff_result(found: tuple[Fundamental, ...]) -> Result:
    flags = set().union(*(each.flags for each in found))
    at = {"irradiance": found[0].irradiance}
    seen = tuple(each for each in found if each.amplitude > SIGNAL_TO_NOISE * each.total)
    cutoff = fit_cutoff(seen) if len(seen) >= LEAST_FREQUENCIES else None
    counts = {"train": len(seen), "cycle": sum(each.cycles for each in seen)}
    if cutoff is None:
        reason = f"the response stands out of its noise at {len(seen)} frequencies, too few"
        return outcome(
            NAME, CUTOFF_DEFINITION, "f_3dB", None, "Hz", "not computed", reason=reason, at=at, counts=counts
        )
    estimate, bound, reason = _frequency(cutoff, seen)
    flags |= {Flag.MODEL} if cutoff.misfit and cutoff.poles > 1 else set()
    flags |= {Flag.WINDOW} if cutoff.flat < FLAT else set()
    return outcome(
        NAME,
        CUTOFF_DEFINITION,
        "f_3dB",
        estimate,
        "Hz",
        "where the fundamental is 1/sqrt(2) of that of slow modulation, fit of one or two poles, uM",
        flags=flags,
        reason=reason,
        bound=bound,
        at=at,
        counts=counts,
        notes={"poles": str(cutoff.poles), "modulation": "light chopped on and off, fundamental of the current"},
        curves=(_response_curve(seen, cutoff),),
    )


def _frequency(cutoff: Cutoff, found: tuple[Fundamental, ...]) -> tuple[Estimate | None, Interval | None, str]:
    """Give f_3dB where it was measured, else the bound that the frequencies leave."""
    value = float(np.exp(cutoff.logarithm))
    low, high = found[0].frequency, found[-1].frequency
    if value > high:
        return None, Interval(high, np.inf), "the response has not fallen by 3 dB at the highest frequency"
    if value < low:
        return None, Interval(0.0, low), "the response has fallen by 3 dB below the lowest frequency"
    logarithm = normal_estimate(cutoff.logarithm, cutoff.uncertainty, cutoff.degrees_of_freedom)
    return exponential_of(logarithm, "Hz"), None, ""


def _response_curve(found: tuple[Fundamental, ...], cutoff: Cutoff) -> Curve:
    frequencies = np.array([each.frequency for each in found])
    light = np.array([each.light for each in found])
    return Curve(
        "response to modulated light",
        frequencies,
        np.array([each.amplitude for each in found]) / light,
        "frequency",
        "Hz",
        "fundamental",
        "A m^2/W",
        np.array([each.total for each in found]) / light,
        cutoff.response(frequencies),
        log_x=True,
    )


RESPONSE_TIME = Metric(
    name=NAME,
    definition=EDGE_DEFINITION,
    title="Response time and cut-off frequency",
    unit="s",
    formula="t_r, t_f: 10 to 90 % between fitted plateaus;  |H(f_3dB)| = |H(0)|/√2",
    description=(
        "Time from 10 to 90 % of the way between the plateaus of a model (one exponential, a stretched one, two) that "
        "is fitted to the average of the edges under a square wave of light, after its first period. The first "
        "reading beyond a level is never taken: noise crosses early. f_3dB is where the fundamental of the current "
        "under chopped light has fallen to 1/√2 of that at low frequency. 0.35/t_r stands beside the rise time only "
        "where one exponential describes the rise."
    ),
    requires=(
        "a train of light pulses marked `square`, six periods or more, each half five time constants long",
        "trains marked `chopped` at 6 or more frequencies, for f_3dB",
    ),
    reference="metric standard M36; Pecunia et al. 2025",
    compute=_compute,
)
