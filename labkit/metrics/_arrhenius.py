"""M23: the activation energy of retention and of conduction, from temperatures within one phase."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Result, Run
from labkit.metrics._activated import CONDUCTION_TIMES_T, FROM_START, HALF_TIME, LIFETIME, Repeats, repeats_of
from labkit.metrics._arrhenius_fit import Line, Logarithms, fit_line, scale_error
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import combine, exponential_of, is_bounded
from labkit.metrics._temperatures import BOLTZMANN, stays

NAME = "arrhenius"
RETENTION = "M23.t_50/1"
CONDUCTION = "M23.conduction/1"
UNIT = "eV"
MINIMUM_TEMPERATURES = 4
LARGEST_EXCURSION = 0.2
"""How far a reading of the temperature may lie from the mean of its stay (K)."""
SAME = 0.5
"""Temperatures nearer than this (K) count as one."""


def _compute(run: Run) -> tuple[Result, ...]:
    found = tuple(repeats_of(stay) for stay in stays(run))
    if not any(each.values for each in found):
        raise NotMeasured("the run holds no retention reads at its temperatures", "run the protocol arrhenius (P24)")
    accuracy = max(run.description.temperature_accuracy.values(), default=0.0)
    results: list[Result] = []
    for phase in _phases(found, run.sample.transitions):
        results.append(_of_retention(phase, accuracy))
        results.append(_of_conduction(phase, accuracy))
    return tuple(results)


@dataclass(frozen=True, slots=True)
class Phase:
    """The stays within one phase of the material; `crossed` are the declared transitions (K) inside the whole window.

    `declared` tells whether the sample declares any.
    """

    repeats: tuple[Repeats, ...]
    crossed: tuple[float, ...]
    declared: bool

    @property
    def conditions(self) -> Mapping[str, float]:
        """The window, for a table."""
        found = [each.stay.temperature for each in self.repeats]
        return {"lowest temperature": min(found), "highest temperature": max(found)}

    @property
    def flags(self) -> set[Flag]:
        """What holds for all that is taken from these stays."""
        crossing = {Flag.TRANSITION} if self.crossed else set()
        drifting = {Flag.DRIFT} if any(each.stay.excursion > LARGEST_EXCURSION for each in self.repeats) else set()
        blocked = {flag for each in self.repeats for flag in each.flags}
        return crossing | drifting | blocked

    @property
    def notes(self) -> dict[str, str]:
        """What a reader has to know of the window."""
        if self.crossed:
            shown = ", ".join(f"{each:.4g} K" for each in self.crossed)
            return {"transitions": f"the window crosses {shown}; this is one side"}
        told = "none lies in the window" if self.declared else "the sample file declares none"
        return {"transitions": told}


def _phases(found: tuple[Repeats, ...], transitions: tuple[float, ...]) -> list[Phase]:
    """Part the stays at the transitions that the sample declares, coldest first."""
    temperatures = [each.stay.temperature for each in found]
    crossed = tuple(sorted(each for each in transitions if min(temperatures) < each < max(temperatures)))
    groups: dict[int, list[Repeats]] = {}
    for each in found:
        groups.setdefault(int(np.searchsorted(crossed, each.stay.temperature)), []).append(each)
    return [Phase(tuple(groups[key]), crossed, bool(transitions)) for key in sorted(groups)]


def _of_retention(phase: Phase, accuracy: float) -> Result:
    variants = {}
    for name in (FROM_START, LIFETIME):
        points = _usable(phase, name)
        line = fit_line(points)
        if line is not None and _levels(points) >= MINIMUM_TEMPERATURES:
            variants[name] = _energy(line, points, accuracy)
    missing = _distinct(each.stay.temperature for each in phase.repeats if each.logarithms(HALF_TIME) is None)
    notes = {}
    if missing:
        shown = ", ".join(f"{each:.4g} K" for each in missing)
        notes["not observed"] = f"t_50 was not observed in every repeat at {shown}, which is left out"
    return _result(phase, _usable(phase, HALF_TIME), accuracy, RETENTION, "E_a", "ln t_50", variants, notes)


def _of_conduction(phase: Phase, accuracy: float) -> Result:
    thermal = BOLTZMANN * float(np.mean([each.stay.temperature for each in phase.repeats]))
    notes = {"k_B T": f"{1e3 * thermal:.3g} meV: what a conductance that does not depend on temperature gives"}
    points = _usable(phase, CONDUCTION_TIMES_T)
    return _result(phase, points, accuracy, CONDUCTION, "E_a (σT)", "-ln σT", {}, notes)


def _usable(phase: Phase, name: str) -> tuple[Logarithms, ...]:
    found = (each.logarithms(name) for each in phase.repeats)
    return tuple(each for each in found if each is not None)


def _distinct(temperatures: Iterable[float]) -> list[float]:
    """Give temperatures (K), those that are nearly the same once."""
    distinct: list[float] = []
    for each in sorted(temperatures):
        if not distinct or each - distinct[-1] > SAME:
            distinct.append(each)
    return distinct


def _levels(points: tuple[Logarithms, ...]) -> int:
    """Count the temperatures of points."""
    return len(_distinct(1 / (BOLTZMANN * point.inverse) for point in points))


def _energy(line: Line, points: tuple[Logarithms, ...], accuracy: float) -> Estimate:
    limit = scale_error(line.slope, accuracy, np.array([point.inverse for point in points]))
    return combine(line.slope, [(line.uncertainty, line.degrees_of_freedom)], [limit], UNIT)


def _result(
    phase: Phase,
    points: tuple[Logarithms, ...],
    accuracy: float,
    definition: str,
    symbol: str,
    ordinate: str,
    variants: dict[str, Estimate],
    notes: dict[str, str],
) -> Result:
    line = fit_line(points)
    flags = phase.flags
    levels = _levels(points)
    if levels < MINIMUM_TEMPERATURES:
        flags |= {Flag.REPEATS}
    too_few = f"{levels} temperatures; {MINIMUM_TEMPERATURES} within one phase are needed"
    told = phase.notes | notes
    if line is not None:
        flags |= ({Flag.MODEL} if line.bends else set()) | ({Flag.HISTORY} if line.apart else set())
        told |= _told(line)
    method = "least squares through the repeats" if line is None or not line.between else "least squares of the stays"
    return outcome(
        NAME,
        definition,
        symbol,
        None if line is None else _energy(line, points, accuracy),
        UNIT,
        f"slope of {ordinate} against 1/k_B T, {method}, t interval; temperature scale uB",
        flags=flags,
        reason=too_few if Flag.REPEATS in flags else "",
        at=phase.conditions,
        counts={"repeat": sum(len(point.values) for point in points), "temperature": levels, "stay": len(points)},
        variants=variants,
        notes=told,
        curves=(_curve(points, line, ordinate),) if points else (),
    )


def _told(line: Line) -> dict[str, str]:
    if line.gap is None or not is_bounded(line.gap):
        return {"up and down": "not both ways were gone"}
    ratio = exponential_of(line.gap)
    shown = f"down over up {ratio.value:.3g} [{ratio.interval.low:.3g}, {ratio.interval.high:.3g}]"
    return {"up and down": shown + ("; the device did not come back" if line.apart else "")}


def _curve(points: tuple[Logarithms, ...], line: Line | None, ordinate: str) -> Curve:
    x = np.concatenate([np.full(len(point.values), point.inverse) for point in points])
    y = np.concatenate([point.values for point in points])
    order = np.argsort(x, kind="stable")
    fit: FloatArray | None = None if line is None else line.at(x[order])
    return Curve(f"Arrhenius plot of {ordinate}", x[order], y[order], "1/k_B T", "1/eV", ordinate, "1", fit=fit)


ARRHENIUS = Metric(
    name=NAME,
    definition=RETENTION,
    title="Activation energy",
    unit=UNIT,
    formula="ln t_50 = E_a/k_B T + const.; -ln σT likewise",
    description=(
        "Slope of ln t_50 (observed ones only) and of -ln σT before programming against 1/k_B T, over at least four "
        "temperatures within one phase: at the transitions that the sample file declares the window is parted. The "
        "scatter is that of the stays at the temperatures; with fewer than six, the repeats join in where they explain "
        "it. The ways up and down are compared, and a curve where a line belongs is refused."
    ),
    requires=("the step `temperature`", "reads marked `reference` and `retention` at each temperature"),
    reference="metric standard M23",
    compute=_compute,
)
