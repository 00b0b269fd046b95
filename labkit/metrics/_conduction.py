"""M30: conduction of a film: exponents by piece, Mott-Gurney mobility, trap density, permittivity of emission."""

from collections.abc import Iterator

import numpy as np

from labkit.core import Curve, Estimate, Flag, Result, Run
from labkit.metrics._conduction_class import CHILD_DECADES, Conduction, Region, ohmic_child
from labkit.metrics._conduction_curves import DIFFERENT, DIRECTIONS, ConductionCurve, conduction_curves
from labkit.metrics._emission import CHARGE, VACUUM_PERMITTIVITY, Law
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._power_segments import LEAST_POINTS
from labkit.metrics._statistics import combine, normal_estimate

_NAME = "conduction"
_UNIT = "m^2/Vs"
_PEROVSKITE = ("perovskite", "pbi", "pbbr", "pbcl", "sni3", "snbr", "sncl3", "agbibr", "bi2i9")


def _compute(run: Run) -> tuple[Result, ...]:
    found = Conduction(conduction_curves(run), run.sample)
    if len(found.main.voltage) < LEAST_POINTS:
        raise NotMeasured("fewer than five voltages drive a current above the ammeter's offset", "pulse higher")
    return (*_exponents(found), _mobility(found), _traps(found), *(_permittivity(found, law) for law in Law))


def _exponents(found: Conduction) -> Iterator[Result]:
    curve = found.main
    for segment, region in zip(found.pieces.segments, found.regions(), strict=True):
        voltage = curve.voltage[segment.points]
        at = {"voltage_low": float(voltage[0]), "voltage_high": float(voltage[-1])}
        method, notes = "line in double-logarithmic scales", {"region": str(region)}
        yield _result(found, "m", segment.exponent, "1", method, at=at, notes=notes)


def _result(
    found: Conduction,
    symbol: str,
    estimate: Estimate | None,
    unit: str,
    method: str,
    *,
    at: dict[str, float] | None = None,
    notes: dict[str, str] | None = None,
    reason: str = "",
    flags: set[Flag] | None = None,
    variants: dict[str, Estimate] | None = None,
) -> Result:
    curve = found.main
    ionic, words = _ions(found)
    return outcome(
        _NAME,
        f"M30.{symbol}/1",
        symbol,
        estimate,
        unit,
        method,
        flags=ionic | (flags or set()),
        reason=reason,
        at={"temperature": curve.temperature, **(at or {})},
        counts={"sample": len(curve.voltage), "cycle": curve.cycles, "temperature": len(found.curves)},
        notes={"mechanism": found.mechanism, **_unstated(curve), **words, **(notes or {})},
        variants=variants,
        curves=(_drawn(curve),) if symbol == "m" else (),
    )


def _drawn(curve: ConductionCurve) -> Curve:
    return Curve("conduction", curve.voltage, curve.current, "voltage", "V", "current", "A", log_x=True)


def _unstated(curve: ConductionCurve) -> dict[str, str]:
    notes = {} if curve.stated else {"temperature": "not stated; taken as 300 K"}
    if curve.below:
        notes["left out"] = f"{curve.below} voltages whose current is below twenty times the ammeter's offset"
    if curve.beyond:
        notes["out of range"] = f"{curve.beyond} voltages with readings beyond the range or at the current limit"
    return notes


def _ions(found: Conduction) -> tuple[frozenset[Flag], dict[str, str]]:
    """Warn of mobile ions: one direction of the sweep, a hysteresis, an ion density not below that of the electrons."""
    curve, sample, notes = found.main, found.sample, {}
    if curve.directions != DIRECTIONS:
        notes["direction"] = "one sweep direction: ions that move meanwhile cannot be told from injected charge"
    elif abs(curve.hysteresis) > DIFFERENT:
        notes["direction"] = f"rising and falling voltages differ by {curve.hysteresis:+.0%}: mobile ions or trapping"
    electrons = _electron_density(found)
    perovskite = any(word in sample.material.lower() for word in _PEROVSKITE)
    if sample.ion_density is not None and electrons is not None and sample.ion_density >= electrons:
        notes["ions"] = (
            f"{sample.ion_density:.2g} mobile ions per m^3 against {electrons:.2g} injected electrons: ions screen the "
            "field, so that the space-charge laws do not hold"
        )
    elif sample.ion_density is None and perovskite:
        notes["ions"] = "a perovskite with an unstated ion_density: space-charge laws need fewer ions than electrons"
    return (frozenset({Flag.IONIC}) if notes else frozenset()), notes


