"""M39: contrast of an image on an array, from the means of its bright and its dark region."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import interpolate

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Result
from labkit.metrics._metric import NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._pixel import FRAMES, PIXEL_METRIC, SILENT
from labkit.metrics._set_metric import DeviceSet, MeasuredDevice, SetMetric
from labkit.metrics._statistics import COVERAGE, coverage_factor

MINIMUM_PIXELS = 5
"""Pixels of each region."""
LONGEST_FRAME = 1.0
"""How long a frame may take (s; metric standard, P22)."""
_BRIGHT = 0.5
"""Share of the largest irradiance from which a pixel belongs to the signal."""
_FADED = 0.5
"""Share of the image that may be lost between two frames; what is between them is interpolated."""
_DRAWS = 2000
_METHOD = (
    "Michelson contrast of the means of the pixels that saw half of the largest irradiance or more, and of the others; "
    "each pixel brought to the same instant between its own frames, over the logarithm of time; pixels resampled "
    "within their region"
)
Statistic = Callable[[FloatArray, FloatArray], FloatArray]
"""From bright and dark pixels (... x pixels) to a contrast for each resampled image."""


@dataclass(frozen=True, slots=True)
class Image:
    """The pixels of one image that live, at common instants since the light went off.

    `currents` and `changes` (A) are pixels x instants, `bright` tells which pixels are of the signal. `as_read` (A) are
    the pixels of the first frame at the instants of their own reads, `frame` (s) is how long it took. `changes` is None
    where nothing was read in the dark. `fading` is the share of the image that is lost from the first frame to the
    second, None with one frame.
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

    def regions(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Divide values of the pixels into those of the signal and those of the background."""
        signal = self.bright > 0
        return values[signal], values[~signal]


def michelson(signal: FloatArray, background: FloatArray) -> FloatArray:
    """Give (S - B) / (S + B) of region means."""
    s, b = np.mean(signal, axis=-1), np.mean(background, axis=-1)
    return np.asarray((s - b) / (s + b), float)


def weber(signal: FloatArray, background: FloatArray) -> FloatArray:
    """Give (S - B) / B of region means."""
    s, b = np.mean(signal, axis=-1), np.mean(background, axis=-1)
    return np.asarray((s - b) / b, float)


def root_mean_square(signal: FloatArray, background: FloatArray) -> FloatArray:
    """Give the standard deviation of the whole image over its mean."""
    whole = np.concatenate([signal, background], axis=-1)
    return np.asarray(np.std(whole, axis=-1) / np.mean(whole, axis=-1), float)


def resampled(signal: FloatArray, background: FloatArray, statistic: Statistic, seed: int = 139) -> Estimate:
    """Give a statistic of an image (pixels of two regions, last axis) with the interval of resampled pixels.

    Percentiles about the estimate, widened from the normal to Student's t of the smaller region and for the n - 1 of
    its variance: regions of ten pixels would be covered too seldom else.
    """
    generator = np.random.default_rng(seed)
    value = float(statistic(signal, background))
    few = min(signal.shape[-1], background.shape[-1])
    picks = [generator.integers(0, each.shape[-1], (_DRAWS, each.shape[-1])) for each in (signal, background)]
    drawn = statistic(signal[..., picks[0]], background[..., picks[1]])
    low, high = np.quantile(drawn, [0.5 - COVERAGE / 2, 0.5 + COVERAGE / 2])
    wider = coverage_factor(few - 1) / coverage_factor(np.inf) * float(np.sqrt(few / (few - 1))) if few > 1 else np.inf
    interval = Interval(value - wider * (value - float(low)), value + wider * (float(high) - value))
    return Estimate(value, float(np.std(drawn, ddof=1)) * float(np.sqrt(few / max(few - 1, 1))), interval, few - 1)


def images(devices: DeviceSet) -> tuple[Image, ...]:
    """Put the pixels of a set together as images, one for each wavelength.

    Raises NotMeasured when there is none with a bright and a dark region.
    """
    found: dict[float | None, list[tuple[MeasuredDevice, Result]]] = {}
    for device in devices:
        for result in device.results:
            if result.metric == PIXEL_METRIC:
                found.setdefault(result.at.get("wavelength"), []).append((device, result))
    made = [image for wavelength, pixels in found.items() if (image := _image(pixels, wavelength)) is not None]
    if not made:
        raise NotMeasured(
            "no image with a bright and a dark region was seen by the devices of the set",
            "expose the array through a mask and read its cells (protocol P22)",
        )
    return tuple(made)


def _image(pixels: Sequence[tuple[MeasuredDevice, Result]], wavelength: float | None) -> Image | None:
    most = max(result.at["irradiance"] for _, result in pixels)
    dead = tuple(_dead(pixels, most))
    alive = [(device, result) for device, result in pixels if device.sample.device not in dead]
    bright = np.array([_is_bright(result, most) for _, result in alive], float)
    if most <= 0 or not 0 < np.sum(bright) < len(bright):
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
        instants, currents, changes, values[:, 0], bright, frame, count, dead, _fading(values, bright), wavelength
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


def _dead(pixels: Sequence[tuple[MeasuredDevice, Result]], most: float) -> Iterator[str]:
    """Name the pixels that are short, or silent where light or most of their neighbours are not."""
    dark = [result for _, result in pixels if result.estimate is not None and not _is_bright(result, most)]
    spoken = sum(SILENT not in result.notes for result in dark) > len(dark) / 2
    for device, result in pixels:
        silent = SILENT in result.notes and (spoken or _is_bright(result, most))
        if result.estimate is None or silent:
            yield device.sample.device


def _is_bright(result: Result, most: float) -> bool:
    return result.at["irradiance"] >= _BRIGHT * most


def _frames(result: Result) -> Curve:
    return next(curve for curve in result.curves if curve.name == FRAMES)


def _dark(result: Result) -> float | None:
    change = result.variants.get("change")
    return None if change is None or result.estimate is None else result.estimate.value - change.value


def contrast(devices: DeviceSet) -> tuple[Result, ...]:
    """Give the contrast of each image, and how it is after the last instant against the first.

    Raises NotMeasured without an image.
    """
    return tuple(result for image in images(devices) for result in _contrast(image))


def _contrast(image: Image) -> list[Result]:
    at = {"time": float(image.instants[0])} | ({} if image.wavelength is None else {"wavelength": image.wavelength})
    flags = set()
    first = image.regions(image.currents[:, 0])
    if min(map(len, first)) < MINIMUM_PIXELS:
        flags.add(Flag.REPEATS)
    if image.frame > LONGEST_FRAME and (image.fading is None or image.fading > _FADED):
        flags.add(Flag.WINDOW)
    results = [
        outcome(
            "contrast",
            "M39.michelson/1",
            "C_M",
            resampled(*first, michelson),
            "1",
            _METHOD,
            flags=flags,
            at=at,
            counts=_counts(image),
            variants=_variants(image),
            notes=_notes(image),
            curves=_curves(image),
        )
    ]
    if len(image.instants) > 1:
        results.append(_enhancement(image, at, flags))
    return results


def _enhancement(image: Image, at: Mapping[str, float], flags: set[Flag]) -> Result:
    signal, background = image.regions(image.currents[:, [0, -1]])

    def ratio(s: FloatArray, b: FloatArray) -> FloatArray:
        return np.asarray(michelson(s[1], b[1]) / michelson(s[0], b[0]), float)

    return outcome(
        "contrast",
        "M39.enhancement/1",
        "C(t)/C(0)",
        resampled(signal.T, background.T, ratio),
        "1",
        "ratio of the contrasts at the last and the first common instant, of the same pixels",
        flags=flags,
        at={**at, "time": float(image.instants[-1])},
        counts=_counts(image),
        notes=_notes(image),
    )


def _counts(image: Image) -> dict[str, int]:
    bright = int(np.sum(image.bright))
    return {
        "device": len(image.bright),
        "bright pixel": bright,
        "dark pixel": len(image.bright) - bright,
        "dead pixel": len(image.dead),
    }


def _variants(image: Image) -> dict[str, Estimate]:
    first = image.regions(image.currents[:, 0])
    variants = {"RMS": resampled(*first, root_mean_square), "Weber": resampled(*first, weber)}
    variants["as read"] = resampled(*image.regions(image.as_read), michelson)
    if image.changes is not None:
        variants["of the change"] = resampled(*image.regions(image.changes[:, 0]), michelson)
    low, high = float(np.min(image.currents[:, 0])), float(np.max(image.currents[:, 0]))
    extremes = (high - low) / (high + low)
    variants["pixel extremes"] = Estimate(extremes, np.inf, Interval(-np.inf, np.inf), 0.0)
    return variants


def _notes(image: Image) -> dict[str, str]:
    notes = {"frame": f"the cells were read one after another within {image.frame:.3g} s, each at a known time"}
    if image.frame > LONGEST_FRAME:
        notes["frame"] += "; a frame below 1 s is asked for"
    if image.frames < 2:
        notes["instants"] = "one frame only: the cells are compared at the instants of their own reads"
    if image.fading is not None and image.fading > _FADED:
        notes["fading"] = f"{image.fading:.0%} of the image is lost from the first frame to the second: read it faster"
    if image.dead:
        names = ", ".join(image.dead[:8]) + (", ..." if len(image.dead) > 8 else "")
        notes["dead pixels"] = f"{len(image.dead)} left out ({names})"
    notes["pixel extremes"] = "of the brightest and the darkest pixel, which noise and scatter make too large: no value"
    return notes


def _curves(image: Image) -> tuple[Curve, ...]:
    if len(image.instants) < 2:
        return ()
    over_time = [resampled(*image.regions(column), michelson) for column in image.currents.T]
    return (
        Curve(
            "contrast over time",
            image.instants,
            np.array([found.value for found in over_time]),
            "time after the light",
            "s",
            "C_M",
            "1",
            y_uncertainty=np.array([found.uncertainty for found in over_time]),
            log_x=True,
        ),
    )


CONTRAST = SetMetric(
    name="contrast",
    definition="M39/1",
    title="Contrast of an image",
    unit="1",
    formula="C_M = (Ī_s − Ī_b) / (Ī_s + Ī_b) of region means;  RMS = s/Ī;  Weber = (Ī_s − Ī_b)/Ī_b;  C(t)/C(0)",
    description=(
        "Michelson contrast of the means of the bright and the dark region of an array, never of its brightest and "
        "darkest pixel. Dead pixels are left out and counted. The cells are read one after another: each is brought to "
        "the same instant between its own frames. The interval is that of resampled pixels."
    ),
    requires=("an exposure through a mask with a bright and a dark region (P22)", "two frames", "5 pixels a region"),
    reference="metric standard M39; Peli, Contrast in complex images",
    compute=contrast,
)
