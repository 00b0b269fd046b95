"""Presets of published two-terminal devices: the gradual memristor with soft bounds.

Knobs: `scale` (S) is what all populations add together, which sets the energies; `contrast` is that over the lowest
conductance, which sets the range; `potentiation` and `depression` are the curvatures of a train of weak pulses, which
set the nonlinearities; `lifetime` (s) of what lasts sets the retention, `volatile` (s) of what does not, the PPF index.
"""

from collections.abc import Mapping, Sequence
from math import exp

from labkit.literature import PublishedDevice, Quantity
from labkit_sim.devices import Experiment, MemristorPreset, Preset
from labkit_sim.published._design import INTERVAL, MEMORY, Design, short, targets_of, text, wanted
from labkit_sim.published._row import published_of, words_of

THRESHOLD, SCALE = 0.3, 0.1
WEAK, STRONG = 0.5, 1.0
"""Pulses (V) that write little by little, and that write all in a few."""
YEAR = 3.156e7
LEAST_CONDUCTANCE = 2e-10
"""What a source meter can tell from nothing (S), at 0.1 V."""
LASTING_SHARE = 0.2
"""Of what writes add in a device with paired-pulse facilitation; the rest fades within seconds."""
_KNOBS = {
    Quantity.ENERGY_READ: "scale",
    Quantity.ENERGY_PULSE: "scale",
    Quantity.DYNAMIC_RANGE: "contrast",
    Quantity.NONLINEARITY_P: "potentiation",
    Quantity.NONLINEARITY_D: "depression",
    Quantity.PPF: "volatile",
    Quantity.RETENTION: "lifetime",
}


def design(device: PublishedDevice) -> Design:
    """Design the preset of a published two-terminal device."""
    numbers = wanted(device)
    usual = 0.4 if Quantity.PPF in numbers else 2.4
    start = {
        "scale": min(max(1e-5, LEAST_CONDUCTANCE * numbers.get(Quantity.DYNAMIC_RANGE, 1.0)), 1e-2),
        "contrast": 0.9 * numbers.get(Quantity.DYNAMIC_RANGE, 10.0),
        "potentiation": max(0.8 * numbers.get(Quantity.NONLINEARITY_P, usual), 1e-3),
        "depression": max(0.8 * numbers.get(Quantity.NONLINEARITY_D, usual), 1e-3),
        "volatile": 1.0,
        "lifetime": 4.5 * numbers.get(Quantity.RETENTION, YEAR),
    }
    read, width = _read(numbers), _width(numbers)
    pulses = int(numbers.get(Quantity.STATES, 20))
    experiments = _Experiments(device, numbers, read, width, pulses)

    def preset(knobs: Mapping[str, float]) -> Preset:
        return _preset(device, knobs, width * pulses, experiments.all(), _shares(numbers))

    return Design(start, preset, targets_of(device, _KNOBS))


def _shares(numbers: Mapping[Quantity, float]) -> Sequence[tuple[float, str]]:
    """Give the populations as shares of the scale, with the knob that is the lifetime of each."""
    if Quantity.PPF not in numbers:
        return ((1.0, "lifetime"),)
    if any(quantity in numbers for quantity in MEMORY):
        return ((1 - LASTING_SHARE, "volatile"), (LASTING_SHARE, "lifetime"))
    return ((1.0, "volatile"),)


def _read(numbers: Mapping[Quantity, float]) -> float:
    """Give the read voltage (V): small where the energy is, so that it does not take femtoamperes."""
    return 0.01 if numbers.get(Quantity.ENERGY_READ, 1.0) < 1e-15 else 0.1


def _width(numbers: Mapping[Quantity, float]) -> float:
    energy = min(numbers.get(Quantity.ENERGY_READ, 1.0), numbers.get(Quantity.ENERGY_PULSE, 1.0))
    return 1e-3 if energy < 1e-13 and energy != 1.43e-14 else 10e-3


def _preset(
    device: PublishedDevice,
    knobs: Mapping[str, float],
    dose: float,
    experiments: tuple[Experiment, ...],
    shares: Sequence[tuple[float, str]],
) -> Preset:
    over = exp((WEAK - THRESHOLD) / SCALE) - 1
    parts = [
        {"conductance": text(knobs["scale"] * share, "S"), "lifetime": text(knobs[lifetime], "s")}
        for share, lifetime in shares
    ]
    switching = {"threshold": text(THRESHOLD, "V"), "scale": text(SCALE, "V")}
    return MemristorPreset.model_validate(
        {
            "model": "memristor",
            **words_of(device),
            "published": published_of(device, experiments),
            "parameters": {
                "lowest_conductance": text(knobs["scale"] / knobs["contrast"], "S"),
                "populations": parts,
                "potentiation": switching | {"rate": text(knobs["potentiation"] / (dose * over), "1/s")},
                "depression": switching | {"rate": text(knobs["depression"] / (dose * over), "1/s")},
                "variation": "2 %",
            },
        }
    )


