"""What a bench may and can do: every level, width and rate of a Program against limits and capabilities."""

from collections.abc import Container, Mapping

from labkit.core import (
    Bench,
    Capabilities,
    ElectricalTerminal,
    GroundedTerminal,
    LightCapabilities,
    OpticalTerminal,
    PulseCapabilities,
    PulseTerminal,
    SourceMeterCapabilities,
    StageTerminal,
    format_quantity,
    seconds,
)
from labkit.engine._catalogue import fast_samplers, pulse_makers
from labkit.engine._plan import Refusal
from labkit.engine._requirements import levels_of
from labkit.engine._timing import reading_time
from labkit.protocol import (
    Instruction,
    Program,
    ProgramTerminal,
    Pulse,
    Ramp,
    Read,
    Record,
    Relax,
    UniformSampling,
    terminals_of,
    walk,
)

_ROUNDING = 1e-9


def check_program(
    program: Program, bench: Bench, capabilities: Mapping[str, Capabilities], led: Container[str]
) -> list[Refusal]:
    """Hold a Program against the bench; gives every refusal there is. `led` are the terminals that follow triggers."""
    refusals = [refusal for terminal in program.terminals.values() for refusal in _terminal(program, terminal, bench)]
    if refusals:
        return refusals
    for terminal in program.terminals.values():
        refusals += _setting(program, terminal, bench, capabilities[terminal.name])
    for instruction in walk(program.instructions):
        for name, level in levels_of(instruction):
            refusals += _level(program, instruction, name, level, bench, capabilities)
        if isinstance(instruction, Pulse):
            refusals += _pulse(program, instruction, bench, capabilities, led)
        refusals += _measured(program, instruction, capabilities)
        if isinstance(instruction, Record):
            refusals += _record(program, instruction, capabilities)
    return refusals


def _terminal(program: Program, terminal: ProgramTerminal, bench: Bench) -> list[Refusal]:
    found = bench.terminals.get(terminal.name)
    if found is None or isinstance(found, GroundedTerminal):
        known = ", ".join(bench.terminals)
        state = "is grounded on" if found else "is not on"
        remedy = f"add a terminal {terminal.name} to bench.yaml (it has {known}), or choose a bench that has it"
        if found is not None:
            remedy = (
                f"put a source on {terminal.name} in bench.yaml in place of the ground, such as the second channel of "
                "a B2902A or 2636B, or choose a bench that has one"
            )
        return [Refusal(program.file, 1, f"terminal {terminal.name} {state} the bench {bench.name}", remedy)]
    kind = _kind(found)
    if kind != terminal.kind:
        article = "a" if kind == "thermal" else "an"
        message = f"terminal {terminal.name} is {article} {kind} one on the bench {bench.name}"
        remedy = "connect the terminal to an instrument of the other kind in bench.yaml"
        return [Refusal(program.file, 1, message, remedy)]
    if isinstance(found, ElectricalTerminal) and (terminal.compliance or 0) > found.maximum_current:
        message = (
            f"compliance of {terminal.name}, {format_quantity(terminal.compliance or 0, 'A')}, is above the bench's "
            f"maximum_current of {format_quantity(found.maximum_current, 'A')}"
        )
        return [Refusal(program.file, 1, message, "lower the compliance; the bench's limit protects the sample")]
    return []


def _setting(program: Program, terminal: ProgramTerminal, bench: Bench, able: Capabilities) -> list[Refusal]:
    """Hold current limit and current range of a terminal against what its source meter can be set to."""
    found = bench.terminals[terminal.name]
    if not isinstance(found, ElectricalTerminal) or not isinstance(able, SourceMeterCapabilities):
        return []
    compliance = terminal.compliance or found.maximum_current
    smallest, largest = able.compliance_current
    if not smallest * (1 - _ROUNDING) <= compliance <= largest * (1 + _ROUNDING):
        bounds = f"{format_quantity(smallest, 'A')} to {format_quantity(largest, 'A')}"
        message = (
            f"compliance of {terminal.name}, {format_quantity(compliance, 'A')}, is not among the {bounds} that a "
            f"{able.model} can be set to"
        )
        return [Refusal(program.file, 1, message, "choose another compliance, or use another source meter")]
    reach = able.measure_current[-1].full_scale * able.overrange
    if min(terminal.current_range or 0.0, compliance) > reach * (1 + _ROUNDING):
        message = f"current_range of {terminal.name} is above the {able.model}'s {format_quantity(reach, 'A')}"
        return [Refusal(program.file, 1, message, "lower the current_range, or use another source meter")]
    return []


