"""What a foreign file cannot tell is recorded as unknown, and no interval pretends to know it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from labkit.core import DocumentError, Flag, LabkitError, Run, SampleStatus
from labkit.metrics import compute_metrics

COLUMNS = {"time": {"column": "t (s)"}, "current": {"column": "I (nA)"}, "stimulus": {"column": "LED"}}
BEGINS = (20.0, 50.0, 80.0, 110.0, 140.0, 170.0)
AMPLITUDE = 4.821e-9


@pytest.fixture
def response(tmp_path: Path) -> Path:
    """A photocurrent on 1 nA, with light pulses of 1 s each 30 s, 50 ms a reading, and the LED's drive beside it."""
    time = np.arange(0, 200, 0.05)
    current, light = np.full(len(time), 1e-9), np.zeros(len(time))
    for begin in BEGINS:
        after = time - begin
        light[(after > -1e-9) & (after < 1 - 1e-9)] = 5.0
        rise = np.where((after >= 0) & (after < 1), 1 - np.exp(-after / 0.3), 0.0)
        fall = np.where(after >= 1, np.exp(-(np.maximum(after, 1) - 1) / 2), 0.0)
        current += 5e-9 * rise + AMPLITUDE * fall
    current += 2e-11 * np.random.default_rng(3).standard_normal(len(time))
    path = tmp_path / "response.tsv"
    rows = "".join(f"{t:.2f}\t{i * 1e9:.6f}\t{x:g}\n" for t, i, x in zip(time, current, light, strict=True))
    path.write_text("t (s)\tI (nA)\tLED\n" + rows, encoding="utf-8")
    return path


def test_an_absolute_current_has_no_interval_without_the_accuracy(response: Path, as_run: Callable[..., Run]) -> None:
    run = as_run(response, protocol="P02", columns=COLUMNS)
    found = next(result for result in compute_metrics(run, ["epsc"]) if result.symbol == "ΔI")
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(AMPLITUDE, rel=0.03)
    assert np.isinf([found.estimate.interval.low, found.estimate.interval.high]).all()
    assert Flag.UNKNOWN in found.flags
    assert AMPLITUDE * 0.97 in found.variants["readings_alone"].interval
    assert "accuracy" in found.notes["unknown"]
    assert "irradiance" not in found.at


def test_a_declared_accuracy_gives_the_interval_back(response: Path, as_run: Callable[..., Run]) -> None:
    known = {"accuracy": {"gain": "1 %", "offset": "5 pA"}}
    run = as_run(
        response,
        protocol="P02",
        columns=COLUMNS,
        known=known,
        pulses={"light_uncertainty": "2 %", "level": "10 uW/cm^2"},
    )
    found = next(result for result in compute_metrics(run, ["epsc"]) if result.symbol == "ΔI")
    assert found.estimate is not None
    gain = 0.01 * found.estimate.value
    assert gain / np.sqrt(3) < found.estimate.uncertainty < 2 * gain
    assert found.variants["per irradiance"].uncertainty > 0.02 * found.variants["per irradiance"].value
    assert Flag.UNKNOWN not in found.flags


def test_the_edges_of_pulses_are_uncertain_by_the_sampling(response: Path, as_run: Callable[..., Run]) -> None:
    pulses = as_run(response, protocol="P02", columns=COLUMNS).rows("pulse", "epsc")
    assert pulses["begin"].to_numpy() == pytest.approx(np.array(BEGINS), abs=0.026)
    assert (pulses["end"] - pulses["begin"]).to_numpy() == pytest.approx(1.0, abs=0.051)
    assert (pulses["time_uncertainty"] > 0.05 / np.sqrt(12)).all()
    assert pulses["level"].isna().all()


def test_pulses_may_be_told_by_the_map(response: Path, as_run: Callable[..., Run]) -> None:
    columns = {"time": COLUMNS["time"], "current": COLUMNS["current"]}
    pulses = {"begins": [f"{begin} s" for begin in BEGINS], "width": "1 s", "level": "10 uW/cm^2"}
    found = as_run(response, protocol="P02", columns=columns, pulses=pulses).rows("pulse", "epsc")
    assert found["begin"].tolist() == list(BEGINS)
    assert found["level"].to_numpy() == pytest.approx(0.1)


