"""M21: energy per event, always as the quartet, with what it bought."""

from collections.abc import Sequence

import numpy as np

from labkit.core import Estimate, Flag, FloatArray, Interval, Result, Run
from labkit.metrics._energies import PulseEnergies, pulse_energies
from labkit.metrics._heating import WORTH_TELLING, warming
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import combine, repeats_mean, two_starts
from labkit.metrics._transients import degraded, mean_of_repeats
from labkit.metrics._windows import Accuracy, is_noise

NAME = "pulse_energy"
DEFINITION = "M21.pulse/1"
FORMULAS = {
    "E_pulse": "∫ ΣV_j I_j dt over the pulse, all terminals",
    "E_read": "|V_R| I_pk t_w",
    "E_amp": "|V_w| I t_w",
    "E_opt": "irradiance × active area × t_w",
}


def _compute(run: Run) -> tuple[Result, ...]:
    found = pulse_energies(run)
    if not found:
        raise NotMeasured("the run holds no pulse", "run a protocol with pulses")
    return tuple(result for energies in found for result in _quartet(run, energies))


def _quartet(run: Run, found: PulseEnergies) -> tuple[Result, ...]:
    return (
        _electrical(
            run,
            found,
            "E_pulse",
            found.electrical,
            (*found.limits, *two_starts(found.edges.electrical)),
            "the current during the pulse was not measured",
        ),
        _electrical(
            run,
            found,
            "E_read",
            found.read,
            (*_limits(found, found.read, found.read_voltage, found.accuracy), *two_starts(found.edges.read)),
            "no read follows the pulse",
        ),
        _electrical(
            run,
            found,
            "E_amp",
            found.amplitude,
            _limits(found, found.amplitude, found.write_voltage, found.write_accuracy),
            "the stimulus is light: there is no write voltage" if found.optical else "the pulse was not measured",
        ),
        _optical(run, found),
        _retained(found),
    )


def _electrical(
    run: Run, found: PulseEnergies, symbol: str, values: FloatArray, limits: Sequence[float], missing: str
) -> Result:
    if not np.all(np.isfinite(values)) or not len(values):
        return _result(run, found, symbol, None, reason=missing)
    single = np.full(len(values), found.noise if np.isfinite(found.noise) else 0.0)
    relative = found.stimulus.time_uncertainty * float(np.sqrt(2)) / found.stimulus.width
    estimate, code = mean_of_repeats(values, np.hypot(single, relative * values), np.inf, limits, "J")
    flags = set(found.flags)
    if found.cycled and degraded(values):
        flags.add(Flag.DEGRADED)
    noise_only, _ = mean_of_repeats(values, single, np.inf, (), "J")
    bound = None
    if is_noise(noise_only) or is_noise(estimate):
        flags.add(Flag.SIGNAL_TO_NOISE)
        wider = noise_only if is_noise(noise_only) else estimate
        bound = Interval(0.0, max(abs(wider.interval.low), abs(wider.interval.high)))
    return _result(run, found, symbol, estimate, flags=flags, bound=bound, code=code)


def _limits(found: PulseEnergies, energies: FloatArray, voltage: float, accuracy: Accuracy) -> tuple[float, ...]:
    """Give what the limits of ammeter and source (V) make of an energy (J)."""
    energy, width = float(np.mean(energies)), found.stimulus.width
    if not np.isfinite(voltage):
        return (accuracy.gain * energy,)
    return accuracy.gain * energy, accuracy.offset * voltage * width, accuracy.of_voltage(voltage) * energy


def _optical(run: Run, found: PulseEnergies) -> Result:
    if not found.optical:
        return _result(run, found, "E_opt", None, reason="the stimulus is not light")
    area = run.sample.active_area
    if area is None:
        return _result(run, found, "E_opt", None, reason="the sample file states no active_area")
    energy = found.stimulus.level * area * found.stimulus.width
    light = run.description.light_uncertainty.get(found.stimulus.terminal, 0.0)
    width = found.stimulus.time_uncertainty * float(np.sqrt(2)) / found.stimulus.width
    estimate = combine(energy, [(energy * float(np.hypot(light, width)), np.inf)], (), "J")
    return _result(run, found, "E_opt", estimate, flags=found.flags & {Flag.DOSE}, code="u(E_e) ⊕ u(t_w)")


