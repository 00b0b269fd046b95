"""The benchmarks still run: small and once, for whether they work and not for how fast. Their numbers are no test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.mark.parametrize(
    "call",
    [
        ("points.py", "--points", "300", "--rounds", "1"),
        ("storage.py", "--rows", "50000", "--rounds", "1"),
        ("simulation.py", "--pulses", "500", "--rounds", "1"),
        ("arrays.py", "--cycles", "200", "--rounds", "1"),
        ("crossbar.py", "--size", "4", "--rounds", "1"),
        ("fits.py", "--traces", "4", "--points", "200", "--rounds", "1"),
        ("long_run.py", "--rows", "200000", "--rounds", "1"),
        ("chip.py", "--cells", "4", "--part", "4"),
    ],
    ids=lambda call: call[0],
)
def test_a_benchmark_runs_to_its_ratios(call: tuple[str, ...], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(FOLDER / call[0]), *call[1:]],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1])["benchmark"] == call[0].removesuffix(".py")
