"""Colours for values: a scale that rises in lightness, also for eyes that tell no colours."""

import numpy as np

from labkit.core import FloatArray

_STOPS = np.array(
    [
        (68, 1, 84),
        (72, 40, 120),
        (62, 74, 137),
        (49, 104, 142),
        (38, 130, 142),
        (31, 158, 137),
        (53, 183, 121),
        (109, 205, 89),
        (180, 222, 44),
        (253, 231, 37),
    ],
    dtype=np.float64,
)
"""Ten stops of viridis (S. van der Walt, N. Smith, 2015; CC0)."""


def scale_colours(shares: FloatArray) -> np.ndarray:
    """Give the colour of each share of a scale (n numbers from 0 to 1): n rows of red, green, blue, 0 to 255."""
    place = np.clip(shares, 0.0, 1.0) * (len(_STOPS) - 1)
    below = np.minimum(place.astype(np.int64), len(_STOPS) - 2)
    part = (place - below)[..., np.newaxis]
    mixed: np.ndarray = np.rint(_STOPS[below] * (1 - part) + _STOPS[below + 1] * part).astype(np.uint8)
    return mixed


def series_colours(count: int, dark: bool) -> list[str]:
    """Give `count` colours in an order, as #rrggbb, that stand out from a light or a dark ground."""
    low, high = (0.3, 1.0) if dark else (0.0, 0.85)
    shares = np.linspace(low, high, max(count, 2))[:count]
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in scale_colours(shares)]
