"""Devices whose data the tests write as foreign files; the layouts are ours, after those of the vendors' exports."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from labkit.core import FloatArray, Run
from labkit.importing import ImportMap, imported_events
from labkit.storage import RunWriter, read_run


@dataclass(frozen=True)
class Sweep:
    """Closed loops 0, +1 V, 0, -1 V, 0 of a resistance that switches beyond 0.6 V; 0.1 s a point."""

    time: FloatArray
    voltage: FloatArray
    current: FloatArray


@pytest.fixture
def sweep() -> Sweep:
    generator = np.random.default_rng(5)
    up = np.arange(51) * 0.02
    loop = np.concatenate([up, up[-2::-1], -up[1:], -up[-2::-1]])
    voltage = np.concatenate([loop, *[loop[1:]] * 6])
    current, state = np.empty(len(voltage)), 0.1
    for index, level in enumerate(voltage):
        state = float(np.clip(state + 0.08 * (level > 0.6) - 0.08 * (level < -0.6), 0.1, 1.0))
        current[index] = state * 1e-5 * level * (1 + 0.01 * generator.standard_normal())
    return Sweep(np.arange(len(voltage)) * 0.1, voltage, current)


@pytest.fixture
def as_run(tmp_path: Path) -> Callable[..., Run]:
    """Import a file by a map, given as keywords, and read the run back."""

    def imported(path: Path, **mapped: object) -> Run:
        with RunWriter(tmp_path / "imported.h5") as writer:
            for event in imported_events(path, ImportMap.model_validate(mapped), ""):
                writer(event)
        return read_run(tmp_path / "imported.h5")

    return imported
