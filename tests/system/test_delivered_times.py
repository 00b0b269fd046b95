"""The timeline tells when levels were on the sample, to within the doubt that it states."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labkit.core import FloatArray, Kind, Run

BENCHES = Path(__file__).resolve().parents[1] / "drivers" / "benches"

PULSES = """\
schema_version: 1
name: pulses
title: Pulses with readings in them, and reads between
implements: P10
terminals: {top: {kind: electrical, compliance: 1 mA, current_range: 100 uA}}
steps:
  - hold: {top: 0 V}
  - repeat: {count: 3, as: pulse}
    steps:
      - pulse: {terminal: top, level: 0.5 V, width: 100 ms, mark: pulse}
      - wait: 50 ms
      - read: {terminal: top, level: 0.1 V, delay: 1 ms, count: 5, mark: read}
      - wait: 70 ms
  - pulse: {terminal: top, level: 0.5 V, width: 100 ms, mark: last}
  - wait: 20 ms
"""
HIGH = 0.3
"""V, between the level of the reads and that of the pulses."""
ROUNDING = 1e-9


def run_and_watch(open_text: Callable[..., Any], bench: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Run, FloatArray]:
    """Run the pulses; gives the run, and when they began and ended on the wire to the sample (s of the world)."""
    session = open_text(PULSES, bench)
    world = session.world.world
    drive = world.set_drive
    levels: list[tuple[float, bool]] = [(0.0, False)]

    def watched(lead: str, voltage: float, *limits: float) -> None:
        levels.append((world.now / 1e9, voltage > HIGH))
        drive(lead, voltage, *limits)

    monkeypatch.setattr(world, "set_drive", watched)
    session.run()
    edges = [later[0] for earlier, later in pairwise(levels) if earlier[1] != later[1]]
    return session.read(), np.array(edges).reshape(-1, 2)


@pytest.mark.parametrize(
    "bench", ["demo_memristor", *(str(BENCHES / f"{name}.yaml") for name in ("memristor_b2902a", "memristor_2636b"))]
)
def test_pulses_began_and_ended_when_the_timeline_says(
    bench: str, open_text: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, wire = run_and_watch(open_text, bench, monkeypatch)
    pulses = run.rows(Kind.PULSE)
    told = pulses[["begin", "end"]].to_numpy(np.float64)
    assert len(told) == len(wire) == 4
    # The start command has its own, common doubt: times count from the first edge.
    error = (told - told[0, 0]) - (wire - wire[0, 0])
    limits = np.sqrt(3) * pulses["time_uncertainty"].to_numpy(np.float64)
    assert np.all(np.abs(error) <= limits[:, None] + limits[0] + ROUNDING)
    assert np.all(limits < 1e-4)


def test_a_2450_makes_pulses_as_wide_as_they_were_asked(
    open_text: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, wire = run_and_watch(open_text, "demo_memristor", monkeypatch)
    assert np.diff(wire, axis=1).ravel() == pytest.approx(0.1, abs=50e-6)
