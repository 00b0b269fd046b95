"""A run of labkit, exported as a plain table and imported again, has the same values and no narrower intervals."""

from pathlib import Path

import pytest

from labkit.app import Request, import_file, run_request
from labkit.core import Result
from labkit.storage import read_run

BENCH = "demo_memristor"


def _values(results: tuple[Result, ...]) -> dict[str, Result]:
    return {result.symbol: result for result in results if result.estimate is not None}


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
