"""A bench file to start from, made of what was discovered. What only the user knows is marked `# fill in`."""

from collections.abc import Sequence

from labkit.app._discover import Found, driver

_HEAD = """\
# Proposed by `labkit bench discover`. Go through every line marked "fill in", then
#   labkit check {name}        finds what is still missing
#   labkit bench test {name}   asks the instruments, without energizing the sample
schema_version: 1
name: {title}
description: ""
instruments:
"""

_INSTRUMENT = """\
  {name}:
    driver: {driver}
    address: {address}   # {answer}
"""

_SOURCE_METER = """\
  {terminal}:   # fill in: the terminal of the device on this channel, as protocols name it
    instrument: {name}
    channel: "1"   # fill in: "a" or "b" on a 2600B
    maximum_voltage: 1 V   # fill in: what the device bears; no plan may exceed it
    maximum_current: 100 uA   # fill in: no compliance may exceed it
"""

_LIGHT = """\
  {terminal}:
    instrument: {name}
    channel: "1"   # fill in, where the driver has several
    wavelength: 455 nm   # fill in: of the LED head
    maximum_irradiance: 1 mW/cm^2   # fill in: what the device bears
    maximum_current: 100 mA   # fill in: what the LED head bears
    calibration: []   # fill in, from a power meter at the device plane: {{current: 0 mA, irradiance: 0 mW/cm^2}}, ...
    calibration_uncertainty: 5 %   # fill in
"""

_PULSE = """\
  {terminal}:   # fill in: name it in `pulses` of a source meter's terminal, or in `driven_by` of a light
    instrument: {name}
    channel: "1"
    load: high   # fill in: "high" for a device of many kOhm, else e.g. 50 ohm
    maximum_voltage: 1 V   # fill in
    # wired_to: top   # fill in: the terminal of the device, where it is one
"""

_STAGE = """\
  {terminal}:
    instrument: {name}
    channel: "1"   # fill in: the output that heats the stage
    sensor: A   # fill in: the input whose sensor is nearest to the device
    minimum_temperature: 290 K   # fill in: what the cooling reaches
    maximum_temperature: 320 K   # fill in: what device and stage bear
    rate: 5 K/min   # fill in
"""

_SWITCH = """\
switch:
  instrument: {name}
  rows: {{}}   # fill in: terminal of this file to row of the matrix, e.g. {{top: A, bottom: B}}
  cells: {{}}   # fill in: cell to its terminals and their columns, e.g. {{A1: {{top: "01", bottom: "02"}}}}
"""

_TAIL = """\
# trigger_lines:   # fill in the cables between trigger ports, e.g.
#   - {from: "smu:1", to: "generator:EXT"}
line_frequency: auto
# virtual: {device: halide_memristor}   # for --virtual: one of `labkit list presets`
"""

_NAMES = {
    "source meter": "smu",
    "light source": "led",
    "pulse source": "generator",
    "switch matrix": "matrix",
    "temperature stage": "thermal",
}


def propose_bench(found: Sequence[Found], name: str = "bench.yaml") -> str:
    """Write a bench file for the instruments that have a driver; `name` is what the file will be called."""
    named = _named([one for one in found if one.drivers])
    lights = any(driver(one.drivers[0]).role == "light source" for one in named.values())
    lines = [_HEAD.format(name=name, title=name.rpartition("/")[2].removesuffix(".yaml"))]
    for instrument, one in named.items():
        lines.append(
            _INSTRUMENT.format(name=instrument, driver=one.drivers[0], address=_quoted(one.address), answer=one.answer)
        )
        lines += [f"    # or driver: {other}\n" for other in one.drivers[1:]]
    if not named:
        lines.append("  {}   # fill in: nothing that labkit has a driver for was found\n")
    lines.append("terminals:\n")
    lines += _terminals(named, lights)
    lines.append("  source: {grounded: true}   # fill in\n" if lights else "  bottom: {grounded: true}   # fill in\n")
    switches = [each for each, one in named.items() if driver(one.drivers[0]).role == "switch matrix"]
    lines += [_SWITCH.format(name=each) for each in switches[:1]]
    return "".join([*lines, _TAIL])


def _named(found: Sequence[Found]) -> dict[str, Found]:
    named: dict[str, Found] = {}
    for one in found:
        word = _NAMES.get(driver(one.drivers[0]).role, "instrument")
        count = sum(name.rstrip("_0123456789") == word for name in named)
        named[word if not count else f"{word}_{count + 1}"] = one
    return named


def _terminals(named: dict[str, Found], lights: bool) -> list[str]:
    electrical = iter(["drain", "gate"] if lights else ["top"])
    texts = []
    for name, one in named.items():
        role = driver(one.drivers[0]).role
        if role == "source meter":
            texts.append(_SOURCE_METER.format(name=name, terminal=next(electrical, f"terminal_of_{name}")))
        elif role == "light source":
            texts.append(_LIGHT.format(name=name, terminal=name.replace("led", "light")))
        elif role == "pulse source":
            texts.append(_PULSE.format(name=name, terminal=name.replace("generator", "pulses")))
        elif role == "temperature stage":
            texts.append(_STAGE.format(name=name, terminal=name.replace("thermal", "stage")))
    return texts


def _quoted(text: str) -> str:
    return f'"{text}"'