def _kind(terminal: ElectricalTerminal | OpticalTerminal | PulseTerminal | StageTerminal) -> str:
    if isinstance(terminal, OpticalTerminal):
        return "optical"
    return "thermal" if isinstance(terminal, StageTerminal) else "electrical"


def _level(
    program: Program,
    instruction: Instruction,
    terminal: str,
    level: float,
    bench: Bench,
    capabilities: Mapping[str, Capabilities],
) -> list[Refusal]:
    found = bench.terminals[terminal]
    if isinstance(found, OpticalTerminal):
        return _irradiance(program, instruction, terminal, level, found, capabilities[terminal])
    if isinstance(found, ElectricalTerminal) and abs(level) > found.maximum_voltage:
        message = (
            f"{format_quantity(level, 'V')} on {terminal} is above the bench's maximum_voltage of "
            f"{format_quantity(found.maximum_voltage, 'V')}"
        )
        remedy = "lower the level, or raise maximum_voltage in bench.yaml if the device bears it"
        return [Refusal(program.file, instruction.line, message, remedy)]
    able = capabilities[terminal]
    if isinstance(able, PulseCapabilities) and isinstance(found, PulseTerminal):
        return _pulse_level(program, instruction, terminal, level, min(found.maximum_voltage, able.voltage))
    if isinstance(able, SourceMeterCapabilities) and abs(level) > able.source_voltage[-1].full_scale:
        largest = format_quantity(able.source_voltage[-1].full_scale, "V")
        message = f"{format_quantity(level, 'V')} on {terminal} is above the {able.model}'s {largest}"
        return [Refusal(program.file, instruction.line, message, "lower the level, or use another source")]
    if isinstance(able, SourceMeterCapabilities) and abs(level) > able.interlock_voltage and not able.interlock:
        state = "is open" if able.interlock is not None else "bench.yaml does not tell to be closed"
        message = (
            f"{format_quantity(level, 'V')} on {terminal} needs the interlock of the {able.model} (above "
            f"{format_quantity(able.interlock_voltage, 'V')}), which {state}"
        )
        remedy = (
            "close the interlock of the fixture, and write `options: {interlock: true}` for the instrument in "
            f"bench.yaml; or stay within {format_quantity(able.interlock_voltage, 'V')}"
        )
        return [Refusal(program.file, instruction.line, message, remedy)]
    return []


def _pulse_level(
    program: Program, instruction: Instruction, terminal: str, level: float, largest: float
) -> list[Refusal]:
    if abs(level) <= largest:
        return []
    message = (
        f"{format_quantity(level, 'V')} on {terminal} is above the {format_quantity(largest, 'V')} that the bench's "
        "limit and the generator allow"
    )
    return [
        Refusal(program.file, instruction.line, message, "lower the level, or correct maximum_voltage in bench.yaml")
    ]


def _irradiance(
    program: Program,
    instruction: Instruction,
    terminal: str,
    level: float,
    found: OpticalTerminal,
    able: Capabilities,
) -> list[Refusal]:
    if not isinstance(able, LightCapabilities):
        return []
    shown = format_quantity(level, "W/m^2")
    if level > found.maximum_irradiance or level > able.irradiance * (1 + 1e-9):
        largest = format_quantity(min(found.maximum_irradiance, able.irradiance), "W/m^2")
        message = f"{shown} on {terminal} is above the {largest} that limits and calibration allow"
        remedy = "lower the irradiance, or correct maximum_irradiance and calibration in bench.yaml"
        return [Refusal(program.file, instruction.line, message, remedy)]
    if found.dimming == "pwm" and 0 < level < able.irradiance * (1 - 1e-9):
        message = (
            f"{terminal} is dimmed by pulse width modulation: at {shown} the device would see full light, on and off"
        )
        remedy = "drive the LED with a steady current, or put a neutral-density filter before it at full brightness"
        return [Refusal(program.file, instruction.line, message, remedy)]
    if 0 < level < 5 * able.resolution:
        message = (
            f"{shown} on {terminal} is below five steps of the {able.model} ("
            f"{format_quantity(able.resolution, 'W/m^2')} each), so the dose would be wrong by more than a tenth"
        )
        remedy = "put a neutral-density filter before the light and calibrate again, or raise the irradiance"
        return [Refusal(program.file, instruction.line, message, remedy)]
    refused = able.unfit(level) if able.unfit is not None else None
    return [Refusal(program.file, instruction.line, refused.message, refused.remedy)] if refused is not None else []