class _Experiments:
    """The experiments on a device, in the order of the tables."""

    def __init__(
        self, device: PublishedDevice, numbers: Mapping[Quantity, float], read: float, width: float, pulses: int
    ) -> None:
        self._numbers = numbers
        self._read, self._width, self._pulses = read, width, pulses

    def all(self) -> tuple[Experiment, ...]:
        """Give them without measure ranges, which follow from what the preset shows."""
        found = (self._weights(), self._pairs(), self._range(), self._retention(), self._endurance())
        return tuple(experiment for experiment in found if experiment is not None)

    def _shown(self, *quantities: Quantity) -> tuple[str, ...]:
        return tuple(str(quantity) for quantity in quantities if quantity in self._numbers)

    def _weights(self) -> Experiment | None:
        shows = self._shown(
            Quantity.ENERGY_READ,
            Quantity.ENERGY_PULSE,
            Quantity.STATES,
            Quantity.NONLINEARITY_P,
            Quantity.NONLINEARITY_D,
            Quantity.ENDURANCE_LTP_LTD,
        )
        if not shows and self._numbers:
            return None
        cycles = 11 if Quantity.NONLINEARITY_P in self._numbers else 6
        if Quantity.ENDURANCE_LTP_LTD in self._numbers:
            cycles = max(22, int(self._numbers[Quantity.ENDURANCE_LTP_LTD]) + 1)
        parameters = {
            "potentiation": short(WEAK, "V"),
            "width": short(self._width, "s"),
            "pulses": str(self._pulses),
            "cycles": str(cycles),
            "read_bias": short(self._read, "V"),
        }
        metrics = ["states", "dynamic_range", "pulse_energy"]
        if Quantity.NONLINEARITY_P in self._numbers:
            metrics.append("nonlinearity")
        if Quantity.ENDURANCE_LTP_LTD in self._numbers:
            metrics.append("cycle_endurance")
        return Experiment(protocol="ltp_ltd", parameters=parameters, metrics=tuple(metrics), shows=shows)

    def _pairs(self) -> Experiment | None:
        if Quantity.PPF not in self._numbers:
            return None
        parameters = {
            "level": short(WEAK, "V"),
            "width": "10 ms",
            "intervals": f"[{INTERVAL:g} s]",
            "readings": "5",
            "erase": short(-STRONG, "V"),
            "erase_pulses": "5",
            "settle": "5 s",
        }
        return Experiment(
            protocol="ppf_electrical", parameters=parameters, metrics=("ppf_index",), shows=self._shown(Quantity.PPF)
        )

    def _range(self) -> Experiment | None:
        if Quantity.DYNAMIC_RANGE not in self._numbers:
            return None
        parameters = {
            "potentiation": short(STRONG, "V"),
            "width": "10 ms",
            "pulses": "10",
            "cycles": "6",
            "compliance": "100 mA",
        }
        return Experiment(protocol="dynamic_range", parameters=parameters, shows=self._shown(Quantity.DYNAMIC_RANGE))

    def _retention(self) -> Experiment | None:
        if Quantity.RETENTION not in self._numbers:
            return None
        parameters = {
            "states": "[0, 1, 2, 4, 10]",
            "program": "0.7 V",
            "erase": short(-STRONG, "V"),
            "width": "10 ms",
            "erase_pulses": "10",
            "settle": "10 s",
            "times": f"{{logspace: [1 s, {self._numbers[Quantity.RETENTION]:g} s], points: 21}}",
        }
        return Experiment(protocol="retention", parameters=parameters, shows=self._shown(Quantity.RETENTION))

    def _endurance(self) -> Experiment | None:
        if Quantity.ENDURANCE_TWO_STATE not in self._numbers:
            return None
        cycles = int(self._numbers[Quantity.ENDURANCE_TWO_STATE])
        parameters = {
            "cycles": str(cycles),
            "checkpoint": "50" if cycles % 50 == 0 else "10",
            "set": "1.2 V",
            "compliance": "100 mA",
            "width": "10 ms",
        }
        return Experiment(protocol="endurance", parameters=parameters, shows=self._shown(Quantity.ENDURANCE_TWO_STATE))
