"""Presets of published two-terminal devices: the gradual memristor with soft bounds.

Knobs: `scale` (S) is what all populations add together, which sets the energies; `contrast` is that over the lowest
conductance, which sets the range; `potentiation` and `depression` are the curvatures of a train of weak pulses, which
set the nonlinearities; `lifetime` (s) of what lasts sets the retention, `volatile` (s) of what does not, the PPF index.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from labkit.literature import PublishedDevice, Quantity
from labkit_sim.devices import Experiment, MemristorPreset, Preset, SwitchingCellPreset
from labkit_sim.published._design import INTERVAL, MEMORY, Design, short, targets_of, text, wanted
from labkit_sim.published._row import published_of, words_of

THRESHOLD, SCALE = 0.3, 0.1
WEAK, STRONG = 0.5, 1.0
"""Pulses (V) that write little by little, and that write all in a few."""
YEAR = 3.156e7
LEAST_CONDUCTANCE = 2e-10
"""What a source meter can tell from nothing (S), at 0.1 V."""
LINEAR = 0.2
"""The nonlinearity below which soft bounds would leave hardly any range: an interface that moves evenly is taken."""
UNIFORM_SWING, UNIFORM_START = 0.8, 0.1
"""Of its range, what a train of weak pulses moves such an interface, and from where."""
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

    uniform = _is_uniform(numbers)
    if uniform:
        start |= _uniform_start(numbers)

    def preset(knobs: Mapping[str, float]) -> Preset:
        build = _uniform_preset if uniform else _soft_preset
        return build(device, knobs, _Writing(width * pulses, _shares(numbers)), experiments.all())

    return Design(start, preset, targets_of(device, _KNOBS))


@dataclass(frozen=True, slots=True)
class _Writing:
    """How long a train of weak pulses lasts (s), and the populations: shares of the scale, each with its lifetime."""

    time: float
    shares: Sequence[tuple[float, str]]

    @property
    def rate(self) -> float:
        """The rate r_0 (1/s) with which such a train moves a population once through its range."""
        return 1 / (self.time * (exp((WEAK - THRESHOLD) / SCALE) - 1))


def _uniform_start(numbers: Mapping[Quantity, float]) -> dict[str, float]:
    """Begin where both small nonlinearities nearly are: the bound's softness gives their mean, the bend the rest."""
    rising, falling = numbers[Quantity.NONLINEARITY_P], numbers[Quantity.NONLINEARITY_D]
    slope = 1.263 * UNIFORM_SWING
    return {"potentiation": (rising + falling) / (2 * slope), "depression": (falling - rising) / (2 * slope)}


def _is_uniform(numbers: Mapping[Quantity, float]) -> bool:
    """Tell whether soft bounds would be too soft: an interface that moves evenly is taken."""
    return numbers.get(Quantity.NONLINEARITY_P, 1.0) < LINEAR


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


def _soft_preset(
    device: PublishedDevice, knobs: Mapping[str, float], writing: _Writing, experiments: tuple[Experiment, ...]
) -> Preset:
    """Build the memristor with soft bounds; its curvatures are the rates."""
    parts = [
        {"conductance": text(knobs["scale"] * share, "S"), "lifetime": text(knobs[lifetime], "s")}
        for share, lifetime in writing.shares
    ]
    parameters = {
        "lowest_conductance": text(knobs["scale"] / knobs["contrast"], "S"),
        "populations": parts,
        "potentiation": _switching(knobs["potentiation"] * writing.rate),
        "depression": _switching(knobs["depression"] * writing.rate),
        "variation": "2 %",
    }
    head = {"model": "memristor", **words_of(device), "published": published_of(device, experiments)}
    return MemristorPreset.model_validate(head | {"parameters": parameters})


def _uniform_preset(
    device: PublishedDevice, knobs: Mapping[str, float], writing: _Writing, experiments: tuple[Experiment, ...]
) -> Preset:
    """Build the cell whose interface moves evenly; its curvatures are a bound's softness and a bend of G."""
    path = {
        "conductance": text(knobs["scale"], "S"),
        "softness": text(knobs["potentiation"], ""),
        "bend": knobs["depression"],
        "initial": text(UNIFORM_START, ""),
        "lifetime": text(knobs["lifetime"], "s"),
    }
    parameters = {
        "leakage": {"conductance": text(knobs["scale"] / knobs["contrast"], "S")},
        "paths": [path],
        "potentiation": _switching(UNIFORM_SWING * writing.rate),
        "depression": _switching(UNIFORM_SWING * writing.rate),
        "variation": "1 %",
    }
    head = {"model": "switching_cell", **words_of(device), "published": published_of(device, experiments)}
    return SwitchingCellPreset.model_validate(head | {"parameters": parameters})


def _switching(rate: float) -> dict[str, str]:
    return {"threshold": text(THRESHOLD, "V"), "rate": text(rate, "1/s"), "scale": text(SCALE, "V")}


class _Experiments:
    """The experiments on a device, in the order of the tables."""

    def __init__(
        self, device: PublishedDevice, numbers: Mapping[Quantity, float], read: float, width: float, pulses: int
    ) -> None:
        self._numbers = numbers
        self._read, self._width, self._pulses = read, width, pulses

    def all(self) -> tuple[Experiment, ...]:
        """Give them without measure ranges, which follow from what the preset shows."""
        found = (
            self._weights(),
            self._weight_endurance(),
            self._pairs(),
            self._range(),
            self._retention(),
            self._endurance(),
        )
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
        )
        if not shows and self._numbers:
            return None
        parameters = {
            "potentiation": short(WEAK, "V"),
            "width": short(self._width, "s"),
            "pulses": str(self._pulses),
            "cycles": "11" if Quantity.NONLINEARITY_P in self._numbers else "6",
            "read_bias": short(self._read, "V"),
        }
        if _is_uniform(self._numbers) and Quantity.ENERGY_READ in self._numbers:
            parameters |= self._prepared()
        metrics = ["states", "dynamic_range", "pulse_energy"]
        if Quantity.NONLINEARITY_P in self._numbers:
            metrics.append("nonlinearity")
        return Experiment(protocol="ltp_ltd", parameters=parameters, metrics=tuple(metrics), shows=shows)

    def _prepared(self) -> Mapping[str, str]:
        """Bring an interface that moves evenly to the same place before each cycle.

        It has no state to which it returns: half a millivolt of the source's offset makes the pulses of one sign
        stronger than those of the other, and moves the window by a hundredth of the range in each cycle.
        """
        lift = round(self._pulses * UNIFORM_START / UNIFORM_SWING)
        return {"erase": short(-STRONG, "V"), "erase_pulses": "10", "lift_pulses": str(lift)}

    def _weight_endurance(self) -> Experiment | None:
        if Quantity.ENDURANCE_LTP_LTD not in self._numbers:
            return None
        parameters = {
            "potentiation": short(WEAK, "V"),
            "width": "10 ms",
            "pulses": str(self._pulses),
            "cycles": str(max(22, int(self._numbers[Quantity.ENDURANCE_LTP_LTD]) + 1)),
        }
        return Experiment(
            protocol="endurance_ltp_ltd",
            parameters=parameters,
            metrics=("cycle_endurance",),
            shows=self._shown(Quantity.ENDURANCE_LTP_LTD),
        )

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
