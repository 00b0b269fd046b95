"""What turns the slope of a transfer curve into a mobility: C_i, W and L of the sample file, where they may (M31)."""

from dataclasses import dataclass

import numpy as np

from labkit.core import Sample

RATE_FACTOR = 2.0
"""How far the rate of a quasi-static C_i and that of the sweep may lie apart for an ionic or ferroelectric gate."""
_SLOW = ("ionic", "ferroelectric")


@dataclass(frozen=True, slots=True)
class ChannelGeometry:
    """`sheet` (F): C_i W / L; `uncertainty` its relative standard uncertainty; `ratio` W / L.

    `reason` says why there can be no mobility; `notes` what is not known.
    """

    sheet: float
    uncertainty: float
    ratio: float
    reason: str
    notes: dict[str, str]


def channel_geometry(sample: Sample, rate: float) -> ChannelGeometry:
    """Read W, L and C_i, for curves of a ramp rate (V/s)."""
    width, length, capacitance = sample.channel_width, sample.channel_length, sample.gate_capacitance
    given = {"channel_width": width, "channel_length": length, "gate_capacitance": capacitance}
    ratio = width / length if width and length else float("nan")
    missing = [name for name, value in given.items() if not value]
    if missing:
        return ChannelGeometry(np.nan, np.nan, ratio, f"the sample file states no {' and no '.join(missing)}", {})
    relative = {
        "W": sample.channel_width_uncertainty,
        "L": sample.channel_length_uncertainty,
        "C_i": sample.gate_capacitance_uncertainty,
    }
    total = float(np.linalg.norm([value or 0.0 for value in relative.values()]))
    unknown = [name for name, value in relative.items() if value is None]
    notes = {"taken as exact": f"{', '.join(unknown)}: the sample file states no uncertainty"} if unknown else {}
    notes["C_i"] = f"{sample.gate_capacitance_method}, {sample.gate_dielectric} gate"
    return ChannelGeometry((capacitance or 0.0) * ratio, total, ratio, _refused(sample, rate), notes)


def _refused(sample: Sample, rate: float) -> str:
    """Say why C_i is not that of the sweep: an ionic or ferroelectric gate answers according to its rate."""
    if sample.gate_dielectric not in _SLOW:
        return ""
    if sample.gate_capacitance_method != "quasi-static":
        return (
            f"the gate is {sample.gate_dielectric} and C_i is not quasi-static ({sample.gate_capacitance_method}): "
            "measure C_i by a gate ramp at the rate of the sweep"
        )
    measured = sample.gate_capacitance_rate
    if measured is None or not 1 / RATE_FACTOR <= measured / rate <= RATE_FACTOR:
        shown = "an unstated rate" if measured is None else f"{measured:g} V/s"
        return (
            f"the gate is {sample.gate_dielectric} and C_i was measured at {shown}, the curves at {rate:g} V/s: "
            "measure C_i at the rate of the sweep"
        )
    return ""
