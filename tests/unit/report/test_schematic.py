"""A time-line that is not to scale keeps order, levels and names, and shows what is short."""

from pathlib import Path

import numpy as np
import pytest

from labkit.protocol import Line, Preview, Span, compile_program, load_protocol, preview, protocol_names
from labkit.report import draw_timeline
from labkit.report._schematic import schematic


@pytest.fixture
def short_in_long() -> Preview:
    time = np.array([0.0, 10.0, 10.0, 10.0001, 10.0001, 1000.0])
    level = np.array([0.0, 0.0, 1.3, 1.3, 0.0, 0.0])
    return Preview((Line("top", "V", time, level),), (Span("pulse", "write", "top", 10.0, 10.0001),), 1000.0, 0.0)


def test_a_pulse_of_100_us_in_a_thousand_seconds_is_seen(short_in_long: Preview) -> None:
    drawn, stretches = schematic(short_in_long)
    (pulse,) = drawn.spans
    assert pulse.end - pulse.begin > 0.05 * drawn.duration
    assert [stretch.duration for stretch in stretches] == pytest.approx([10.0, 1e-4, 989.9999])
    assert stretches[-1].end == drawn.duration


@pytest.mark.parametrize("name", protocol_names())
def test_what_comes_first_is_drawn_first_and_longer_is_wider(name: str) -> None:
    shown = preview(compile_program(load_protocol(name)), outer_rounds=1)
    drawn, stretches = schematic(shown)
    assert sum(stretch.duration for stretch in stretches) == pytest.approx(shown.duration)
    widths = np.array([stretch.end - stretch.begin for stretch in stretches])
    order = np.argsort([stretch.duration for stretch in stretches])
    assert np.all(np.diff(widths[order]) > -1e-9)
    for before, after in zip(shown.lines, drawn.lines, strict=True):
        assert np.array_equal(before.level, after.level)
        assert np.all(np.diff(after.time) >= 0)


def test_lengths_are_written_below(short_in_long: Preview, tmp_path: Path) -> None:
    draw_timeline(short_in_long, tmp_path / "plan.svg", to_scale=False)
    picture = (tmp_path / "plan.svg").read_text(encoding="utf-8")
    assert "100 µs" in picture
    assert "10 s" in picture
    assert "not to scale" in picture
