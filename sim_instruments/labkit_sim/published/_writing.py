"""Presets of published devices as files: what the calibration gives, written so that a person can read it."""

from pathlib import Path
from typing import Any

import yaml

from labkit.literature import PublishedDevice
from labkit_sim.devices import Preset
from labkit_sim.published._row import preset_name

_HEAD = "# Written by tools/write_published_presets.py; change the design in labkit_sim/published and run it again.\n"


def preset_text(preset: Preset) -> str:
    """Give the file of a preset: quantities with units, what is left at its default left out."""
    data: dict[str, Any] = preset.model_dump(mode="json", exclude_defaults=True)
    order = ("model", "polarity", "description", "source", "published", "parameters")
    data = {key: data[key] for key in order if key in data}
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=116, default_flow_style=None)
    return _HEAD + body


def write_preset(device: PublishedDevice, preset: Preset, folder: Path) -> Path:
    """Write the preset of a published device into a folder."""
    path = folder / f"{preset_name(device.reference.number)}.yaml"
    path.write_text(preset_text(preset), encoding="utf-8")
    return path
