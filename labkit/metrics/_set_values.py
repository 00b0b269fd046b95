"""The values of a set of devices: which results are of one kind, on which scale they scatter, who has none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from labkit.core import VISIT, Estimate, Flag, FloatArray, Result
from labkit.metrics._metric import NotMeasured
from labkit.metrics._set_metric import DeviceSet, MeasuredDevice
from labkit.metrics._statistics import repeats_geometric_mean, repeats_mean

AREA = "area"
DRIFT = 0.10
"""Relative change of a device that was measured again beyond which the run is flagged (metric standard, section 0)."""
_RATIO_UNITS = frozenset({"S", "A", "J", "C", "s", "ohm", "A/W", "W", "Hz", "m^2/Vs", "Jones", "W/m^2"})
_RATIO_METRICS = frozenset({"dynamic_range", "on_off_ratio", "ppf_index", "ptp", "endurance", "cycle_endurance"})


@dataclass(frozen=True, slots=True)
class SetValue:
    """One kind of value over the devices of a set: the devices that have it with their results, and those without.

    `at` are the conditions that all share, with the active area where the set has several.
    """

    metric: str
    symbol: str
    unit: str
    at: Mapping[str, float]
    members: tuple[tuple[MeasuredDevice, Result], ...]
    without: tuple[MeasuredDevice, ...]
    again: tuple[tuple[MeasuredDevice, Result], ...] = ()

    @property
    def reported(self) -> tuple[tuple[MeasuredDevice, Result], ...]:
        """The members whose result has a value."""
        return tuple((device, result) for device, result in self.members if result.estimate is not None)

    @property
    def devices(self) -> tuple[MeasuredDevice, ...]:
        """The devices that have a value."""
        return tuple(device for device, _ in self.reported)

    @property
    def values(self) -> FloatArray:
        """The values of the devices that have one, in order of measurement."""
        return np.array([result.estimate.value for _, result in self.reported if result.estimate is not None])

    @property
    def uncertainties(self) -> FloatArray:
        """Their standard uncertainties."""
        return np.array([result.estimate.uncertainty for _, result in self.reported if result.estimate is not None])

    @property
    def logarithmic(self) -> bool:
        """Whether the value has a natural zero and one sign, so that its devices scatter in proportion."""
        ratio = self.unit in _RATIO_UNITS or self.metric in _RATIO_METRICS
        return ratio and bool(np.all(self.values > 0) or np.all(self.values < 0))

    def notes(self) -> dict[str, str]:
        """Say which devices have no value: they are left out of a scatter, and never out of a yield."""
        silent = [device for device, result in self.members if result.estimate is None]
        missing = [*self.without, *silent]
        if not missing:
            return {}
        names = ", ".join(device.sample.device for device in missing[:6]) + (", ..." if len(missing) > 6 else "")
        total = len(self.members) + len(self.without)
        return {"without a value": f"{len(missing)} of {total} devices, dead or not reportable ({names}): left out"}


def set_values(devices: DeviceSet, by_area: bool = True) -> tuple[SetValue, ...]:
    """Give every kind of value that the set has; with `by_area` one for each active area where there are several.

    Raises NotMeasured when no device has a result.
    """
    found: dict[tuple[str, str, tuple[tuple[str, float], ...]], list[tuple[MeasuredDevice, Result]]] = {}
    for device in devices:
        for result in device.results:
            found.setdefault(_key(result), []).append((device, result))
    if not found:
        raise NotMeasured(
            "the devices of the set have no results", "compute the metrics of the runs first: labkit analyse"
        )
    again: dict[object, list[tuple[MeasuredDevice, Result]]] = {}
    for device in devices.again:
        for result in device.results:
            again.setdefault(_key(result), []).append((device, result))
    values = [_value(members, devices.devices, again.get(key, ())) for key, members in found.items()]
    areas = {area_of(device) for device in devices}
    return tuple(part for value in values for part in (_of_areas(value) if by_area and len(areas) > 1 else [value]))


def _key(result: Result) -> tuple[str, str, tuple[tuple[str, float], ...]]:
    # Conditions that belong to the device itself, not to the protocol, differ in their last digits.
    at = tuple((name, float(f"{value:.2g}")) for name, value in sorted(result.at.items()) if name != VISIT)
    return result.metric, result.symbol, at


def _value(
    members: Sequence[tuple[MeasuredDevice, Result]],
    devices: Iterable[MeasuredDevice],
    again: Sequence[tuple[MeasuredDevice, Result]],
) -> SetValue:
    first = members[0][1]
    having = {device.identity for device, _ in members}
    without = tuple(device for device in devices if device.identity not in having)
    at = {name: float(median(result.at[name] for _, result in members)) for name in first.at}
    return SetValue(first.metric, first.symbol, first.unit, at, tuple(members), without, tuple(again))


def _of_areas(value: SetValue) -> Iterator[SetValue]:
    everyone = [device for device, _ in value.members] + list(value.without)
    areas = {area for area in map(area_of, everyone) if area is not None}
    for area in sorted(areas):
        yield SetValue(
            value.metric,
            value.symbol,
            value.unit,
            {**value.at, AREA: area},
            tuple(member for member in value.members if area_of(member[0]) == area),
            tuple(device for device in value.without if area_of(device) == area),
            tuple(member for member in value.again if area_of(member[0]) == area),
        )


def area_of(device: MeasuredDevice) -> float | None:
    """Give the active area (m^2) to three digits, so that areas told with rounding are the same; None if unknown."""
    area = device.sample.active_area
    return None if area is None else float(f"{area:.3g}")


def changed(value: SetValue) -> tuple[set[Flag], dict[str, str]]:
    """Tell whether devices that were measured again had changed: DEGR where by more than a tenth, beyond doubt."""
    flags: set[Flag] = set()
    notes: dict[str, str] = {}
    first = {device.identity: result for device, result in value.members}
    for device, last in {device.identity: (device, result) for device, result in value.again}.values():
        before = first.get(device.identity)
        if before is None or before.estimate is None or last.estimate is None or before.estimate.value == 0:
            continue
        shift = last.estimate.value - before.estimate.value
        doubt = float(np.hypot(before.estimate.uncertainty, last.estimate.uncertainty))
        share = shift / abs(before.estimate.value)
        notes["measured again"] = f"{device.sample.device} changed by {share:+.1%} from its first to its last visit"
        if abs(share) > DRIFT and abs(shift) > 2 * doubt:
            flags.add(Flag.DEGRADED)
    return flags, notes


def mean_over_devices(values: FloatArray, logarithmic: bool, unit: str = "1") -> Estimate:
    """Give the mean over devices with Student's t (uR), the geometric one of what scatters in proportion."""
    return repeats_geometric_mean(values, unit) if logarithmic else repeats_mean(values, unit)
