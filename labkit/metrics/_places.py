"""Whether values of devices go along with their place on the chip, or with when they were measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from labkit.core import Estimate, FloatArray
from labkit.metrics._over_cycles import SIGNIFICANCE
from labkit.metrics._set_metric import MeasuredDevice
from labkit.metrics._statistics import normal_estimate

ALONG = 0.9
"""Correlation from which two things cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Trend:
    """How values change along something, from its one end to its other, with the others held."""

    estimate: Estimate
    significant: bool

    @property
    def change(self) -> float:
        """The change from end to end, relative."""
        return self.estimate.value


def coordinates(devices: Sequence[MeasuredDevice]) -> dict[str, FloatArray]:
    """Give row, column and order of measurement of devices, each from 0 to 1; what is unknown or constant is left out.

    The order is the rank of the instants, so that a night between two chips does not count as distance.
    """
    found = {
        "row": np.array([np.nan if one.sample.row is None else one.sample.row for one in devices], float),
        "column": np.array([np.nan if one.sample.column is None else one.sample.column for one in devices], float),
        "order": _ranks(np.array([one.begun for one in devices], float)),
    }
    return {
        name: (values - np.min(values)) / np.ptp(values)
        for name, values in found.items()
        if len(values) and np.all(np.isfinite(values)) and np.ptp(values) > 0
    }


def _ranks(instants: FloatArray) -> FloatArray:
    return np.asarray(stats.rankdata(instants), float) if np.all(np.isfinite(instants)) else instants


def place_trends(values: FloatArray, devices: Sequence[MeasuredDevice]) -> Mapping[str, Trend]:
    """Test values against row, column and order together, at 1 % for the family.

    The order is left out where it follows the place; its share cannot be told then.
    """
    along = coordinates(devices)
    if "order" in along and order_is_place(devices):
        del along["order"]
    count = len(values)
    if not along or count < len(along) + 4 or np.ptp(values) == 0:
        return {}
    design = np.column_stack([np.ones(count), *along.values()])
    fitted, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    degrees = count - design.shape[1]
    if rank < design.shape[1]:
        return {}
    variance = float(np.sum((values - design @ fitted) ** 2)) / degrees
    covariance = variance * np.linalg.inv(design.T @ design)
    trends = {}
    for place, name in enumerate(along, 1):
        estimate = normal_estimate(float(fitted[place]), float(np.sqrt(covariance[place, place])), degrees)
        ratio = abs(estimate.value) / estimate.uncertainty if estimate.uncertainty > 0 else np.inf
        chance = 2 * float(stats.t.sf(ratio, degrees))
        trends[name] = Trend(estimate, chance < SIGNIFICANCE / len(along))
    return trends


def order_is_place(devices: Sequence[MeasuredDevice]) -> bool:
    """Tell whether the devices were measured row by row or column by column, so that place and time are one."""
    along = coordinates(devices)
    if "order" not in along:
        return False
    return any(
        abs(float(np.corrcoef(along["order"], along[name])[0, 1])) > ALONG
        for name in ("row", "column")
        if name in along
    )


def explained(values: FloatArray, by: Sequence[FloatArray]) -> float:
    """Give which share of the variance of values a straight line in other quantities explains (R^2)."""
    total = float(np.sum((values - np.mean(values)) ** 2))
    if not by or total == 0:
        return 0.0
    design = np.column_stack([np.ones(len(values)), *by])
    fitted, *_ = np.linalg.lstsq(design, values, rcond=None)
    return 1 - float(np.sum((values - design @ fitted) ** 2)) / total
