"""A run of labkit, exported as a plain table and imported again, has the same values and no narrower intervals."""

from pathlib import Path

import pytest

from labkit.app import Request, import_file, run_request
from labkit.core import FloatArray, Result
from labkit.storage import read_run

BENCH = "demo_memristor"


def _values(results: tuple[Result, ...]) -> dict[str, Result]:
    return {result.symbol: result for result in results if result.estimate is not None}


def _table(path: Path, heading: str, columns: list[FloatArray]) -> Path:
    rows = ["\t".join(f"{value:.9g}" for value in row) for row in zip(*columns, strict=True)]
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return path


def _no_narrower(old: Result, new: Result) -> bool:
    assert old.estimate is not None
    assert new.estimate is not None
    slack = 1e-9 * abs(old.estimate.value)
    inside = old.estimate.interval.low >= new.estimate.interval.low - slack
    return inside and old.estimate.interval.high <= new.estimate.interval.high + slack


def test_loops_come_back(tmp_path: Path) -> None:
    parameters = {"cycles": "8", "rates": "[10 V/s]", "rate_cycles": "2", "main_rate": "1 V/s"}
    request = Request("iv_hysteresis", BENCH, virtual=True, parameters=parameters, seed=4)
    original = run_request(request, tmp_path / "original.h5")
    run = read_run(original.path)
    trace = run.traces["top"]
    lines = ["cycle;Time (s);U (V);I (µA)"]
    for number, (_, ramp) in enumerate(run.rows("ramp", "loop").iterrows()):
        for at in range(int(ramp["first_sample"]), int(ramp["first_sample"] + ramp["sample_count"])):
            lines.append(f"{number};{trace.time[at]:.9f};{trace.voltage[at]:.9g};{trace.current[at] * 1e6:.9g}")
    exported = tmp_path / "exported.csv"
    exported.write_text("\n".join(lines).replace(".", ","), encoding="utf-8")
    imported = import_file(exported, tmp_path / "imported.h5")
    found = _values(imported.results)
    expected = _values(original.results)
    assert {"I_on/I_off"} <= set(expected)
    assert set(expected) <= set(found)
    for symbol in expected:
        old, new = expected[symbol], found[symbol]
        assert new.estimate is not None
        assert old.estimate is not None
        assert new.estimate.value == pytest.approx(old.estimate.value, rel=1e-6)
        assert _no_narrower(old, new)


def test_a_whole_waveform_comes_back_with_its_pulses(tmp_path: Path) -> None:
    parameters = {"cycles": "12", "pulses": "10"}
    request = Request("ltp_ltd", BENCH, virtual=True, set_name="slow", parameters=parameters, seed=6)
    original = run_request(request, tmp_path / "original.h5")
    trace = read_run(original.path).traces["top"]
    heading = "Time (s)\tVoltage (V)\tCurrent (A)"
    exported = _table(tmp_path / "exported.txt", heading, [trace.time, trace.voltage, trace.current])
    imported = import_file(exported, tmp_path / "imported.h5")
    found, expected = _values(imported.results), _values(original.results)
    for symbol in ("ΔG_P", "ΔG_D", "NL_P", "NL_D", "DR"):
        old, new = expected[symbol].estimate, found[symbol].estimate
        assert old is not None
        assert new is not None
        assert new.value == pytest.approx(old.value, rel=1e-3), symbol
    energies = {result.at["level"]: result for result in imported.results if result.symbol == "E_pulse"}
    for result in (each for each in original.results if each.symbol == "E_pulse"):
        assert result.estimate is not None
        again = next(each for level, each in energies.items() if level * result.at["level"] > 0).estimate
        assert again is not None
        assert again.value == pytest.approx(result.estimate.value, rel=0.12)
