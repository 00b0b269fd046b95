"""Experiments compiled, in full or without what the truth does not need."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from labkit.protocol import Program, Repeat, compile_program, load_protocol
from labkit_sim.devices import Device, Experiment, Preset
from labkit_sim.published._ideal import Seen, done

_NOISE_SECTION = "programmed_level"
_TWO_STATES = ("endurance", "endurance_optoelectronic", "endurance_gate")
_STRETCH: Mapping[str, str] = {"cycles": "5", "checkpoint": "5"}
"""Cycles of two states: after the first they are all alike, for each pulse writes all that there is to write."""


def program_of(experiment: Experiment) -> Program:
    """Compile an experiment as it is run."""
    return compile_program(load_protocol(experiment.protocol), dict(experiment.parameters))


def short_program(experiment: Experiment) -> Program:
    """Compile an experiment without the reads that only tell noise and without like cycles: its truth is the same."""
    fewer = dict(_STRETCH) if experiment.protocol in _TWO_STATES else {}
    program = compile_program(load_protocol(experiment.protocol), experiment.parameters | fewer)
    kept = tuple(one for one in program.instructions if not (isinstance(one, Repeat) and one.name == _NOISE_SECTION))
    return replace(program, instructions=kept)


def ideal_device(preset: Preset) -> Device:
    """Make the device of a preset with nothing random in it."""
    parameters = preset.parameters
    if "variation" in type(parameters).model_fields:
        parameters = parameters.model_copy(update={"variation": 0.0})
    return preset.model_copy(update={"parameters": parameters}).build(0)


def ideal_outcome(preset: Preset, program: Program) -> Sequence[Seen]:
    """Do a Program to the device of a preset with ideal instruments, under light of its first wavelength."""
    wavelengths = preset.published.wavelengths if preset.published is not None else ()
    return done(ideal_device(preset), program, wavelengths[0] if wavelengths else 0.0)
