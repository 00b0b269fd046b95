"""Voltages that need a closed interlock are refused by the plan, not by the instrument in the middle of a run."""

import re
from pathlib import Path

import pytest

from labkit.app import Request, load_bench, plan_request, run_request
from labkit.core import PlanRefused

BENCHES = Path(__file__).resolve().parents[1] / "drivers" / "benches"

HIGH = """\
schema_version: 1
name: high
title: A pulse beyond what is safe to touch
implements: P10
terminals: {top: {kind: electrical, compliance: 1 mA, current_range: 1 mA}}
steps:
  - pulse: {terminal: top, level: 25 V, width: 100 ms, mark: pulse}
"""


def request(folder: Path, bench: str, *told: tuple[str, str]) -> Request:
    """Ask for the pulse on a bench whose text is changed where it must be."""
    protocol, changed = folder / "high.yaml", folder / "bench.yaml"
    text = re.sub("maximum_voltage: [0-9.]+ V", "maximum_voltage: 30 V", load_bench(bench).text)
    for pattern, replacement in told:
        text, found = re.subn(pattern, replacement, text, count=1)
        assert found
    protocol.write_text(HIGH)
    changed.write_text(text)
    return Request(str(protocol), str(changed), virtual=True)


@pytest.mark.parametrize("bench", ["demo_memristor", str(BENCHES / "memristor_2636b.yaml")])
def test_an_open_interlock_is_told_with_its_remedy(bench: str, tmp_path: Path) -> None:
    asked = request(tmp_path, bench)
    for refused in (lambda: plan_request(asked).require(), lambda: run_request(asked, tmp_path / "run.h5")):
        with pytest.raises(PlanRefused, match="25 V on top needs the interlock") as refusal:
            refused()
        assert "options: {interlock: true}" in refusal.value.message
    assert not (tmp_path / "run.h5").exists()


@pytest.mark.parametrize("bench", ["demo_memristor", str(BENCHES / "memristor_2636b.yaml")])
def test_a_closed_interlock_lets_the_voltage_out(bench: str, tmp_path: Path) -> None:
    asked = request(tmp_path, bench, (r"(\n *)(driver: .*)", r"\1\2\1options: {interlock: true}"))
    assert not plan_request(asked).refusals
    assert run_request(asked, tmp_path / "run.h5").finished.outcome == "complete"
