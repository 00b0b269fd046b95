"""How far what an instrument delivered lies behind what it was asked for, from the time stamps of its readings."""

from collections.abc import Sequence

import numpy as np

from labkit.core import FloatArray, Samples
from labkit.engine._tracks import Placed

RESOLUTION = 1e-6
"""Standard uncertainty of a group's begin that a time stamp tells (s)."""


def drifts(placed: Sequence[Placed], samples: Samples) -> tuple[FloatArray, FloatArray]:
    """Give, for each group, its drift (s) and the standard uncertainty of that (s).

    The first reading of a group tells when it really began. A group without readings lies between two that have some,
    or after the start: its drift is between theirs, with their difference as the limits (rectangular).
    """
    begins = np.array([one.begin / 1e9 for one in placed])
    known = [k for k, one in enumerate(placed) if one.group.samples]
    found = np.array(
        [float(samples.time[placed[k].first_sample]) - begins[k] - placed[k].group.steps[0].first / 1e9 for k in known]
    )
    # At the start nothing is late; after the last reading nothing more is known.
    at = np.concatenate(([-np.inf], begins[known], [np.inf]))
    values = np.concatenate(([0.0], found, found[-1:] if len(found) else [0.0]))
    after = np.searchsorted(at, begins, side="left")
    exact = np.isin(np.arange(len(placed)), known)
    after = np.where(exact, after, np.minimum(after, len(at) - 1))
    before = np.where(exact, after, after - 1)
    drift = (values[before] + values[after]) / 2
    spread = np.abs(values[after] - values[before]) / np.sqrt(12)
    return drift, np.maximum(spread, RESOLUTION)
