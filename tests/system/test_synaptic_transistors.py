"""Transistors with memory on a virtual bench: the chain of instruments finds what their equations say."""

from importlib.resources import files
from pathlib import Path

import numpy as np
from labkit_sim.devices import (
    GatePulse,
    LightPulse,
    ReadBias,
    SynapticTruth,
    TransistorPreset,
    UpdateProtocol,
    read_preset,
)

from labkit.app import Request, run_request
from labkit.core import FloatArray

BENCHES = Path(__file__).resolve().parents[2] / "protocols" / "benches"
CYCLE = 0.02
READ = ReadBias(-0.5)
GAIN, GATE_OFFSET, LIGHT = 5e-3, 0.05, 0.03
"""Limits of a 2636B's drain source and ammeter together, of its gate source's zero on 200 V (V), and of the calibration
of the light."""


def bench_with(folder: Path, bench: str, device: str, name: str) -> tuple[str, TransistorPreset]:
    """Write a bench whose virtual device is a preset without the scatter of its events."""
    text = (files("labkit_sim") / "devices" / "presets" / f"{name}.yaml").read_text(encoding="utf-8")
    (folder / f"{name}.yaml").write_text(text.replace("variation: 2 %", "variation: 0 %"), encoding="utf-8")
    preset = read_preset(f"{name}.yaml", folder)
    assert isinstance(preset, TransistorPreset)
    assert preset.parameters.variation == 0
    written = (BENCHES / f"{bench}.yaml").read_text(encoding="utf-8")
    path = folder / "bench.yaml"
    path.write_text(written.replace(f"device: {device}", f"device: {name}.yaml"), encoding="utf-8")
    return str(path), preset


def far(found: FloatArray, truth: FloatArray, preset: TransistorPreset, light: float = 0.0) -> FloatArray:
    """Give how far a curve is from the truth, of what the instruments allow."""
    allowed = (GAIN + light) * truth + GATE_OFFSET * preset.parameters.channel.gain
    return np.abs(found - truth) / allowed


def curves(protocol: str, bench: str, parameters: dict[str, str], output: Path) -> list[FloatArray]:
    """Give the measured curves of potentiation and depression (S)."""
    made = {"cycles": "3", "pulses": "6", "noise_spacing": "25 ms", "read_bias": "-0.5 V"} | parameters
    results = run_request(Request(protocol, bench, virtual=True, parameters=made), output / "run.h5").results
    found = {result.symbol: result.curves for result in results}
    return [found[symbol][0].y for symbol in ("ΔG_P", "ΔG_D")]


def test_gate_pulses_move_a_ferroelectric_as_its_equations_say(tmp_path: Path) -> None:
    bench, preset = bench_with(
        tmp_path, "keithley_2636b_transistor", "floating_gate_transistor", "ferroelectric_transistor"
    )
    found = curves("ltp_ltd_gate", bench, {}, tmp_path)
    width, delay = 0.02, 0.2 + CYCLE / 2
    # A read and a gap are a line cycle each; both come once more before potentiation, and before depression at 10 t_d.
    protocol = UpdateProtocol(
        GatePulse(-30.0, width),
        GatePulse(15.0, width),
        6,
        READ,
        rests=(0.24, 0.24),
        delays=(delay, delay),
        pauses=(2.06, 0.28),
        initial_delay=0.24 + CYCLE / 2,
        cycles=2,
    )
    truth = SynapticTruth(preset.parameters, preset.polarity).weights(protocol)
    assert far(found[0], truth.potentiation, preset).max() < 1
    assert far(found[1], truth.depression, preset).max() < 1
    assert truth.potentiation[-1] > 1.5 * truth.potentiation[0]


def test_light_programs_a_floating_gate_and_the_gate_erases_it_as_its_equations_say(tmp_path: Path) -> None:
    bench, preset = bench_with(
        tmp_path, "keithley_2636b_photomemory", "persistent_hole_phototransistor", "optical_floating_gate"
    )
    asked = {"irradiance": "100 uW/cm^2", "depression": "-20 V", "gate_off": "2 s", "width": "0.2 s"}
    found = curves("ltp_ltd_optoelectronic", bench, asked, tmp_path)
    reads = 5 * 0.021
    protocol = UpdateProtocol(
        LightPulse(1.0, 455e-9, 0.1),
        GatePulse(-20.0, 0.2),
        6,
        READ,
        rests=(0.9, 2.0),
        delays=(0.45 + reads / 2, 1.0 + reads / 2),
        pauses=(5.4, 2.0 + 0.9),
        initial_delay=2.0 + reads / 2,
        cycles=2,
    )
    truth = SynapticTruth(preset.parameters, preset.polarity).weights(protocol)
    assert far(found[0], truth.potentiation, preset, LIGHT).max() < 1
    assert far(found[1], truth.depression, preset, LIGHT).max() < 1
    assert truth.potentiation[-1] > 1.5 * truth.potentiation[0]
