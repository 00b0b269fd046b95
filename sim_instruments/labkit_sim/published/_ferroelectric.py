"""The preset of the published ferroelectric device: the transistor with a ferroelectric gate and ions, by gate pulses.

Knobs: `drift` (1/s), the rate at which the ions of the channel follow a weak gate pulse, sets the PPF index; `off` (S),
what flows from drain to source beside the channel, sets the range; `depolarising` (V), the voltage that lets the
polarization fade, sets the retention. The ferroelectric keeps the weight, the ions add what fades within seconds.
"""

from collections.abc import Mapping

from labkit.literature import PublishedDevice, Quantity
from labkit_sim.devices import Experiment, Preset, TransistorPreset, read_preset
from labkit_sim.published._design import INTERVAL, Design, short, targets_of, text, wanted
from labkit_sim.published._row import published_of, words_of

_FAMILY = "ferroelectric_transistor"
_KNOBS = {
    Quantity.PPF: "drift",
    Quantity.DYNAMIC_RANGE: "off",
    Quantity.RETENTION: "depolarising",
}
_START = {"drift": 7.0, "off": 400e-12, "depolarising": 2.2}
IONS = {"full_shift": "1 V", "scale": "4 V", "lifetime": "1 s"}
"""Ions that a weak gate pulse moves, by less than the polarization does: the weight is that."""
READ = -0.1
WEAK = -1.5
"""A gate pulse (V) that reverses nothing, for it does not reach the imprint, and just opens the erased channel."""
STRONG, BACK = -30.0, 15.0
"""Gate pulses (V) that turn the polarization one way and the other, as in the review's account of the device."""
ALL = 50
"""Pulses of 20 ms after which there is hardly anything left to turn."""


def design(device: PublishedDevice) -> Design:
    """Design the preset of the published ferroelectric device."""
    experiments = _experiments(wanted(device))

    def preset(knobs: Mapping[str, float]) -> Preset:
        return _preset(device, knobs, experiments)

    return Design(_START, preset, targets_of(device, _KNOBS))


def _preset(device: PublishedDevice, knobs: Mapping[str, float], experiments: tuple[Experiment, ...]) -> Preset:
    family = read_preset(_FAMILY).model_dump(mode="json", exclude_defaults=True)
    parameters = family["parameters"]
    (ions,) = parameters["ions"]
    changed = {
        "off_conductance": text(knobs["off"], "S"),
        "ferroelectric": parameters["ferroelectric"] | {"depolarising": text(knobs["depolarising"], "V")},
        "ions": [ions | IONS | {"rate": text(knobs["drift"], "1/s")}],
    }
    head = words_of(device) | {"published": published_of(device, experiments)}
    return TransistorPreset.model_validate(family | head | {"parameters": parameters | changed})


def _experiments(numbers: Mapping[Quantity, float]) -> tuple[Experiment, ...]:
    """Give them without measure ranges, which follow from what the preset shows."""
    return (_weights(numbers), _pairs(), _range(), _retention(numbers), _endurance(numbers))


def _weights(numbers: Mapping[Quantity, float]) -> Experiment:
    parameters = {
        "pulses": str(int(numbers[Quantity.STATES])),
        "cycles": str(max(22, int(numbers[Quantity.ENDURANCE_LTP_LTD]) + 1)),
        "read_bias": short(READ, "V"),
    }
    return Experiment(
        protocol="ltp_ltd_gate",
        parameters=parameters,
        metrics=("states", "cycle_endurance"),
        shows=(str(Quantity.STATES), str(Quantity.ENDURANCE_LTP_LTD)),
    )


def _pairs() -> Experiment:
    parameters = {
        "level": short(WEAK, "V"),
        "width": "20 ms",
        "intervals": f"[{INTERVAL:g} s]",
        "read_bias": short(READ, "V"),
        "window": "3 s",
        "erase": short(BACK, "V"),
        "erase_width": "200 ms",
        "erase_pulses": "10",
        "rest": "10 s",
    }
    return Experiment(protocol="ppf_gate", parameters=parameters, metrics=("ppf_index",), shows=(str(Quantity.PPF),))


def _range() -> Experiment:
    parameters = {"pulses": str(ALL), "cycles": "6", "read_bias": "-0.5 V"}
    return Experiment(protocol="dynamic_range_gate", parameters=parameters, shows=(str(Quantity.DYNAMIC_RANGE),))


def _retention(numbers: Mapping[Quantity, float]) -> Experiment:
    parameters = {
        "states": f"[0, 1, 2, 5, {ALL}]",
        "times": f"{{logspace: [1 s, {numbers[Quantity.RETENTION]:g} s], points: 21}}",
        "read_bias": short(READ, "V"),
    }
    return Experiment(protocol="retention_gate", parameters=parameters, shows=(str(Quantity.RETENTION),))


def _endurance(numbers: Mapping[Quantity, float]) -> Experiment:
    parameters = {
        "cycles": str(int(numbers[Quantity.ENDURANCE_TWO_STATE])),
        "checkpoint": "10",
        "reset": "20 V",
        "read_bias": short(READ, "V"),
    }
    return Experiment(protocol="endurance_gate", parameters=parameters, shows=(str(Quantity.ENDURANCE_TWO_STATE),))
