"""The benches before presets of published devices: a Keithley 2636B for each electrical terminal, an LED for light."""

_SOURCE_METER = """\
schema_version: 1
name: {preset}
description: {words}
instruments:
  smu:
    driver: keithley_2636b
    address: "TCPIP0::192.168.1.36::5025::SOCKET"
    options: {{interlock: true}}
"""
_TWO_TERMINALS = """\
terminals:
  top: {instrument: smu, channel: a, maximum_voltage: 10 V, maximum_current: 100 mA}
  bottom: {grounded: true}
"""
_LED = """\
  led:
    driver: thorlabs_dc2200
    address: "USB0::0x1313::0x80C8::M00412345::INSTR"
"""
_GATE = """\
  smu_gate:
    driver: keithley_2636b
    address: "TCPIP0::192.168.1.37::5025::SOCKET"
    options: {interlock: true}
"""
_DRAIN = """\
terminals:
  drain: {instrument: smu, channel: a, maximum_voltage: 20 V, maximum_current: 100 mA}
  gate: {instrument: smu_gate, channel: a, maximum_voltage: 60 V, maximum_current: 1 mA, ramp_rate: 100 V/s}
  source: {grounded: true}
"""
_LIGHT = """\
  light:
    instrument: led
    wavelength: {wavelength:.6g} nm
    # behind a filter that makes the brightest light of the experiment half of the range
    maximum_irradiance: {most:.4g} W/m^2
    maximum_current: 1000 mA
    calibration:
      - {{current: 0 mA, irradiance: 0 mW/cm^2}}
      - {{current: 1000 mA, irradiance: {most:.4g} W/m^2}}
    calibration_uncertainty: 1 %
"""
_WORLD = """\
line_frequency: 50
virtual:
  device: {preset}
  seed: {seed}
"""


def bench_text(preset: str, terminals: int, light: tuple[float, float] | None, seed: int) -> str:
    """Give the bench file for a preset of two or three terminals, in the dark or with a light (m, W/m^2)."""
    words = f"{'one' if terminals == 2 else 'two'} 2636B{', one DC2200' if light else ''}, a virtual device"
    head = _SOURCE_METER.format(preset=preset, words=words) + ("" if terminals == 2 else _GATE)
    wires = _TWO_TERMINALS if terminals == 2 else _DRAIN
    world = _WORLD.format(preset=preset, seed=seed)
    if light is None:
        return head + wires + world
    return head + _LED + wires + _LIGHT.format(wavelength=light[0] * 1e9, most=2 * light[1]) + world
