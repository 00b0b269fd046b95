"""What ideal instruments see of a device, as the quantities that papers publish (METRICS ids beside each).

Written from the metric standard, independently of labkit's own metrics.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import FloatArray, LabkitError
from labkit.literature import Quantity
from labkit_sim.devices import UpdateTruth
from labkit_sim.published._ideal import Seen

_CYCLES_DISCARDED = 1


@dataclass(frozen=True, slots=True)
class Truth:
    """A value (SI) and the conditions that it belongs to."""

    value: float
    at: Mapping[str, float]


def truth_of(quantity: Quantity, seen: Sequence[Seen]) -> Truth:
    """Give a quantity of an experiment. Raises LabkitError when the experiment does not show it."""
    try:
        return _TRUTHS[quantity](seen)
    except (IndexError, KeyError) as error:
        raise LabkitError(f"the experiment does not show {quantity}", "choose a protocol that measures it") from error


def _marked(seen: Sequence[Seen], kind: str, mark: str) -> list[Seen]:
    return [each for each in seen if each.kind == kind and each.mark == mark]


def _ppf(seen: Sequence[Seen]) -> Truth:
    """A2/A1 above the level before the first pulse, ratio of means (M4, global)."""
    firsts, seconds = _marked(seen, "pulse", "first"), _marked(seen, "pulse", "second")
    interval = seconds[0].begin - firsts[0].begin - firsts[0].width
    if not _marked(seen, "read", "single"):
        first = np.mean([each.current - each.before for each in firsts])
        second = np.mean([late.current - early.before for early, late in zip(firsts, seconds, strict=True)])
        return Truth(float(second / first), {"interval": interval})
    before = _marked(seen, "read", "before")
    single, paired = _marked(seen, "read", "single"), _marked(seen, "read", "second")
    first = np.mean([read.current for read in single]) - np.mean([read.current for read in before[0::3]])
    second = np.mean([read.current for read in paired]) - np.mean([read.current for read in before[2::3]])
    return Truth(float(second / first), {"interval": interval})


def _energy_read(seen: Sequence[Seen]) -> Truth:
    """|V_R| I t_w: at the end of light, or with the read after a voltage pulse; mean over pulses (M21)."""
    for mark in ("epsc", "first"):
        if pulses := _marked(seen, "pulse", mark):
            return Truth(float(np.mean([abs(each.voltage * each.current) * each.width for each in pulses])), {})
    written = _marked(seen, "pulse", "potentiation")[0]
    reads = [read for read in _marked(seen, "read", "potentiation") if _counts(read)]
    return Truth(float(np.mean([abs(read.voltage * read.current) * written.width for read in reads])), _level(written))


def _energy_pulse(seen: Sequence[Seen]) -> Truth:
    """|V_w| I t_w with the mean current in the pulse, mean over pulses (M21, E_amp)."""
    pulses = [each for each in _marked(seen, "pulse", "potentiation") if _counts(each)]
    return Truth(float(np.mean([abs(each.level * each.current) * each.width for each in pulses])), _level(pulses[0]))


def _level(pulse: Seen) -> Mapping[str, float]:
    return {"level": pulse.level}


def _counts(each: Seen) -> bool:
    return each.loops.get("cycle", _CYCLES_DISCARDED) >= _CYCLES_DISCARDED


def update_truth(seen: Sequence[Seen]) -> UpdateTruth:
    """Give the mean curves of potentiation and depression over the cycles that count (M14)."""
    rows: dict[str, dict[int, list[float]]] = {"initial": {}, "potentiation": {}, "depression": {}}
    for read in seen:
        if read.kind == "read" and read.mark in rows and _counts(read):
            rows[read.mark].setdefault(read.loops["cycle"], []).append(read.current / read.voltage)
    before, up, down = (np.mean(list(rows[mark].values()), axis=0) for mark in rows)
    rising: FloatArray = np.concatenate([before, up])
    return UpdateTruth(rising, np.concatenate([up[-1:], down]))


def _dynamic_range(seen: Sequence[Seen]) -> Truth:
    """Give the ratio of the end points' means over the cycles that count (M18)."""
    ends = [
        np.mean([read.current for read in _marked(seen, "read", mark) if _counts(read)])
        for mark in ("potentiation", "depression")
    ]
    return Truth(float(ends[0] / ends[1]), {})


def _nonlinearity_p(seen: Sequence[Seen]) -> Truth:
    return Truth(update_truth(seen).potentiation_nonlinearity, {})


def _nonlinearity_d(seen: Sequence[Seen]) -> Truth:
    return Truth(update_truth(seen).depression_nonlinearity, {})


def _states(seen: Sequence[Seen]) -> Truth:
    """Levels programmed: the pulses of one potentiation (M17, N_p)."""
    return Truth(float(update_truth(seen).pulses), {})


def _retention(seen: Sequence[Seen]) -> Truth:
    """R at the last reading of the fullest state, relative to the first, above the read before programming (M22)."""
    fullest = max(read.loops["state"] for read in _marked(seen, "read", "reference"))
    reference = next(read for read in _marked(seen, "read", "reference") if read.loops["state"] == fullest)
    reads = [read for read in _marked(seen, "read", "retention") if read.loops["state"] == fullest]
    first, last = reads[0], reads[-1]
    return Truth((last.current - reference.current) / (first.current - reference.current), {})


def _endurance(seen: Sequence[Seen]) -> Truth:
    """Give the least ratio of the two states after the first cycle (M24)."""
    low = [read.current for read in _marked(seen, "read", "lrs")][1:]
    high = [read.current for read in _marked(seen, "read", "hrs")][1:]
    return Truth(float(np.min(np.array(low) / np.array(high))), {})


def _cycle_endurance(seen: Sequence[Seen]) -> Truth:
    return Truth(update_truth(seen).dynamic_range, {})


_TRUTHS: Mapping[Quantity, Callable[[Sequence[Seen]], Truth]] = {
    Quantity.PPF: _ppf,
    Quantity.ENERGY_READ: _energy_read,
    Quantity.ENERGY_PULSE: _energy_pulse,
    Quantity.DYNAMIC_RANGE: _dynamic_range,
    Quantity.STATES: _states,
    Quantity.NONLINEARITY_P: _nonlinearity_p,
    Quantity.NONLINEARITY_D: _nonlinearity_d,
    Quantity.RETENTION: _retention,
    Quantity.ENDURANCE_TWO_STATE: _endurance,
    Quantity.ENDURANCE_LTP_LTD: _cycle_endurance,
}
