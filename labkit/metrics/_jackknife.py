"""Parameters of a fit to the average of repeats, with the uncertainty that the repeats themselves show."""

from collections.abc import Callable

import numpy as np

from labkit.core import FloatArray
from labkit.metrics._statistics import standard_error


def jackknife(data: FloatArray, statistic: Callable[[FloatArray], FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Give a statistic (p values) of rows and its standard uncertainties, with as many degrees as rows less one.

    Each row is left out once (Tukey's pseudo-values), so that what the points of one row share (size, offset) counts
    as it should, which the residuals of a fit to the average cannot tell.
    """
    count = len(data)
    whole = statistic(data)
    parts = np.array([statistic(np.delete(data, index, axis=0)) for index in range(count)])
    pseudo = count * whole - (count - 1) * parts
    return whole, np.array([standard_error(column) for column in pseudo.T])
