"""LTP/LTD reads, retention and pairs of foreign files: what was put in is what the metrics find."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from labkit.core import LabkitError, Result, Run
from labkit.metrics import compute_metrics

Import = Callable[..., Run]


def _value(results: tuple[Result, ...], symbol: str) -> float:
    found = next(result for result in results if result.symbol == symbol)
    assert found.estimate is not None, found.reason
    return found.estimate.value


def test_conductances_by_pulse_number_are_cycles(tmp_path: Path, as_run: Import) -> None:
    generator = np.random.default_rng(8)
    pulses = np.tile(np.arange(101), 11)
    step = np.minimum(pulses, 100 - pulses)
    conductance = 5 + 10 * (1 - np.exp(-step / 20)) + 0.02 * generator.standard_normal(len(step))
    rows = "".join(f"{n};{g:.6f}\n".replace(".", ",") for n, g in zip(pulses, conductance, strict=True))
    (tmp_path / "ltp.csv").write_text("Pulse;G (µS)\n" + rows, encoding="utf-8")
    columns = {"pulse": {"column": "Pulse"}, "conductance": {"column": 2}}
    run = as_run(tmp_path / "ltp.csv", protocol="P10", columns=columns, read_voltage="0.1 V")
    results = compute_metrics(run, ["conductance_curve", "dynamic_range"])
    change = 10e-6 * (1 - np.exp(-2.5))
    assert _value(results, "ΔG_P") == pytest.approx(change, rel=0.01)
    assert _value(results, "ΔG_D") == pytest.approx(-change, rel=0.01)
    assert _value(results, "DR") == pytest.approx((5e-6 + change) / 5e-6, rel=0.01)


def test_retention_is_the_part_that_is_left(tmp_path: Path, as_run: Import) -> None:
    times = np.logspace(0, 4, 21)
    left = 1 - 0.04 * np.log(times)
    current = 1e-6 + 4e-6 * left + 1e-9 * np.random.default_rng(9).standard_normal(len(times))
    rows = "".join(f"20,{time:.6g},{level:.9g}\n" for time, level in zip(times, current, strict=True))
    (tmp_path / "retention.csv").write_text("state,t (s),I (A)\n" + rows, encoding="utf-8")
    columns = {"state": {"column": 1}, "time": {"column": 2}, "current": {"column": 3}}
    with pytest.raises(LabkitError, match="the current before programming is needed"):
        as_run(tmp_path / "retention.csv", protocol="P17", columns=columns)
    run = as_run(tmp_path / "retention.csv", protocol="P17", columns=columns, reference="1 uA")
    found = next(each for each in compute_metrics(run, ["retention"]) if each.symbol == "R")
    assert found.at["state"] == 20
    assert found.at["time"] == pytest.approx(1e4)
    assert found.estimate is not None
    assert left[-1] in found.estimate.interval
    # One reading each of the level, of its beginning and of the reference, which both share.
    expected = 1e-9 / 4e-6 * np.sqrt(1 + left[-1] ** 2 + (1 - left[-1]) ** 2)
    assert found.estimate.uncertainty == pytest.approx(expected, rel=0.45)


@pytest.mark.parametrize("pattern", [("first", "second"), ("control", "first", "second")])
def test_pulses_become_pairs_by_their_order(pattern: tuple[str, ...], tmp_path: Path, as_run: Import) -> None:
    begins, begin = [], 10.0
    for interval in np.repeat([0.5, 2.0], 3):
        if "control" in pattern:
            begins.append(begin)
            begin += 15.0
        begins += [begin, begin + 1 + interval]
        begin += 20.0
    time = np.arange(0, begin, 0.05)
    light = np.zeros(len(time))
    for at in begins:
        light[(time > at - 1e-6) & (time < at + 1 - 1e-6)] = 0.1
    rows = "".join(f"{t:.2f},{1 + x:.3f},{x:g}\n" for t, x in zip(time, light, strict=True))
    (tmp_path / "pairs.csv").write_text("Time (s),I (nA),Irradiance (mW/cm^2)\n" + rows, encoding="utf-8")
    columns = {"time": {"column": 1}, "current": {"column": 2}, "stimulus": {"column": 3}}
    run = as_run(tmp_path / "pairs.csv", protocol="P03", columns=columns, pulses={"marks": pattern})
    firsts, seconds = run.rows("pulse", "first"), run.rows("pulse", "second")
    assert firsts["interval_value"].tolist() == seconds["interval_value"].tolist() == [0.5] * 3 + [2.0] * 3
    assert firsts["repeat"].tolist() == [0, 1, 2] * 2
    assert firsts["level"].to_numpy() == pytest.approx(1.0)
    assert len(run.rows("pulse", "control")) == 6 * ("control" in pattern)


def test_an_odd_number_of_pulses_makes_no_pairs(tmp_path: Path, as_run: Import) -> None:
    rows = "".join(f"{0.1 * at:.1f},1,{int(at % 30 in (10, 11))}\n" for at in range(90))
    (tmp_path / "odd.csv").write_text("Time (s),I (nA),LED\n" + rows, encoding="utf-8")
    columns = {"time": {"column": 1}, "current": {"column": 2}, "stimulus": {"column": 3}}
    with pytest.raises(LabkitError, match="3 pulses are no whole number of first, second"):
        as_run(tmp_path / "odd.csv", protocol="P03", columns=columns)
