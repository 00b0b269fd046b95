"""Images on an array of devices, put together from its pixels: what M39 and its like are computed of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import interpolate

from labkit.core import Curve, FloatArray, Result
from labkit.metrics._metric import NotMeasured
from labkit.metrics._pixel import FRAMES, PIXEL_METRIC, SILENT
from labkit.metrics._set_metric import DeviceSet, MeasuredDevice


@dataclass(frozen=True, slots=True)
class Image:
    """The pixels of one image that live, at common instants since the light went off.

    `currents` and `changes` (A) are pixels x instants, `bright` tells which pixels are of the signal. `as_read` (A) are
    the pixels of the first frame at the instants of their own reads, `frame` (s) is how long it took. `changes` is None
    where nothing was read in the dark. `fading` is the share of the image that is lost from the first frame to the
    second, None with one frame. `exposure` counts the exposures that the array has seen, 0 where there was one only;
    `cells` and `irradiances` (W/m^2) are which pixels, and what each of them saw last.
    """

    instants: FloatArray
    currents: FloatArray
    changes: FloatArray | None
    as_read: FloatArray
    bright: FloatArray
    frame: float
    frames: int
    dead: tuple[str, ...]
    fading: float | None = None
    wavelength: float | None = None
    exposure: int = 0
    cells: tuple[str, ...] = ()
    irradiances: FloatArray = field(default_factory=lambda: np.empty(0))

    @property
    def at(self) -> dict[str, float]:
        """Which image of several: the conditions of its results."""
        found = {} if self.wavelength is None else {"wavelength": self.wavelength}
        return found | ({"exposure": float(self.exposure)} if self.exposure else {})

    def regions(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Divide values of the pixels into those of the signal and those of the background."""
        signal = self.bright > 0
        return values[signal], values[~signal]


def images(devices: DeviceSet) -> tuple[Image, ...]:
    """Put the pixels of a set together as images, one for each wavelength, and of several exposures for each.

    Raises NotMeasured when there is none with a bright and a dark region.
    """
    found: dict[tuple[float | None, float], list[tuple[MeasuredDevice, Result]]] = {}
    for device in devices:
        for result in device.results:
            if result.metric == PIXEL_METRIC:
                key = result.at.get("wavelength"), result.at.get("exposure", 0.0)
                found.setdefault(key, []).append((device, result))
    made = [image for key, pixels in found.items() if (image := _image(pixels, *key)) is not None]
    if not made:
        raise NotMeasured(
            "no image with a bright and a dark region was seen by the devices of the set",
            "expose the array through a mask and read its cells (protocol P22)",
        )
    return tuple(made)


def _image(pixels: Sequence[tuple[MeasuredDevice, Result]], wavelength: float | None, exposure: float) -> Image | None:
    seen = [result.at["irradiance"] for _, result in pixels]
    middle = (min(seen) + max(seen)) / 2
    dead = tuple(_dead(pixels, middle))
    alive = [(device, result) for device, result in pixels if device.sample.device not in dead]
    bright = np.array([_is_bright(result, middle) for _, result in alive], float)
    if not 0 < np.sum(bright) < len(bright):
        return None
    curves = [_frames(result) for _, result in alive]
    count = min(len(curve.x) for curve in curves)
    times = np.array([curve.x[:count] for curve in curves])
    values = np.array([curve.y[:count] for curve in curves])
    instants = np.max(times, axis=0)[: max(count - 1, 1)]
    currents = np.array([_between(t, y, instants) for t, y in zip(times, values, strict=True)])
    darks = [_dark(result) for _, result in alive]
    changes = None if None in darks else currents - np.array([[dark] for dark in darks], float)
    frame = float(np.ptp(times[:, 0]))
    return Image(
        instants,
        currents,
        changes,
        values[:, 0],
        bright,
        frame,
        count,
        dead,
        _fading(values, bright),
        wavelength,
        int(exposure),
        tuple(device.sample.device for device, _ in alive),
        np.array([result.at["irradiance"] for _, result in alive]),
    )


def _between(times: FloatArray, currents: FloatArray, instants: FloatArray) -> FloatArray:
    """Give the current of a pixel at instants between its own reads: monotone cubics over the logarithm of time."""
    if len(times) < 2:
        return currents
    return np.asarray(interpolate.PchipInterpolator(np.log(times), currents)(np.log(instants)), float)


def _fading(values: FloatArray, bright: FloatArray) -> float | None:
    """Give the share of the bright pixels' advantage that is gone in the second frame."""
    if values.shape[1] < 2:
        return None
    first, second = (np.mean(column[bright > 0]) - np.mean(column[bright == 0]) for column in values.T[:2])
    return float(1 - second / first) if first != 0 else np.inf


def _dead(pixels: Sequence[tuple[MeasuredDevice, Result]], middle: float) -> Iterator[str]:
    """Name the pixels that are short, or silent where light or most of their neighbours are not."""
    dark = [result for _, result in pixels if result.estimate is not None and not _is_bright(result, middle)]
    spoken = sum(SILENT not in result.notes for result in dark) > len(dark) / 2
    for device, result in pixels:
        silent = SILENT in result.notes and (spoken or _is_bright(result, middle))
        if result.estimate is None or silent:
            yield device.sample.device


def _is_bright(result: Result, middle: float) -> bool:
    """Tell whether a pixel belongs to the signal: it saw more than midway between the least and the most."""
    return result.at["irradiance"] > middle


def _frames(result: Result) -> Curve:
    return next(curve for curve in result.curves if curve.name == FRAMES)


def _dark(result: Result) -> float | None:
    change = result.variants.get("change")
    return None if change is None or result.estimate is None else result.estimate.value - change.value
