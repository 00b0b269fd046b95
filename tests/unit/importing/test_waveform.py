"""A list sweep with writing pulses and reads in one voltage column becomes LTP/LTD cycles."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import FloatArray, LabkitError, Run
from labkit.importing import find_table, find_waveform, propose, read_grid
from labkit.metrics import compute_metrics

Import = Callable[..., Run]
PERIOD = 0.01


def _waveform(levels: list[tuple[float, int]], noise: float, seed: int = 1) -> FloatArray:
    """Readings of a voltage that goes through levels (V, number of readings)."""
    voltage = np.concatenate([np.full(count, level) for level, count in levels])
    return np.asarray(voltage + noise * np.random.default_rng(seed).standard_normal(len(voltage)), float)


def _ltp_ltd(cycles: int, pulses: int, growing: float = 0.5) -> tuple[FloatArray, FloatArray]:
    """Voltage and current of cycles of +-0.5 V on a device whose conductance goes between 1 and 3 uS."""
    conductance, levels, through = 1e-6, [], []
    for _ in range(cycles):
        for polarity, goal in ((1, 3e-6), (-1, 1e-6)):
            for _ in range(pulses):
                levels += [(polarity * growing, 10), (0.0, 5), (0.1, 6), (0.0, 5)]
                through += [conductance] * 10
                conductance += 0.1 * (goal - conductance)
                through += [conductance] * 16
    voltage = _waveform(levels, 2e-4)
    scatter = 1 + 1e-3 * np.random.default_rng(2).standard_normal(len(voltage))
    return voltage, voltage * np.array(through) * scatter


def _file(path: Path, voltage: FloatArray, current: FloatArray) -> Path:
    rows = "".join(f"{PERIOD * k:.3f},{v:.6g},{i:.6g}\n" for k, (v, i) in enumerate(zip(voltage, current, strict=True)))
    path.write_text("Time (s),Voltage (V),Current (A)\n" + rows, encoding="utf-8")
    return path


COLUMNS = {"time": {"column": 1}, "voltage": {"column": 2}, "current": {"column": 3}}


@pytest.mark.parametrize("positive_potentiates", [True, False])
def test_cycles_are_found_with_their_pulses(positive_potentiates: bool, tmp_path: Path, as_run: Import) -> None:
    sign = 1.0 if positive_potentiates else -1.0
    voltage, current = _ltp_ltd(11, 20, sign * 0.5)
    run = as_run(_file(tmp_path / "list.csv", voltage, current), protocol="P10", columns=COLUMNS)
    for mark, polarity in (("potentiation", sign), ("depression", -sign)):
        pulses, reads = run.rows("pulse", mark), run.rows("read", mark)
        assert pulses["cycle"].tolist() == reads["cycle"].tolist() == np.repeat(range(11), 20).tolist()
        assert pulses["pulse"].tolist() == reads["pulse"].tolist() == list(range(20)) * 11
        assert pulses["level"].to_numpy() == pytest.approx(polarity * 0.5, rel=1e-3)
        assert (pulses["end"] - pulses["begin"]).to_numpy() == pytest.approx(0.1, rel=1e-6)
        assert set(reads["sample_count"]) == {6}
    results = {each.symbol: each for each in compute_metrics(run, run.description.metrics)}
    change = 2e-6 * (1 - 0.9**20) * (1 - 0.9**20) / (1 - 0.9**40)
    for symbol, expected in (("ΔG_P", change), ("ΔG_D", -change)):
        estimate = results[symbol].estimate
        assert estimate is not None
        assert estimate.value == pytest.approx(expected, rel=5e-3)
    assert results["E_pulse"].estimate is not None


def test_the_guess_tells_a_list_sweep_from_a_staircase(tmp_path: Path) -> None:
    listed = _file(tmp_path / "list.csv", *_ltp_ltd(2, 8))
    assert propose(find_table(read_grid(listed))).mapped.protocol == "P10"
    stairs = [0.1 * step for step in (*range(11), *range(9, -11, -1), *range(-9, 1))]
    voltage = _waveform([(level, 4) for level in stairs * 3], 1e-4)
    swept = _file(tmp_path / "swept.csv", voltage, 1e-6 * voltage)
    assert propose(find_table(read_grid(swept))).mapped.protocol == "P15"


@given(
    read=st.sampled_from([-0.1, 0.02, 0.1, 0.3]),
    resting=st.booleans(),
    readings=st.integers(1, 7),
    pulses=st.integers(4, 12),
    rising=st.floats(0.0, 0.05),
    seed=st.integers(0, 99),
)
def test_every_pulse_and_every_read_is_found(
    read: float, resting: bool, readings: int, pulses: int, rising: float, seed: int
) -> None:
    levels = []
    for number in range(pulses):
        write = (1 + rising * number) * (1 if number % 2 else -1)
        levels += [(write, readings), *([(0.0, readings)] if resting else []), (read, readings)]
        levels += [(0.0, readings)] if resting else []
    found = find_waveform(_waveform(levels, 1e-6, seed))
    assert found is not None
    assert found.read_voltage == pytest.approx(read, abs=1e-4)
    assert len(found.pulses) == len(found.reads) == pulses
    assert {each.end - each.first for each in (*found.pulses, *found.reads)} == {readings}


def test_a_declared_read_voltage_decides(tmp_path: Path) -> None:
    voltage = _waveform([(level, 5) for _ in range(10) for level in (1.0, 0.05, 0.2, 0.0)], 0.0)
    smallest, declared = find_waveform(voltage), find_waveform(voltage, 0.2)
    assert smallest is not None
    assert declared is not None
    assert smallest.read_voltage == pytest.approx(0.05)
    assert declared.read_voltage == pytest.approx(0.2)
    assert len(declared.pulses) == 10


def test_the_voltage_of_the_pulses_is_no_read_voltage(tmp_path: Path, as_run: Import) -> None:
    voltage = np.repeat([0.5, -0.5, 0.5, -0.5], 10)
    path = _file(tmp_path / "pulses.csv", voltage, np.full(40, 1e-7))
    with pytest.raises(LabkitError, match="changes its sign and holds no reads"):
        as_run(path, protocol="P10", columns=COLUMNS)