def _retained(found: PulseEnergies) -> Result:
    values = found.bought[np.isfinite(found.bought)]
    estimate = None
    if len(values) > 1:
        mean = repeats_mean(values, "S")
        voltage = found.read_voltage if not found.optical else found.write_voltage
        limits = [found.accuracy.gain * mean.value, found.accuracy.of_voltage(voltage) * mean.value]
        estimate = combine(mean.value, [(mean.uncertainty, mean.degrees_of_freedom)], limits, "S")
    return outcome(
        NAME,
        DEFINITION,
        "ΔG_retained",
        estimate,
        "S",
        "conductance change a pulse that was still there at the end of the repeat, uR ⊕ uB",
        reason="" if estimate is not None else "needs the conductance before and after in two or more repeats",
        at=_conditions(found),
        counts={"pulse": found.pulses, "repeat": len(values)},
        notes={"mark": found.mark},
    )


def _conditions(found: PulseEnergies) -> dict[str, float]:
    stimulus = found.stimulus
    return {"irradiance" if found.optical else "level": stimulus.level, "width": stimulus.width_requested}


def _result(
    run: Run,
    found: PulseEnergies,
    symbol: str,
    estimate: Estimate | None,
    *,
    reason: str = "",
    flags: set[Flag] | frozenset[Flag] = frozenset(),
    bound: Interval | None = None,
    code: str = "",
) -> Result:
    area = run.sample.active_area
    variants = {}
    if estimate is not None and area:
        variants["per area"] = _per_area(estimate, area)
    warmth = _warmth(run, found) if symbol in ("E_pulse", "E_opt") else None
    return outcome(
        NAME,
        DEFINITION,
        symbol,
        estimate,
        "J",
        FORMULAS[symbol] + (f", {code}" if code else ""),
        flags={*flags, Flag.HEATED} if warmth is not None and warmth >= WORTH_TELLING else flags,
        reason=reason,
        bound=bound,
        at=_conditions(found),
        counts={"sample": found.samples, "pulse": found.pulses, "repeat": len(found.electrical)},
        variants=variants,
        notes={"mark": found.mark} | _left_out(found, symbol) | _heating(warmth),
    )


def _warmth(run: Run, found: PulseEnergies) -> float | None:
    """Give how much a pulse may warm the device (K), electrical and optical power together; None without an area."""
    area, width = run.sample.active_area, found.stimulus.width
    if not area or width <= 0:
        return None
    measured = found.electrical[np.isfinite(found.electrical)]
    power = abs(float(np.mean(measured))) / width if len(measured) else 0.0
    return warming(power + (found.stimulus.level * area if found.optical else 0.0), area, width)


def _heating(warmth: float | None) -> dict[str, str]:
    if warmth is None or warmth < WORTH_TELLING:
        return {}
    return {"heating": f"the pulse may warm the device by {warmth:.2g} K on glass: heating may imitate plasticity"}


def _left_out(found: PulseEnergies, symbol: str) -> dict[str, str]:
    if symbol != "E_pulse" or not found.unread:
        return {}
    return {"left out": f"{', '.join(found.unread)}: not read during the pulses"}


def _per_area(estimate: Estimate, area: float) -> Estimate:
    return Estimate(
        estimate.value / area,
        estimate.uncertainty / area,
        Interval(estimate.interval.low / area, estimate.interval.high / area),
        estimate.degrees_of_freedom,
        "J/m^2",
    )


PULSE_ENERGY = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Energy per pulse",
    unit="J",
    formula="; ".join(f"{symbol} = {formula}" for symbol, formula in FORMULAS.items()),
    description=(
        "Energy that one pulse costs, in the four meanings of the literature: all terminals integrated over the pulse "
        "(default), read voltage times current times width, write voltage times current times width, and the light on "
        "the active area; with the conductance change that a pulse left behind. Cycles whose energy goes on changing "
        "by a tenth are flagged: their mean is that of the run, not of the device."
    ),
    requires=("pulses sampled at least 5 times each", "active_area in the sample file for light"),
    reference="metric standard M21",
    compute=_compute,
)
