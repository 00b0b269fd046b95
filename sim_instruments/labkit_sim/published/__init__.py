"""Presets of published devices: sized so that what their parameters say equals what the review's tables print."""

from labkit_sim.published._calibrate import calibrated, truths_of
from labkit_sim.published._design import KEPT
from labkit_sim.published._row import preset_name, published_descriptions
from labkit_sim.published._source import published_experiments
from labkit_sim.published._writing import preset_text, write_preset

__all__ = [
    "KEPT",
    "calibrated",
    "preset_name",
    "preset_text",
    "published_descriptions",
    "published_experiments",
    "truths_of",
    "write_preset",
]
