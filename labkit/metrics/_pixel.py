"""M39: what one pixel of an array shows of an image: its current frame after frame, since the light went off."""

from collections.abc import Sequence

import numpy as np

from labkit.core import Curve, Estimate, Flag, Kind, Result, Run
from labkit.metrics._metric import Metric
from labkit.metrics._outcome import outcome
from labkit.metrics._statistics import normal_estimate, welch_satterthwaite, window_mean
from labkit.metrics._stimuli import Event, events, require_events
from labkit.metrics._windows import Trace, Window, is_noise, trace_of

PIXEL_METRIC = "pixel"
SILENT = "silent"
"""The note of a pixel without a current."""
FRAMES = "frames"
"""The curve of a pixel that holds its current over the time since the light went off."""
_METHOD = "mean of the readings of each read marked frame, at the middle of the read; change from the read marked dark"


def pixel(run: Run) -> tuple[Result, ...]:
    """Give the current of a pixel after each exposure marked `image`, with its course over the frames.

    Raises NotMeasured without an exposure, or reads marked `frame` behind it.
    """
    remedy = "expose the array, marked image, and read every cell behind it, marked frame (protocol P22)"
    images = require_events(events(run, Kind.PULSE, ("image",)), "exposures", remedy)
    frames = require_events(events(run, Kind.READ, ("frame",)), "frames", remedy)
    darks = events(run, Kind.READ, ("dark",))
    ends = [image.begin for image in images[1:]] + [np.inf]
    found = []
    lights = [image.terminal for image in images]
    for number, (image, until) in enumerate(zip(images, ends, strict=True)):
        own = [frame for frame in frames if image.end <= frame.begin < until]
        before = [dark for dark in darks if dark.end <= image.begin]
        if own:
            seen = lights[: number + 1].count(image.terminal) if lights.count(image.terminal) > 1 else 0
            found.append(_pixel(run, image, own, before[-1] if before else None, seen))
    return tuple(found)


def _pixel(run: Run, image: Event, frames: Sequence[Event], dark: Event | None, exposure: int) -> Result:
    """Give a pixel after the exposure of a number, 0 where its light was shown once only."""
    trace = trace_of(run, frames[0].terminal)
    windows = [trace.rows(frame.first_sample, frame.sample_count) for frame in frames]
    at = {"irradiance": image.level}
    wavelength = run.description.wavelengths.get(image.terminal)
    if wavelength is not None:
        at["wavelength"] = wavelength
    if exposure:
        at["exposure"] = float(exposure)
    flags = {flag for window in windows for flag in window.blocked}
    if any(len(window) == 0 for window in windows):
        flags.add(Flag.SATURATED)
        return outcome(PIXEL_METRIC, "M39.pixel/1", "I_px", None, "A", _METHOD, flags=flags, at=at)
    currents = [window_mean(window.current, unit="A") for window in windows]
    limit = trace.accuracy_at(frames[0].begin).offset
    silent = is_noise(currents[0]) or abs(currents[0].value) < limit
    notes = {SILENT: "the first frame's current does not stand out of the ammeter's noise and offset"} if silent else {}
    return outcome(
        PIXEL_METRIC,
        "M39.pixel/1",
        "I_px",
        currents[0],
        "A",
        _METHOD,
        flags=flags,
        at=at,
        counts={"frame": len(frames), "sample": min(map(len, windows))},
        variants=_change(trace, currents[0], dark),
        notes=notes,
        curves=(_curve(windows, currents, image.end),),
    )


def _change(trace: Trace, first: Estimate, dark: Event | None) -> dict[str, Estimate]:
    """Give the change from the dark: the ammeter's offset cancels in it."""
    window = None if dark is None else trace.rows(dark.first_sample, dark.sample_count)
    if window is None or len(window) == 0:
        return {}
    level = window_mean(window.current, unit="A")
    parts = [(each.uncertainty, each.degrees_of_freedom) for each in (first, level)]
    return {"change": normal_estimate(first.value - level.value, *welch_satterthwaite(parts), "A")}


def _curve(windows: Sequence[Window], currents: Sequence[Estimate], since: float) -> Curve:
    return Curve(
        FRAMES,
        np.array([float(np.mean(window.time)) - since for window in windows]),
        np.array([current.value for current in currents]),
        "time after the light",
        "s",
        "current",
        "A",
        y_uncertainty=np.array([current.uncertainty for current in currents]),
        log_x=True,
    )


PIXEL = Metric(
    name=PIXEL_METRIC,
    definition="M39.pixel/1",
    title="Pixel of an image",
    unit="A",
    formula="I(t) of one cell at the frames after an exposure; ΔI = I − I_dark",
    description=(
        "Current of one cell of an array in the first frame after an exposure, with its course over the frames and the "
        "change from the dark. The condition `irradiance` is what the cell itself saw through the mask, `exposure` how "
        "often the array saw the image, where that was more than once."
    ),
    requires=("an exposure marked image", "reads marked frame behind it", "a read marked dark before it"),
    reference="metric standard M39, P22",
    compute=pixel,
)