def _pulse(
    program: Program, pulse: Pulse, bench: Bench, capabilities: Mapping[str, Capabilities], led: Container[str]
) -> list[Refusal]:
    able = capabilities[pulse.terminal]
    width = format_quantity(seconds(pulse.width), "s")
    if isinstance(able, LightCapabilities):
        if pulse.width < able.on_time[0]:
            shortest = format_quantity(seconds(able.on_time[0]), "s")
            message = f"light pulse of {width} is below the {able.model}'s shortest, {shortest}"
            return [Refusal(program.file, pulse.line, message, "use a longer pulse, or gate a laser")]
        if pulse.edge and pulse.edge < able.edge:
            edge = format_quantity(seconds(able.edge), "s")
            message = (
                f"the {able.model} rises in {edge}, slower than the {format_quantity(seconds(pulse.edge), 's')} asked"
            )
            return [Refusal(program.file, pulse.line, message, "accept a slower edge, or use a laser")]
        return []
    if isinstance(able, PulseCapabilities):
        return _generated(program, pulse, able)
    if not isinstance(able, SourceMeterCapabilities) or pulse.width >= able.shortest_step:
        return []
    generator = bench.electrical()[pulse.terminal].pulses
    if generator and pulse.terminal in led:
        return _generated(program, pulse, capabilities[generator])
    limit = format_quantity(seconds(able.shortest_step), "s")
    message = f"pulse of {width} on {pulse.terminal} is below what a {able.model} delivers: {limit}"
    return [Refusal(program.file, pulse.line, message, _shorter(pulse, generator))]


def _shorter(pulse: Pulse, generator: str) -> str:
    """Say what makes a pulse that a source meter is too slow for."""
    if generator:
        return (
            f"cable a trigger output of the source meter to the generator of {generator} and write it under "
            "trigger_lines in bench.yaml"
        )
    return f"use longer pulses (`--set slow` where the file has it); {pulse_makers(pulse.width)}"


def _generated(program: Program, pulse: Pulse, able: Capabilities) -> list[Refusal]:
    if not isinstance(able, PulseCapabilities):
        return []
    if 0 < abs(pulse.level) < able.smallest_pulse:
        level, smallest = (format_quantity(voltage, "V") for voltage in (pulse.level, able.smallest_pulse))
        message = (
            f"pulse of {level} on {pulse.terminal} is below the {able.model}'s smallest, {smallest} into this load"
        )
        return [Refusal(program.file, pulse.line, message, "put an attenuator behind the generator, or pulse higher")]
    if pulse.width >= able.width[0]:
        return []
    shortest, width = (format_quantity(seconds(time), "s") for time in (able.width[0], pulse.width))
    message = f"pulse of {width} on {pulse.terminal} is below the {able.model}'s shortest, {shortest}"
    return [Refusal(program.file, pulse.line, message, "use a longer pulse, or a faster generator")]


def _measured(program: Program, instruction: Instruction, capabilities: Mapping[str, Capabilities]) -> list[Refusal]:
    """Refuse to measure on a terminal whose instrument measures nothing."""
    if not isinstance(instruction, Read | Ramp | Relax | Record):
        return []
    refusals = []
    for terminal in terminals_of(instruction):
        able = capabilities[terminal]
        if isinstance(able, PulseCapabilities):
            message = f"{terminal} is on a {able.model}, which measures no current"
            remedy = "measure another terminal, or put this one on a source meter in bench.yaml"
            refusals.append(Refusal(program.file, instruction.line, message, remedy))
    return refusals


def _record(program: Program, record: Record, capabilities: Mapping[str, Capabilities]) -> list[Refusal]:
    if not isinstance(record.sampling, UniformSampling):
        return []
    refusals = []
    for terminal in record.terminals:
        able = capabilities[terminal]
        if not isinstance(able, SourceMeterCapabilities):
            continue
        shortest = reading_time(able.apertures[0], able)
        if record.sampling.period < shortest:
            asked = format_quantity(1e9 / record.sampling.period, "Hz")
            fastest = format_quantity(1e9 / shortest, "Hz", 3)
            message = f"sampling of {terminal} at {asked} is faster than the {able.model}'s {fastest}"
            remedy = f"sample at {fastest} or slower; {fast_samplers(record.sampling.period)}"
            refusals.append(Refusal(program.file, record.line, message, remedy))
    return refusals
