"""Swing, on/off ratio, hysteresis and gate leakage of transfer curves (M31; M29 of a three-terminal device)."""

import numpy as np

from labkit.core import Estimate, Flag, Interval, Result
from labkit.metrics._memory_window import DYNAMIC, rate_dependence
from labkit.metrics._statistics import combine, normal_estimate, paired_ratio, repeats_mean
from labkit.metrics._subthreshold import ROOM_TEMPERATURE, thermionic_limit
from labkit.metrics._transfer import REPEATS, Transfer, comparable, over_cycles
from labkit.metrics._transfer_line import straight_part
from labkit.metrics._windows import is_noise

LEAK = 0.01
_SWING_ID = "M31.SS/2"
_SWING = (
    "line through log10 of the current over the decade of the mean forward curve whose swing is surely the least, "
    "noise and offset of the ammeter allowed for, cycle by cycle"
)
_ON_OFF = "mean over cycles; on at the end of the sweep, off over the first 5 % of it"
_LEAKAGE = "mean over the last 5 % of the sweep, both directions, so that the displacement current cancels"
_HIDDEN = (
    "the subthreshold region lies below twenty times the ammeter's offset and noise: sweep up to the threshold only, "
    "in a smaller current_range (`--set subthreshold`)"
)


def swing(transfer: Transfer) -> Result:
    """Give SS (V a decade), held against the thermionic limit at the sample's temperature."""
    found, temperature = transfer.swing, transfer.sample.temperature or ROOM_TEMPERATURE
    if found is None or not transfer.swing_is_seen():
        reason = "the current does not rise by a decade above twenty times the ammeter's offset and noise"
        return transfer.result(
            "SS", None, "V", reason=reason if found is None else _HIDDEN, method=_SWING, definition=_SWING_ID
        )
    limit = thermionic_limit(temperature)
    stated = "" if transfer.sample.temperature else " (no temperature stated)"
    notes = {"thermionic limit": f"{limit * 1e3:.1f} mV a decade at {temperature:g} K{stated}", "unit": "V a decade"}
    if found.coarse:
        reason, flags = "fewer than five readings in a decade of current: take smaller gate steps", {Flag.UNDERSAMPLED}
        return transfer.result(
            "SS", None, "V", flags=flags, reason=reason, notes=notes, method=_SWING, definition=_SWING_ID
        )
    spread = over_cycles(found.values, found.uncertainty, "V")
    limits = [transfer.curves.gate.voltage_gain * spread.value, found.offset_limit]
    estimate = combine(spread.value, [(spread.uncertainty, spread.degrees_of_freedom)], limits, "V")
    doubtful = {Flag.UNPHYSICAL} if estimate.interval.high < limit else set()
    return transfer.result("SS", estimate, "V", flags=doubtful, notes=notes, method=_SWING, definition=_SWING_ID)


def on_off(transfer: Transfer) -> Result:
    """Give I_on / I_off at the ends of the sweep, or a lower bound."""
    main, count = transfer.main, transfer.end_points
    on, off = main.forward[:, -1], np.mean(main.forward[:, :count], axis=1)
    offset = transfer.curves.drain.offset
    opened, closed = main.sign * float(main.drive[-1]), main.sign * float(main.drive[0])
    notes = {"gate voltages": f"{opened:g} V on, {closed:g} V off"}
    flags = {Flag.COMPLIANCE} if main.limited[-1] else set()
    noise = float(np.std(main.forward[:, :count])) / float(np.sqrt(count))
    mean = over_cycles(off, noise, "A")
    level = combine(mean.value, [(mean.uncertainty, mean.degrees_of_freedom)], [offset], "A")
    if is_noise(level) or level.interval.low <= 0:
        bound = Interval(float(np.mean(on)) / max(level.interval.high, 1e-300), np.inf)
        reason = "the off current does not stand out of the ammeter's offset and noise: a lower bound"
        flags.add(Flag.SIGNAL_TO_NOISE)
        return transfer.result(
            "on/off", None, "1", flags=flags, bound=bound, reason=reason, notes=notes, method=_ON_OFF
        )
    value = float(np.mean(on) / np.mean(off))
    random = [(mean.uncertainty / mean.value * value, mean.degrees_of_freedom)]
    if len(on) >= REPEATS:
        ratio = paired_ratio(on, off)
        random = [(ratio.uncertainty, ratio.degrees_of_freedom)]
    estimate = combine(value, random, [value * offset / mean.value])
    return transfer.result("on/off", estimate, "1", flags=flags, notes=notes, method=_ON_OFF)


def hysteresis(transfer: Transfer) -> Result:
    """Give the threshold of the backward less that of the forward sweep (V), by rate."""
    by_rate = _by_rate(transfer)
    estimate, notes = by_rate.get(transfer.main.rate), {}
    if len(by_rate) < 2:
        notes["rate"] = "one ramp rate: whether the window belongs to the rate is not known"
    elif estimate is not None and not is_noise(estimate) and abs(change := rate_dependence(by_rate)) > DYNAMIC:
        notes["dynamic window"] = f"changes by {change:+.0%} a decade of ramp rate: it belongs to the rate"
    return transfer.result(
        "ΔV_th",
        estimate,
        "V",
        definition="M29.three_terminal/1",
        reason="" if estimate else "there is no backward sweep with a straight part",
        method="V_th of the backward less that of the forward sweep, by extrapolation, mean over cycles",
        variants={f"at {rate:g} V/s": found for rate, found in by_rate.items()},
        notes=notes,
    )


def _by_rate(transfer: Transfer) -> dict[float, Estimate]:
    found = {}
    for branches in transfer.curves.at(transfer.held):
        part = straight_part(branches)
        back = comparable(part, straight_part(branches, backward=True))
        if part is None or back is None:
            continue
        single = float(np.hypot(part.intercept_uncertainty, back.intercept_uncertainty))
        found[branches.rate] = over_cycles(branches.sign * (back.intercept - part.intercept), single, "V")
    return found


def leakage(transfer: Transfer) -> Result:
    """Give |I_G| / |I_D| with the channel open, or an upper bound."""
    main, count = transfer.main, transfer.end_points
    gates, on = main.gate[:, -count:], float(np.mean(main.forward[:, -count:]))
    drain, gate = transfer.curves.drain, transfer.curves.gate
    per_cycle = np.mean(gates, axis=1)
    noise = float(np.std(gates)) / float(np.sqrt(count))
    level = repeats_mean(per_cycle) if len(per_cycle) > 1 else normal_estimate(float(per_cycle[0]), noise)
    flowing = combine(level.value, [(level.uncertainty, level.degrees_of_freedom)], [gate.offset], "A")
    if is_noise(flowing):
        high = max(abs(flowing.interval.low), abs(flowing.interval.high)) / on
        bound = Interval(0.0, high)
        return transfer.result("I_G/I_D", None, "1", flags={Flag.SIGNAL_TO_NOISE}, bound=bound, method=_LEAKAGE)
    ratio = abs(flowing.value) / on
    limits = [gate.offset / on, ratio * gate.gain, ratio * drain.gain]
    estimate = combine(ratio, [(level.uncertainty / on, level.degrees_of_freedom)], limits)
    return transfer.result("I_G/I_D", estimate, "1", flags={Flag.LEAKAGE} if ratio > LEAK else set(), method=_LEAKAGE)
