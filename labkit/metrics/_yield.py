"""M40: which share of the devices meets criteria that were written down beforehand, and why the others do not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labkit.core import Condition, Criteria, Estimate, Flag, Interval, LabkitError, Result
from labkit.metrics._metric import NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._set_metric import DeviceSet, MeasuredDevice, SetMetric
from labkit.metrics._set_values import AREA, area_of
from labkit.metrics._statistics import clopper_pearson

MINIMUM_DEVICES = 20
GOOD = "good"
MISSED = "misses a criterion"
UNDECIDED = "no value"
_NAME = "yield"
_METHOD = "devices that meet every criterion and have no failure mode, over all devices measured; Clopper and Pearson"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a device is: `good`, of a failure mode, or without a value to decide by; and how clearly.

    `missed` is the first criterion that it does not meet. `clear` tells whether the 95 % intervals of all its values
    lie within the criteria.
    """

    device: MeasuredDevice
    mode: str
    missed: str = ""
    clear: bool = True


def judge(device: MeasuredDevice, criteria: Criteria) -> Verdict:
    """Judge one device: failure modes in the order of the file, then the criteria.

    Raises LabkitError when a limit has another unit than the value.
    """
    for mode, conditions in criteria.failure_modes.items():
        for condition in conditions:
            if any(_holds(condition, result) for result in _concerned(condition, device)):
                return Verdict(device, mode, condition.words())
    clear = True
    for condition in criteria.criteria:
        results = _concerned(condition, device)
        verdicts = [_holds(condition, result) for result in results]
        if not verdicts or None in verdicts:
            return Verdict(device, UNDECIDED, condition.words())
        if False in verdicts:
            return Verdict(device, MISSED, condition.words())
        clear = clear and all(_clearly(condition, result) for result in results)
    return Verdict(device, GOOD, clear=clear)


def _concerned(condition: Condition, device: MeasuredDevice) -> list[Result]:
    found = [result for result in device.results if condition.concerns(result)]
    for result in found:
        unit = "1" if result.unit == "%" else result.unit
        if condition.units - {unit}:
            raise LabkitError(
                f"the criterion {condition.words()} is in {', '.join(condition.units)}, the value in {result.unit}",
                "write the limit in the unit of the value",
            )
    return found


def _holds(condition: Condition, result: Result) -> bool | None:
    """Tell whether a condition holds; None where a value is missing that would decide it.

    A value that is only bounded decides where the whole bound does.
    """
    if condition.flags and set(condition.flags) & set(result.flags):
        return True
    low, high = condition.limits
    if condition.min is None and condition.max is None:
        return False
    if result.estimate is not None:
        return low <= result.estimate.value <= high
    if result.bound is None:
        return None
    if low <= result.bound.low and result.bound.high <= high:
        return True
    return False if result.bound.high < low or result.bound.low > high else None


def _clearly(condition: Condition, result: Result) -> bool:
    low, high = condition.limits
    within: Interval | None = result.bound if result.estimate is None else result.estimate.interval
    return within is None or (low <= within.low and within.high <= high)


def device_yield(devices: DeviceSet) -> tuple[Result, ...]:
    """Give the yield of the set and, where it has several active areas, that of each.

    Raises NotMeasured without criteria.
    """
    if devices.criteria is None:
        raise NotMeasured(
            "there are no criteria that tell a good device",
            "write criteria.yaml before the run and give it with --criteria; `labkit population --help` shows one",
        )
    verdicts = [judge(device, devices.criteria) for device in devices]
    areas = {area for area in (area_of(device) for device in devices) if area is not None}
    results = [_yield(devices, verdicts, {})]
    for area in sorted(areas) if len(areas) > 1 else ():
        own = [verdict for verdict in verdicts if area_of(verdict.device) == area]
        results.append(_yield(devices, own, {AREA: area}))
    return tuple(results)


def _yield(devices: DeviceSet, verdicts: Sequence[Verdict], at: Mapping[str, float]) -> Result:
    count = len(verdicts)
    modes = Counter(verdict.mode for verdict in verdicts)
    flags, notes = _selection(devices)
    if count < MINIMUM_DEVICES:
        flags.add(Flag.REPEATS)
    criteria = devices.criteria
    assert criteria is not None  # noqa: S101 - the caller refused a set without
    notes |= {"criteria": f"{criteria.name}: {'; '.join(each.words() for each in criteria.criteria)}"}
    notes |= _told(verdicts)
    reason = f"{modes[GOOD]} of {count} devices; 20 are asked for" if count < MINIMUM_DEVICES else ""
    return outcome(
        _NAME,
        "M40.criteria/1",
        "yield",
        clopper_pearson(modes[GOOD], count, "%"),
        "%",
        _METHOD,
        flags=flags,
        reason=reason,
        at=at,
        counts={"device": count, "good device": modes[GOOD]},
        variants=_variants(verdicts, modes, criteria),
        notes=notes,
    )


def _variants(verdicts: Sequence[Verdict], modes: Counter[str], criteria: Criteria) -> dict[str, Estimate]:
    count = len(verdicts)
    named = [*criteria.failure_modes, MISSED, UNDECIDED]
    variants = {f"share: {mode}": clopper_pearson(modes[mode], count, "%") for mode in named}
    if criteria.failure_modes:
        sound = count - sum(modes[mode] for mode in criteria.failure_modes)
        variants["without a failure mode"] = clopper_pearson(sound, count, "%")
    clear = sum(verdict.mode == GOOD and verdict.clear for verdict in verdicts)
    variants["clearly good"] = clopper_pearson(clear, count, "%")
    return variants


def _told(verdicts: Sequence[Verdict]) -> dict[str, str]:
    bad = [verdict for verdict in verdicts if verdict.mode != GOOD]
    if not bad:
        return {}
    shown = [f"{verdict.device.sample.device} {verdict.mode} ({verdict.missed})" for verdict in bad[:8]]
    return {"not good": ", ".join(shown) + (f" and {len(bad) - 8} more" if len(bad) > 8 else "")}


def _selection(devices: DeviceSet) -> tuple[set[Flag], dict[str, str]]:
    """Tell what was chosen after the fact: criteria, or devices out of those that there were."""
    reasons = []
    if not devices.registered:
        reasons.append("the criteria were not stored with the runs before they began (labkit run --criteria)")
    if devices.offered > len(devices) and not devices.random:
        reasons.append(f"{len(devices)} of {devices.offered} devices were measured, not drawn at random")
    return ({Flag.SELECTED}, {"selection": "; ".join(reasons)}) if reasons else (set(), {})


YIELD = SetMetric(
    name=_NAME,
    definition="M40/1",
    title="Yield",
    unit="%",
    formula="k / n: devices that meet every pre-registered criterion, over all devices measured",
    description=(
        "Every measured device counts, dead ones too; a device without the value that would decide is not good. "
        "Variants give the share of each failure mode, the yield of shorts and opens alone, and how many are good with "
        "their whole 95 % interval. SELECT: the criteria were not stored before the runs, or the devices are a "
        "selection that was not drawn."
    ),
    requires=("20 devices", "criteria.yaml, stored with the runs before they began"),
    reference="metric standard M40; Clopper and Pearson 1934",
    compute=device_yield,
)