def test_what_is_not_said_is_not_in_the_acquisitions(response: Path, as_run: Callable[..., Run]) -> None:
    run = as_run(response, protocol="P02", columns=COLUMNS)
    unknown = ["aperture", "gain", "offset", "compliance", "current_range", "voltage_gain", "voltage_offset"]
    assert run.acquisitions[unknown].isna().all().all()
    assert np.isnan(run.traces["drain"].voltage).all()
    told = " ".join(warning.message for warning in run.warnings)
    assert all(words in told for words in ("accuracy", "integration time", "range", "limit", "before is unknown"))
    assert not run.description.virtual


def test_a_declared_compliance_marks_the_readings_at_it(sweep, tmp_path: Path, as_run: Callable[..., Run]) -> None:
    limited = np.clip(sweep.current, -5e-6, 5e-6)
    rows = "".join(f"{v:.4f},{i:.9g}\n" for v, i in zip(sweep.voltage, limited, strict=True))
    (tmp_path / "limited.csv").write_text("V (V),I (A)\n" + rows, encoding="utf-8")
    columns = {"voltage": {"column": 1}, "current": {"column": 2}}
    run = as_run(tmp_path / "limited.csv", protocol="P15", columns=columns, known={"compliance": "5 uA"})
    at_limit = (run.traces["top"].status & int(SampleStatus.COMPLIANCE)) != 0
    assert (at_limit == (np.abs(limited) >= 0.995 * 5e-6)).all()
    assert at_limit.any()


def test_the_rate_of_sweeps_without_times_is_unknown(sweep, tmp_path: Path, as_run: Callable[..., Run]) -> None:
    rows = "".join(f"{v:.4f},{i:.9g}\n" for v, i in zip(sweep.voltage, sweep.current, strict=True))
    (tmp_path / "untimed.csv").write_text("V (V),I (A)\n" + rows, encoding="utf-8")
    columns = {"voltage": {"column": 1}, "current": {"column": 2}}
    run = as_run(tmp_path / "untimed.csv", protocol="P15", columns=columns)
    results = compute_metrics(run, run.description.metrics)
    assert results
    assert not any("rate" in result.at for result in results)


def test_a_conductance_needs_the_voltage_of_its_read(tmp_path: Path, as_run: Callable[..., Run]) -> None:
    rows = "".join(f"{pulse},{5 + min(pulse, 40 - pulse)}\n" for pulse in range(41))
    (tmp_path / "ltp.csv").write_text("pulse,G (uS)\n" + rows, encoding="utf-8")
    columns = {"pulse": {"column": 1}, "conductance": {"column": 2}}
    with pytest.raises(LabkitError, match="only with the voltage") as told:
        as_run(tmp_path / "ltp.csv", protocol="P10", columns=columns)
    assert "read_voltage" in told.value.remedy
    run = as_run(tmp_path / "ltp.csv", protocol="P10", columns=columns, read_voltage="0.1 V")
    assert len(run.rows("read", "potentiation")) == len(run.rows("read", "depression")) == 20
    assert len(run.rows("read", "initial")) == 1


def test_a_word_in_a_needed_column_is_told_at_its_cell(response: Path, as_run: Callable[..., Run]) -> None:
    lines = response.read_text(encoding="utf-8").splitlines()
    lines[7] = lines[7].split("\t", 1)[0] + "\toverflow\t0"
    response.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DocumentError, match=r'response.tsv:8:6: "overflow" is not a number'):
        as_run(response, protocol="P02", columns=COLUMNS)


def test_a_unit_of_another_kind_is_refused(response: Path, as_run: Callable[..., Run]) -> None:
    columns = COLUMNS | {"current": {"column": "I (nA)", "unit": "mV"}}
    with pytest.raises(LabkitError, match='the current is given in "mV", which is a unit of voltage'):
        as_run(response, protocol="P02", columns=columns)
