"""Light that is made weaker by pulse width modulation is on and off to a device: refused below full brightness."""

from pathlib import Path

from labkit.app import load_bench
from labkit.engine import Plan, described_capabilities, plan_program
from labkit.protocol import compile_program, protocol_folder, protocol_from_text

STEPS = """\
schema_version: 1
name: test
title: Test
implements: P02
terminals: {light: optical}
steps:
  - pulse: {terminal: light, level: LEVEL, width: 1 s}
"""


def planned(level: str, folder: Path) -> Plan:
    text = (protocol_folder() / "benches" / "demo_optical.yaml").read_text()
    file = folder / "bench.yaml"
    file.write_text(text.replace("    wavelength: 455 nm\n", "    wavelength: 455 nm\n    dimming: pwm\n"))
    bench = load_bench(str(file)).bench
    program = compile_program(protocol_from_text(STEPS.replace("LEVEL", level), "test.yaml"))
    return plan_program(program, bench, described_capabilities(bench))


def test_dimmed_light_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (refusal,) = planned("0.1 mW/cm^2", tmp_path).refusals
    assert "pulse width modulation" in refusal.message
    assert "steady current" in refusal.remedy


def test_full_light_is_steady_and_delivered(tmp_path: Path) -> None:
    assert planned("2 mW/cm^2", tmp_path).refusals == ()
