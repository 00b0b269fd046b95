"""M42: how a value depends on the device's area, d ln X / d ln A."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Result
from labkit.metrics._metric import NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._places import coordinates, explained
from labkit.metrics._set_metric import DeviceSet, MeasuredDevice, SetMetric
from labkit.metrics._set_values import SetValue, area_of, changed, set_values
from labkit.metrics._statistics import normal_estimate

MINIMUM_AREAS = 4
MINIMUM_DECADES = 1.5
MINIMUM_DEVICES = 5
CONFOUNDED = 0.8
"""Share of the variance of ln A that place, order or batch explain from which the area cannot be told from them."""
_NAME = "area_scaling"
_ROUNDS = 30
_METHOD = (
    "mixed model: ln|X| of devices within areas, areas scattering about the line; slope by weighted least squares of "
    "the areas' means, Knapp and Hartung's uncertainty with n of areas less 2 degrees of freedom"
)


@dataclass(frozen=True, slots=True)
class Areas:
    """Logarithms of a value by active area: ln A, and the devices' ln|X| at each."""

    logarithms: FloatArray
    groups: tuple[FloatArray, ...]

    @property
    def means(self) -> FloatArray:
        """Mean of ln|X| at each area."""
        return np.array([np.mean(group) for group in self.groups])

    @property
    def sizes(self) -> FloatArray:
        """Number of devices at each area."""
        return np.array([len(group) for group in self.groups], float)

    @property
    def scatter(self) -> float:
        """Variance of ln|X| of devices of one area, pooled."""
        degrees = float(np.sum(self.sizes - 1))
        return sum(float(np.sum((group - np.mean(group)) ** 2)) for group in self.groups) / max(degrees, 1.0)

    @property
    def decades(self) -> float:
        """How far the areas span."""
        return float(np.ptp(self.logarithms) / np.log(10))


def slope(areas: Areas) -> tuple[Estimate, float]:
    """Give d ln X / d ln A, and the standard deviation of areas about the line.

    The highest level that varies is the area: with k areas the slope has k - 2 degrees of freedom, however many
    devices there are (metric standard, trap 6).
    """
    x, y = areas.logarithms, areas.means
    within = areas.scatter / areas.sizes
    between = 0.0
    for _ in range(_ROUNDS):  # Paule and Mandel: the weighted residuals add up to their degrees of freedom
        fitted, misfit, sensitivity = _weighted_line(x, y, 1 / np.maximum(within + between, 1e-300))
        excess = misfit - (len(x) - 2)
        between = max(between + excess / sensitivity, 0.0) if sensitivity > 0 else 0.0
        if abs(excess) < 1e-9 or (between == 0 and excess < 0):
            break
    weights = 1 / np.maximum(within + between, 1e-300)
    fitted, misfit, _ = _weighted_line(x, y, weights)
    degrees = len(x) - 2
    centre = float(np.sum(weights * x) / np.sum(weights))
    information = float(np.sum(weights * (x - centre) ** 2))
    inflation = misfit / degrees if degrees > 0 else np.inf
    return normal_estimate(fitted, float(np.sqrt(inflation / information)), degrees), float(np.sqrt(between))


def _weighted_line(x: FloatArray, y: FloatArray, weights: FloatArray) -> tuple[float, float, float]:
    """Give slope, weighted sum of squared residuals, and how fast that falls with the variance between areas."""
    total = np.sum(weights)
    centre, mean = np.sum(weights * x) / total, np.sum(weights * y) / total
    fitted = float(np.sum(weights * (x - centre) * (y - mean)) / np.sum(weights * (x - centre) ** 2))
    residuals = y - mean - fitted * (x - centre)
    return fitted, float(np.sum(weights * residuals**2)), float(np.sum(weights**2 * residuals**2))


def area_scaling(devices: DeviceSet) -> tuple[Result, ...]:
    """Give the exponent of every value that devices of two areas or more have.

    Raises NotMeasured when the areas are unknown or all the same.
    """
    known = {area_of(device) for device in devices} - {None}
    if len(known) < 3:
        raise NotMeasured(
            f"the devices have {len(known)} known active areas",
            "measure devices of 4 areas over 1.5 decades, and give each cell's active_area in sample.yaml (`cells`)",
        )
    found = [_scaling(devices, value) for value in set_values(devices, by_area=False)]
    return tuple(result for result in found if result is not None)


def _scaling(devices: DeviceSet, value: SetValue) -> Result | None:
    members = [(device, result) for device, result in value.reported if area_of(device) is not None]
    values = np.array([result.estimate.value for _, result in members if result.estimate is not None])
    one_sign = len(values) > 0 and bool(np.all(values > 0) or np.all(values < 0))
    if not one_sign:
        return None
    measured = [device for device, _ in members]
    areas = _grouped(measured, values)
    if len(areas.groups) < 3:
        return None
    estimate, between = slope(areas)
    flags, notes = changed(value)
    short = _short(areas)
    if short:
        flags.add(Flag.REPEATS)
    confounded = _confounded(measured)
    if confounded:
        flags.add(Flag.CONFOUNDED)
        notes["confounded"] = f"the area goes along with {' and '.join(confounded)}: nothing tells them apart"
    notes |= value.notes() | _reading(value, estimate)
    notes["areas about the line"] = f"σ of ln X {between:.3g}, of devices of one area {np.sqrt(areas.scatter):.3g}"
    return outcome(
        _NAME,
        "M42.mixed/1",
        f"d ln {value.symbol}/d ln A",
        estimate,
        "1",
        _METHOD,
        flags=flags,
        reason=short,
        at=value.at,
        counts={"device": len(values), "area": len(areas.groups)},
        variants=_variants(measured, values),
        notes=notes,
        curves=(_curve(areas, estimate, value),),
    )


