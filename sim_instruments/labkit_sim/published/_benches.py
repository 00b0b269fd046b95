"""The benches before presets of published devices: a source meter for each electrical terminal, an LED for light.

A pulse of light that is started by a command begins some tenths of a millisecond before or after the samples say. For
short pulses a generator drives the LED, started by the source meter over a trigger cable.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceMeter:
    """A model: its driver, the addresses of two of them, and what a bench file says of their channel."""

    driver: str
    addresses: tuple[str, str]
    channel: str
    options: str = ""


KEITHLEY_2636B = SourceMeter(
    "keithley_2636b",
    ("TCPIP0::192.168.1.36::5025::SOCKET", "TCPIP0::192.168.1.37::5025::SOCKET"),
    "a",
    "    options: {interlock: true}\n",
)
"""For currents down to picoamperes."""
KEITHLEY_2450 = SourceMeter(
    "keithley_2450", ("USB0::0x05E6::0x2450::04412345::INSTR", "USB0::0x05E6::0x2450::04467890::INSTR"), "1"
)
"""For many cycles: its trigger model goes through them from its own memory."""

_HEAD = """\
schema_version: 1
name: {preset}
description: {words}
instruments:
"""
_INSTRUMENT = """\
  {name}:
    driver: {driver}
    address: "{address}"
"""
_TOP = """\
  top: {{instrument: smu, channel: "{channel}", maximum_voltage: 10 V, maximum_current: 100 mA}}
  bottom: {{grounded: true}}
"""
_DRAIN = """\
  drain: {{instrument: smu, channel: "{channel}", maximum_voltage: 20 V, maximum_current: 100 mA}}
  gate: {{instrument: smu_gate, channel: "{channel}", maximum_voltage: 60 V, maximum_current: 1 mA, ramp_rate: 100 V/s}}
  source: {{grounded: true}}
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
_DRIVEN = "    driven_by: shutter\n"
_SHUTTER = """\
  shutter: {instrument: generator, channel: "1", load: high, maximum_voltage: 5 V}
"""
_CABLE = """\
trigger_lines:
  - {from: "smu:1", to: "generator:EXT"}
"""
_LED = _INSTRUMENT.format(name="led", driver="thorlabs_dc2200", address="USB0::0x1313::0x80C8::M00412345::INSTR")
_GENERATOR = _INSTRUMENT.format(
    name="generator", driver="keysight_33522b", address="USB0::0x0957::0x2C07::MY52100001::INSTR"
)
SHORT = 0.05
"""The shortest light pulses (s) that are started by a command."""


@dataclass(frozen=True, slots=True)
class Light:
    """What a bench has to give: wavelength (m), the brightest irradiance (W/m^2), the shortest pulse (s)."""

    wavelength: float
    most: float
    shortest: float


_WORLD = """\
line_frequency: 50
virtual:
  device: {preset}
  seed: {seed}
"""


def bench_text(preset: str, terminals: int, light: Light | None, seed: int, meter: SourceMeter = KEITHLEY_2636B) -> str:
    """Give the bench file for a preset of two or three terminals, in the dark or with a light."""
    names = ("smu",) if terminals == 2 else ("smu", "smu_gate")
    driven = light is not None and light.shortest < SHORT
    lamp = f"{', 1 thorlabs_dc2200' if light else ''}{', 1 keysight_33522b' if driven else ''}"
    words = f"{len(names)} {meter.driver}{lamp}, a virtual device"
    text = _HEAD.format(preset=preset, words=words)
    for name, address in zip(names, meter.addresses, strict=False):
        text += _INSTRUMENT.format(name=name, driver=meter.driver, address=address) + meter.options
    text += (_LED if light else "") + (_GENERATOR if driven else "")
    text += "terminals:\n" + (_TOP if terminals == 2 else _DRAIN).format(channel=meter.channel)
    if light is not None:
        text += _LIGHT.format(wavelength=light.wavelength * 1e9, most=2 * light.most)
    if driven:
        text += _DRIVEN + _SHUTTER + _CABLE
    return text + _WORLD.format(preset=preset, seed=seed)
