"""The entry point `labkit.truths`: experiments on the presets of published devices, with their computed truths."""

from collections.abc import Sequence

from labkit.core import ExpectedValue, TruthExperiment, seconds
from labkit.literature import Quantity
from labkit.protocol import Program, Pulse, walk
from labkit_sim.devices import Experiment, Preset, Published, published_names, read_preset
from labkit_sim.published._benches import KEITHLEY_2450, KEITHLEY_2636B, Light, bench_text
from labkit_sim.published._calibrate import experiment_truths
from labkit_sim.published._programs import program_of
from labkit_sim.published._row import preset_name
from labkit_sim.published._truths import Truth

_RESULTS: dict[Quantity, tuple[str, str]] = {
    Quantity.PPF: ("ppf_index", "PPF"),
    Quantity.ENERGY_READ: ("pulse_energy", "E_read"),
    Quantity.ENERGY_PULSE: ("pulse_energy", "E_amp"),
    Quantity.DYNAMIC_RANGE: ("dynamic_range", "DR"),
    Quantity.STATES: ("states", "N_p"),
    Quantity.NONLINEARITY_P: ("nonlinearity", "NL_P"),
    Quantity.NONLINEARITY_D: ("nonlinearity", "NL_D"),
    Quantity.RETENTION: ("retention", "R"),
    Quantity.ENDURANCE_TWO_STATE: ("endurance", "N_f"),
    Quantity.ENDURANCE_LTP_LTD: ("cycle_endurance", "N_c"),
}
"""Which result of a run stands beside a published quantity."""
_MANY_CYCLES = ("endurance", "endurance_ltp_ltd", "endurance_optoelectronic")


def published_experiments(reference: int) -> Sequence[TruthExperiment]:
    """Give the experiments on the preset of the published device with this number of reference, none without one."""
    name = preset_name(reference)
    if name not in published_names():
        return ()
    preset = read_preset(name)
    published = preset.published
    experiments = published.experiments if published is not None else ()
    return [_experiment(name, preset, published, each) for each in experiments if published is not None]


def _experiment(name: str, preset: Preset, published: Published, experiment: Experiment) -> TruthExperiment:
    program = program_of(experiment)
    truths = experiment_truths(preset, experiment, None)
    meter = KEITHLEY_2450 if experiment.protocol in _MANY_CYCLES else KEITHLEY_2636B
    return TruthExperiment(
        preset=name,
        protocol=experiment.protocol,
        parameters=experiment.parameters,
        bench_text=bench_text(name, published.terminals, _light(published, program), published.reference, meter),
        metrics=experiment.metrics or program.metrics,
        expected=tuple(_expected(published, quantity, truth) for quantity, truth in truths.items()),
    )


def _light(published: Published, program: Program) -> Light | None:
    pulses = [one for one in walk(program.instructions) if isinstance(one, Pulse) and one.terminal == "light"]
    if not pulses:
        return None
    levels, widths = [one.level for one in pulses], [seconds(one.width) for one in pulses]
    return Light(published.wavelengths[0], max(levels), min(widths))


def _expected(published: Published, quantity: Quantity, truth: Truth) -> ExpectedValue:
    number = published.values[str(quantity)].value
    metric, symbol = _RESULTS[quantity]
    if quantity is Quantity.RETENTION:
        return ExpectedValue(str(quantity), number, metric, symbol, truth.value, "remaining")
    if quantity in (Quantity.ENDURANCE_TWO_STATE, Quantity.ENDURANCE_LTP_LTD):
        return ExpectedValue(str(quantity), number, metric, symbol, number, "alive")
    return ExpectedValue(str(quantity), number, metric, symbol, truth.value, "value", truth.at)