def _grouped(devices: Sequence[MeasuredDevice], values: FloatArray) -> Areas:
    area = np.array([area_of(device) or np.nan for device in devices])
    distinct = np.unique(area)
    logarithms = np.log(np.abs(values))
    return Areas(np.log(distinct), tuple(logarithms[area == each] for each in distinct))


def _short(areas: Areas) -> str:
    """Say what is missing of the standard's demands."""
    missing = []
    if len(areas.groups) < MINIMUM_AREAS:
        missing.append(f"{len(areas.groups)} areas of {MINIMUM_AREAS}")
    if areas.decades < MINIMUM_DECADES * (1 - 1e-6):
        missing.append(f"{areas.decades:.2g} decades of area of {MINIMUM_DECADES}")
    if min(areas.sizes) < MINIMUM_DEVICES:
        missing.append(f"{min(areas.sizes):g} devices at an area of {MINIMUM_DEVICES}")
    return f"there are only {', '.join(missing)}" if missing else ""


def _confounded(devices: Sequence[MeasuredDevice]) -> list[str]:
    area = np.log([area_of(device) or np.nan for device in devices])
    along = coordinates(devices)
    place = [along[name] for name in ("row", "column") if name in along]
    found = []
    if explained(area, place) > CONFOUNDED:
        found.append("the place on the chip")
    if "order" in along and explained(area, [along["order"]]) > CONFOUNDED:
        found.append("the order of measurement")
    batches = sorted({device.sample.batch for device in devices})
    if len(batches) > 1:
        members = [np.array([device.sample.batch == batch for device in devices], float) for batch in batches[1:]]
        if explained(area, members) > CONFOUNDED:
            found.append("the batch")
    return found


def _variants(devices: Sequence[MeasuredDevice], values: FloatArray) -> dict[str, Estimate]:
    """Give the slopes by plain least squares over devices, without and with the place as a further cause."""
    area = np.log([area_of(device) or np.nan for device in devices])
    along = coordinates(devices)
    place = [along[name] for name in ("row", "column") if name in along]
    variants = {"devices_pooled": _ordinary(area, np.log(np.abs(values)), [])}
    if place and explained(area, place) < CONFOUNDED and len(values) > len(place) + 3:
        variants["place_held"] = _ordinary(area, np.log(np.abs(values)), place)
    return variants


def _ordinary(x: FloatArray, y: FloatArray, others: Sequence[FloatArray]) -> Estimate:
    design = np.column_stack([x, np.ones(len(x)), *others])
    fitted, *_ = np.linalg.lstsq(design, y, rcond=None)
    degrees = len(y) - design.shape[1]
    variance = float(np.sum((y - design @ fitted) ** 2)) / degrees
    return normal_estimate(
        float(fitted[0]), float(np.sqrt(variance * np.linalg.pinv(design.T @ design)[0, 0])), degrees
    )


def _reading(value: SetValue, estimate: Estimate) -> dict[str, str]:
    """Say what an exponent means, for the conductance of a state only: of each state by itself."""
    if value.unit not in {"S", "A"}:
        return {}
    none, whole = 0.0 in estimate.interval, 1.0 in estimate.interval
    if none == whole:
        return {"reading": "neither 0 (filamentary) nor 1 (interfacial) alone lies in the interval"}
    return {"reading": "as of a filament: no area in it" if none else "as of an interface: in proportion to the area"}


def _curve(areas: Areas, estimate: Estimate, value: SetValue) -> Curve:
    centre, middle = float(np.mean(areas.logarithms)), float(np.mean(areas.means))
    spread = np.sqrt(areas.scatter / areas.sizes)
    means = np.exp(areas.means)
    return Curve(
        f"{value.symbol} over active area",
        np.exp(areas.logarithms),
        means,
        "active area",
        "m^2",
        f"|{value.symbol}|, geometric mean of devices",
        value.unit,
        y_uncertainty=means * spread,
        fit=np.exp(middle + estimate.value * (areas.logarithms - centre)),
        log_x=True,
    )


AREA_SCALING = SetMetric(
    name=_NAME,
    definition="M42/1",
    title="Area scaling",
    unit="1",
    formula="d ln X / d ln A,  X = G_max, G_min, ΔI, E, V_SET, NL, ...",
    description=(
        "About 0 for a filament, about 1 for an interface; the conductance of each state is judged by itself. The "
        "areas, not the devices, are what the slope's uncertainty counts. CONF: the area goes along with the place on "
        "the chip, the order of measurement or the batch."
    ),
    requires=("4 areas over 1.5 decades, 5 devices each", "active_area of each cell in sample.yaml"),
    reference="metric standard M42; Knapp and Hartung 2003",
    compute=area_scaling,
)