def _electron_density(found: Conduction) -> float | None:
    """Give the mean density of injected charge (1/m^3) at the largest voltage: 3 eps V / 2 q L^2 (Mott-Gurney)."""
    thickness, permittivity = found.sample.thickness, found.sample.permittivity_static
    if thickness is None or permittivity is None:
        return None
    return 1.5 * permittivity * VACUUM_PERMITTIVITY * float(found.main.voltage[-1]) / (CHARGE * thickness**2)


def _missing(found: Conduction, *names: str) -> str:
    given = found.sample.model_dump()
    missing = [name for name in names if given[name] is None]
    return f"the sample file states no {' and no '.join(missing)}" if missing else ""


def _mobility(found: Conduction) -> Result:
    """Give mu = 8 b L^3 / 9 eps A from the square law I = b V^2."""
    method = "8 J L^3 / (9 eps V^2) of the square law, from aV + bV^2 where it holds for the whole curve"
    square, reason = _square(found)
    reason = reason or _missing(found, "thickness", "active_area", "permittivity_static")
    notes = {"L^-3 scaling": "not measured: with one thickness, whether space charge limits the current is assumed"}
    if reason or square is None:
        return _result(found, "μ_MG", None, _UNIT, method, reason=reason, notes=notes)
    sample = found.sample
    thickness, area, relative = sample.thickness or 0.0, sample.active_area or 1.0, sample.permittivity_static or 1.0
    factor = 8 * thickness**3 / (9 * relative * VACUUM_PERMITTIVITY * area)
    value = factor * square.value
    geometry = float(np.hypot(3 * (sample.thickness_uncertainty or 0.0), sample.active_area_uncertainty or 0.0))
    random = [(factor * square.uncertainty, square.degrees_of_freedom), (geometry * value, np.inf)]
    limits = [found.main.gain * value, factor * _moved_by_offset(found)]
    estimate = combine(value, random, limits, _UNIT)
    return _result(found, "μ_MG", estimate, _UNIT, method, notes=notes)


def _moved_by_offset(found: Conduction) -> float:
    """Give how far the ammeter's offset moves b (A/V^2)."""
    curve = found.main
    moved = [ohmic_child(curve.shifted(shift)).square.value for shift in (-curve.offset, curve.offset)]
    return max(abs(each - found.square_law.square.value) for each in moved)


def _square(found: Conduction) -> tuple[Estimate | None, str]:
    """Give b (A/V^2) of the square law, or why there is none."""
    if found.best_emission is not None:
        return None, f"the curve is better described by {found.best_emission} emission"
    if found.square_law_holds and found.square_law.decades >= CHILD_DECADES:
        return found.square_law.square, ""
    curve = found.main
    for segment, region in zip(found.pieces.segments, found.regions(), strict=True):
        if region is Region.CHILD and not found.square_law_holds:
            ratios = curve.log_current[segment.points] - 2 * curve.log_voltage[segment.points]
            doubt = float(np.std(ratios, ddof=1) / np.sqrt(len(ratios)))
            value = float(np.exp(np.mean(ratios)))
            return normal_estimate(value, doubt * value, len(ratios) - 1, "A/V^2"), ""
    return None, f"no square law over {CHILD_DECADES:g} decade of voltage"


