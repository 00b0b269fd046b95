"""Tables of endurance and transfer curves: what was put in is what the metrics find, and gaps stay gaps."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from labkit.core import Flag, LabkitError, Result, Run
from labkit.importing import find_table, gate_sweeps, propose, read_grid
from labkit.metrics import compute_metrics

Import = Callable[..., Run]


def _endurance(path: Path, numbers: np.ndarray, window: np.ndarray) -> Path:
    rows = "".join(f"{n},{1e4:.4g},{1e4 * w:.6g}\n" for n, w in zip(numbers, window, strict=True))
    path.write_text("Cycle,R_LRS (ohm),R_HRS (ohm)\n" + rows, encoding="utf-8")
    return path


def _proposed(path: Path, as_run: Import, **more: object) -> Run:
    mapped = propose(find_table(read_grid(path))).mapped.model_dump(exclude_defaults=True)
    return as_run(path, **(mapped | more))


def _failure(run: Run) -> Result:
    return next(each for each in compute_metrics(run, ["endurance"]) if each.symbol == "N_f")


def test_the_cycle_whose_window_is_gone_is_found(tmp_path: Path, as_run: Import) -> None:
    numbers = np.arange(1, 201)
    path = _endurance(tmp_path / "endurance.csv", numbers, np.where(numbers < 150, 20.0, 1.5))
    found = _failure(_proposed(path, as_run, read_voltage="0.1 V"))
    assert found.estimate is not None
    assert found.estimate.value == 150


def test_cycles_that_a_table_leaves_out_are_told(tmp_path: Path, as_run: Import) -> None:
    numbers = np.unique(np.rint(np.logspace(0, 4, 41)).astype(int))
    path = _endurance(tmp_path / "endurance.csv", numbers, np.full(len(numbers), 20.0))
    found = _failure(_proposed(path, as_run, read_voltage="0.1 V"))
    assert Flag.BLIND in found.flags
    assert found.estimate is None
    assert f"{10000 - len(numbers)} of 10000 cycles went unread" in found.reason


def test_resistances_need_the_voltage_that_they_were_read_at(tmp_path: Path, as_run: Import) -> None:
    path = _endurance(tmp_path / "endurance.csv", np.arange(1, 31), np.full(30, 20.0))
    with pytest.raises(LabkitError, match="voltage that it was read at"):
        _proposed(path, as_run)


def test_cycles_run_forward(tmp_path: Path, as_run: Import) -> None:
    path = _endurance(tmp_path / "endurance.csv", np.array([1, 2, 2, 3] * 10), np.full(40, 20.0))
    with pytest.raises(LabkitError, match="does not rise at row 3"):
        _proposed(path, as_run, read_voltage="0.1 V")


def _transfer(path: Path, header: str, gate: np.ndarray, threshold: float, drain: float) -> Path:
    """A square-law transistor with W/L C_i mu = 1 uS/V, switched off below threshold."""
    over = np.maximum(gate - threshold, 0)
    current = 1e-6 * np.where(over > drain, (over - drain / 2) * drain, over**2 / 2) + 1e-12
    rows = "".join(f"{k * 0.1:.1f},{v:.3f},{i:.6g}\n" for k, (v, i) in enumerate(zip(gate, current, strict=True)))
    path.write_text(header + "\n" + rows, encoding="utf-8")
    return path


@pytest.mark.parametrize("ways", ["there and back", "there"])
def test_transfer_curves_give_their_threshold(ways: str, tmp_path: Path, as_run: Import) -> None:
    there = np.linspace(-2, 8, 101)
    curve = there if ways == "there" else np.concatenate([there, there[-2::-1]])
    path = _transfer(tmp_path / "t.csv", "Time (s),V_G (V),I_D (A)", np.tile(curve, 2), 1.0, 0.1)
    run = _proposed(path, as_run, read_voltage="0.1 V")
    assert run.description.implements == "P18"
    assert run.rows("ramp", "transfer")["sample_count"].tolist() == [len(curve)] * 2
    found = next(each for each in compute_metrics(run, ["transistor"]) if each.symbol == "V_th")
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(1.0, abs=0.06)


def test_the_drain_voltage_must_be_known(tmp_path: Path, as_run: Import) -> None:
    path = _transfer(tmp_path / "t.csv", "Time (s),V_G (V),I_D (A)", np.linspace(-2, 8, 101), 1.0, 0.1)
    with pytest.raises(LabkitError, match="the drain voltage is not known"):
        _proposed(path, as_run)


def test_sweeps_of_a_gate_are_cut_where_they_begin_again() -> None:
    there = np.linspace(0, 1, 21)
    back = there[-2::-1]
    whole = [(0, 105)]
    assert gate_sweeps(np.tile(there, 5), whole) == [(21 * k, 21 * (k + 1)) for k in range(5)]
    loop = np.concatenate([there, back, there[1:], back])
    assert gate_sweeps(loop, [(0, len(loop))]) == [(0, 41), (40, 81)]
    assert gate_sweeps(np.zeros(50), [(0, 50)]) == []


def test_a_response_without_a_stimulus_column_is_proposed_with_guessed_pulses(tmp_path: Path) -> None:
    time = np.arange(0, 60, 0.02)
    lit = np.clip(time - 10, 0, 1)
    current = 1 + (1 - np.exp(-lit / 0.3)) * np.where(time > 11, np.exp(-(time - 11) / 2), 1.0)
    current += 0.01 * np.random.default_rng(3).standard_normal(len(time))
    rows = "".join(f"{t:.2f}\t{i:.6f}\n" for t, i in zip(time, current, strict=True))
    (tmp_path / "epsc.txt").write_text("t/s\tI/nA\n" + rows, encoding="utf-8")
    found = propose(find_table(read_grid(tmp_path / "epsc.txt")))
    assert found.mapped.protocol == "P02"
    assert found.mapped.pulses.begins == pytest.approx([10.0], abs=0.1)
    assert found.mapped.pulses.width == pytest.approx(1.0, abs=0.15)
    assert "no column tells when the pulses were" in found.doubt


def test_a_response_without_noise_or_decay_is_reported_without_complaint(tmp_path: Path, as_run: Import) -> None:
    time = np.arange(0, 40, 0.02)
    lit = (time >= 10) & (time < 11)
    rows = "".join(f"{t:.2f},{1 + x},{x:d}\n" for t, x in zip(time, lit, strict=True))
    (tmp_path / "ideal.csv").write_text("Time (s),I (nA),LED\n" + rows, encoding="utf-8")
    results = compute_metrics(_proposed(tmp_path / "ideal.csv", as_run), ["baseline", "epsc", "decay"])
    found = {each.symbol: each for each in results}
    assert found["ΔI"].estimate is not None
    assert found["ΔI"].estimate.value == pytest.approx(1e-9)
    assert found["τ"].estimate is None
