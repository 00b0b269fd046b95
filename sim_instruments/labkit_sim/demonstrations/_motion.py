"""The direction of a moving car, from synapses between neighbouring pixels whose timing moves them (STDP).

Every pixel is a neuron that spikes once when the front of the car arrives. A synapse leads from each pixel to each of
its four neighbours: the memristor of a preset, with the spikes of its pixel as presynaptic, those of the neighbour as
postsynaptic ones. Along the motion pre comes before post and the synapse grows; against it, it shrinks. When the car
has passed, four neurons add up by how much the currents through the synapses of their direction have changed; the
largest wins.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from labkit.core import Demonstrated, FloatArray, IntArray, read_document
from labkit_sim.demonstrations._document import DemonstrationDocument, Part, Ratio, Time, Voltage, noted, seeded
from labkit_sim.demonstrations._timing import TimingWindow, timing_window

DIRECTIONS = ("right", "left", "down", "up")


class Disturbance(Part):
    """What goes wrong between the scene and the spikes."""

    name: str
    jitter: Time = Field(0.0, ge=0, description="standard deviation of the instant of a spike")
    missing: Ratio = Field(0.0, ge=0, le=1, description="share of spikes that do not come")
    spurious: Ratio = Field(0.0, ge=0, le=1, description="share of the other pixels that spike at some time")


class Motion(DemonstrationDocument):
    """Cars that drive in four directions over a field of pixels."""

    seeds: int = Field(5, ge=2, description="how often all is drawn anew: cells and videos")
    pixels: int = Field(8, ge=4, description="along the field")
    videos: int = Field(100, ge=1, description="of each direction, for each seed and disturbance")
    length: int = Field(3, ge=1, description="of the car (pixels)")
    width: int = Field(2, ge=1, description="of the car (pixels)")
    path: int = Field(4, ge=1, description="how far the car drives (pixels), from a random place in a random lane")
    step: Time = Field(0.5, gt=0, description="time from pixel to pixel at the mean speed")
    speed_spread: Ratio = Field(0.3, ge=0, lt=1, description="speeds are uniform within this of the mean")
    preset: str = "second_order_memristor"
    device_variation: Ratio = Field(
        0.1, ge=0, description="coefficient of variation of the cells' conductances and rates"
    )
    spike: Voltage = Field(0.5, gt=0)
    spike_width: Time = Field(0.2, gt=0)
    prepared: Ratio = Field(0.5, gt=0, lt=1, description="weight of every synapse before the video")
    disturbances: tuple[Disturbance, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Synapses:
    """The synapses of a field: `pre` and `post` pixels, `direction`, and how their cells differ from the preset."""

    pre: IntArray
    post: IntArray
    direction: IntArray
    sizes: FloatArray
    rates: FloatArray


def motion(path: Path, seed: int | None) -> Demonstrated:
    """Tell directions of cars under each disturbance; raises LabkitError."""
    document = read_document(path, Motion)
    first = seeded(document, seed)
    window = timing_window(document.preset, document.spike, document.spike_width, document.prepared)
    rows = []
    confusions: dict[str, IntArray] = {}
    shown: dict[str, FloatArray] = {}
    for disturbance in document.disturbances:
        counts = np.zeros((document.seeds, len(DIRECTIONS), len(DIRECTIONS)), np.int64)
        for k in range(document.seeds):
            random = np.random.default_rng([first + k, 179])
            synapses = _synapses(document, random)
            for true in range(len(DIRECTIONS)):
                spikes = _spikes(document, disturbance, true, random)
                told = _told(document, window, synapses, spikes, random)
                counts[k, true] = np.bincount(told, minlength=len(DIRECTIONS))
                shown.setdefault(f"spikes, {DIRECTIONS[true]} (s)", spikes[0].reshape(document.pixels, -1))
        right = np.trace(counts, axis1=1, axis2=2) / np.sum(counts, axis=(1, 2))
        rows.append((disturbance.name, _words(disturbance), *_spread(right)))
        confusions[disturbance.name] = np.sum(counts, axis=0)
    last = document.disturbances[-1].name
    return Demonstrated(
        title="The direction of motion from synapses with timing",
        headings=("disturbance", "", "directions told", "over seeds"),
        rows=tuple(rows),
        notes=noted(document, _notes(document, confusions, first)),
        images={f"confusion, {last}": confusions[last].astype(float)} | shown,
        curves=(window.curve(),),
    )


def _synapses(document: Motion, random: np.random.Generator) -> Synapses:
    size = document.pixels
    pixel = np.arange(size * size).reshape(size, size)
    pairs = (
        (pixel[:, :-1], pixel[:, 1:]),
        (pixel[:, 1:], pixel[:, :-1]),
        (pixel[:-1], pixel[1:]),
        (pixel[1:], pixel[:-1]),
    )
    pre = np.concatenate([before.ravel() for before, _ in pairs])
    post = np.concatenate([after.ravel() for _, after in pairs])
    direction = np.repeat(np.arange(len(pairs)), [before.size for before, _ in pairs])
    spread = float(np.sqrt(np.log1p(document.device_variation**2)))
    sizes, rates = np.exp(spread * random.standard_normal((2, len(pre))) - spread**2 / 2)
    return Synapses(pre, post, direction, sizes, rates)


def _spikes(document: Motion, disturbance: Disturbance, direction: int, random: np.random.Generator) -> FloatArray:
    """Give the instant (s) at which each pixel spikes, videos x pixels; NaN where it does not."""
    size, videos = document.pixels, document.videos
    lane = random.integers(0, size - document.width + 1, videos)[:, None]
    front = random.integers(-document.length, size - document.path, videos)[:, None] + document.length
    step = document.step * random.uniform(1 - document.speed_spread, 1 + document.speed_spread, (videos, 1))
    along, across = (each.ravel() for each in np.divmod(np.arange(size * size), size)[::-1])
    if direction >= 2:
        along, across = across, along
    if direction % 2:
        along = size - 1 - along
    inside = (across >= lane) & (across < lane + document.width)
    reached = inside & (along >= front) & (along < front + document.path)
    there = inside & (along < front) & (along >= front - document.length)  # what the car covers when the video begins
    times = np.where(reached, (along - front + 1) * step, np.where(there, 0.0, np.nan))
    times += disturbance.jitter * random.standard_normal(times.shape)
    times[random.random(times.shape) < disturbance.missing] = np.nan
    spurious = (random.random(times.shape) < disturbance.spurious) & ~reached & ~there
    return np.asarray(np.where(spurious, random.uniform(0, document.path, times.shape) * step, times), float)


def _told(
    document: Motion, window: TimingWindow, synapses: Synapses, spikes: FloatArray, random: np.random.Generator
) -> IntArray:
    """Give the direction that wins in each video."""
    delay = spikes[:, synapses.post] - spikes[:, synapses.pre]
    efficiency = window.factors(random, delay.shape) * synapses.rates
    change = window.change(delay, document.prepared, efficiency) * synapses.sizes
    sums = np.stack([np.sum(change[:, synapses.direction == each], axis=1) for each in range(len(DIRECTIONS))], axis=1)
    # Where nothing was moved there is no direction: it is guessed.
    sums += 1e-12 * random.random(sums.shape)
    return np.asarray(np.argmax(sums, axis=1), np.int64)


def _words(disturbance: Disturbance) -> str:
    return (
        f"jitter {disturbance.jitter:g} s, {disturbance.missing:.0%} of spikes missing, "
        f"{disturbance.spurious:.0%} of other pixels spiking"
    )


def _spread(right: FloatArray) -> tuple[str, str]:
    return f"{np.mean(right):.1%} ± {np.std(right, ddof=1):.1%}", f"{np.min(right):.1%} to {np.max(right):.1%}"


def _notes(document: Motion, confusions: dict[str, IntArray], first: int) -> dict[str, str]:
    last = document.disturbances[-1].name
    table = "; ".join(
        f"{name} {' '.join(str(count) for count in row)}"
        for name, row in zip(DIRECTIONS, confusions[last].tolist(), strict=True)
    )
    return {
        "videos": f"{document.videos} of each direction and seed: cars of {document.length} x {document.width} pixels "
        f"drive {document.path} pixels over {document.pixels} x {document.pixels}, from random places; made here",
        f"confusion, {last}": f"{table} (told {' '.join(DIRECTIONS)})",
        "seeds": f"{first} to {first + document.seeds - 1}: cells and videos anew; ± is the standard deviation",
        "caution": "simulated; nothing is learned over videos: the synapses' timing alone tells the direction of each. "
        "The disturbances were chosen beforehand and not fitted to any number",
    }