def _traps(found: Conduction) -> Result:
    """Give n_t = 2 eps V_TFL / q L^2, V_TFL where the piece before the steep one meets it."""
    method = "2 eps V_TFL / (q L^2), V_TFL where the piece of m > 3 meets the one before it"
    regions, segments = found.regions(), found.pieces.segments
    steep = next((k for k, region in enumerate(regions) if region is Region.TRAP_FILLING and k > 0), None)
    if found.best_emission is not None or steep is None:
        return _result(found, "n_t", None, "1/m^3", method, reason="no trap-filling piece (m > 3) after a flatter one")
    before, rise = segments[steep - 1], segments[steep]
    gap = rise.exponent.value - before.exponent.value
    log_voltage = (before.intercept - rise.intercept) / gap
    curve = found.main
    centres = [float(np.mean(curve.log_voltage[each.points])) for each in (before, rise)]
    doubts = [
        each.exponent.uncertainty * (abs(log_voltage - centre) + 0.3 * float(np.ptp(curve.log_voltage[each.points])))
        for each, centre in zip((before, rise), centres, strict=True)
    ]
    relative = float(np.linalg.norm(doubts)) / gap
    voltage = float(np.exp(log_voltage))
    variants = {"V_TFL": normal_estimate(voltage, relative * voltage, rise.exponent.degrees_of_freedom, "V")}
    reason = _missing(found, "thickness", "permittivity_static")
    if reason:
        return _result(found, "n_t", None, "1/m^3", method, reason=reason, variants=variants)
    sample = found.sample
    thickness = sample.thickness or 1.0
    value = 2 * (sample.permittivity_static or 1.0) * VACUUM_PERMITTIVITY * voltage / (CHARGE * thickness**2)
    random = [
        (relative * value, rise.exponent.degrees_of_freedom),
        (2 * (sample.thickness_uncertainty or 0.0) * value, np.inf),
    ]
    return _result(found, "n_t", combine(value, random, (), "1/m^3"), "1/m^3", method, variants=variants)


def _permittivity(found: Conduction, law: Law) -> Result:
    """Give eps_r of an emission law, only where the film can have it and the temperatures agree."""
    emitted = found.emitted(law)
    reason = found.refusal(law, emitted)
    flags: set[Flag] = set()
    variants, notes = {}, {}
    if emitted is not None:
        notes["R^2"] = f"{emitted.lines[0].determination:.4f}: straight lines of this kind prove no law"
        variants["extracted"] = emitted.permittivity
        if found.best_emission is law and not found.is_possible(emitted.permittivity):
            flags.add(Flag.UNPHYSICAL)
        if not reason and emitted.barrier is not None:
            variants["barrier"] = emitted.barrier
    symbol = f"ε_r ({law})"
    estimate = None if reason or emitted is None else emitted.permittivity
    method = "slope of ln(J/T^2) or ln(J/V) against the root of the voltage, all temperatures together"
    return _result(found, symbol, estimate, "1", method, reason=reason, flags=flags, variants=variants, notes=notes)


CONDUCTION = Metric(
    name=_NAME,
    definition="M30/1",
    title="Conduction mechanism",
    unit="1",
    formula=(
        "m = d ln J/d ln V by pieces;  μ_MG = 8JL³/9εV²;  n_t = 2εV_TFL/qL²;  ε_r from ln(J/T²) or ln(J/V) against √V"
    ),
    description=(
        "Pieces of a double-logarithmic curve: ohmic m = 1 ± 0.1, Child 2 ± 0.1 over half a decade of voltage, trap "
        "filling m > 3. Schottky and Poole-Frenkel emission are accepted only where they describe the curve best, ε_r "
        "lies between that of the optical and of the static field (UNPHYS otherwise) and three or more temperatures "
        "agree. R² is never enough. ION: one sweep direction, a hysteresis, or ions not known to be fewer than the "
        "injected electrons."
    ),
    requires=(
        "pulses marked `up` and `down` (protocol conduction), at three temperatures or more for emission",
        "active_area, thickness, permittivity_static and permittivity_optical in the sample file",
    ),
    reference="metric standard M30",
    compute=_compute,
)
