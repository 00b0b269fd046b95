"""The page on the virtual bench: its script runs, and its tables name what there is."""

import re
import shutil
from pathlib import Path

import pytest
from labkit_sim import FaultKind

from labkit.core import VirtualWorld

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "virtual-bench.md").read_text(encoding="utf-8")


def test_the_script_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(ROOT / "protocols" / "benches" / "demo_optical.yaml", tmp_path / "bench.yaml")
    monkeypatch.chdir(tmp_path)
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(script, "virtual-bench.md", "exec"), {})
    told = capsys.readouterr().out
    irradiance = re.search(r"irradiance on the device: (\S+) W", told)
    assert irradiance is not None
    assert float(irradiance.group(1)) > 0


def test_the_tables_are_complete() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert set(FaultKind) <= named
    assert set(VirtualWorld.model_fields) <= named
