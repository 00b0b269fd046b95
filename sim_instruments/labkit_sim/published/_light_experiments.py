"""The experiments on published three-terminal devices: light pulses, gate pulses, and reads of the drain."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from labkit.literature import Quantity
from labkit_sim.devices import Experiment
from labkit_sim.published._design import INTERVAL, MEMORY, short

OVERDRIVE = 0.2
"""How open the dark channel is at V_GS = 0 (V)."""
CAPACITANCE = 1.15e-4
PHOTON_RATE = 805.0
"""Threshold shift (V/s) for 1 W/m^2 at 500 nm, half of it absorbed and all trapped, on 11.5 nF/cm^2."""
SUBTHRESHOLD = 0.1
ERASE, ERASE_WIDTH = 5.0, 0.1
WIDEST = 1e7
"""Of the ranges that a channel as small as the energy asks for can show above the noise of a source meter."""
FORGOTTEN = "25 s"
"""After a pulse: the current is back sooner than the sensitisation is gone, which no reading shows."""
LEAST_PAIR = 0.1
"""The shortest pulses (s) of a pair."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Of the light pulses that an energy is told of: read voltage (V), width (s), irradiance (W/m^2)."""

    read: float
    width: float
    irradiance: float


_LADDER = (
    (1e-9, Conditions(0.5, 1.0, 0.01)),
    (1e-13, Conditions(0.1, 0.1, 0.1)),
    (1e-16, Conditions(0.01, 0.01, 1.0)),
    (1e-17, Conditions(0.01, 0.002, 5.0)),
    (0.0, Conditions(0.0015, 0.0006, 16.0)),
)
"""From which read energy (J) on which conditions: shorter pulses and lower voltages for small ones, as papers do."""
WRITE = Conditions(0.1, 0.1, 100.0)
"""Light pulses that fill the deep trap little by little."""


def _rate(own: Conditions) -> str:
    """Sample a pulse twenty times, or as often as the source meter can."""
    return short(min(20 / own.width, 10e3), "Hz")


class LightExperiments:
    """The experiments on a device, in the order of the tables."""

    def __init__(self, numbers: Mapping[Quantity, float], pulses: int) -> None:
        self._numbers = numbers
        self.pulses = pulses
        self.transient = not numbers or Quantity.PPF in numbers or Quantity.ENERGY_READ in numbers
        self.memory = any(quantity in numbers for quantity in MEMORY)

    @property
    def conditions(self) -> Conditions:
        """Those of the light pulses whose energy is told."""
        energy = self._numbers.get(Quantity.ENERGY_READ, 1.0)
        if self._numbers.get(Quantity.DYNAMIC_RANGE, 1.0) > WIDEST:
            return _LADDER[-1][1]
        return next(found for least, found in _LADDER if energy >= least)

    @property
    def photons(self) -> float:
        """Photons absorbed per m^2 and s under these conditions, at 500 nm."""
        return PHOTON_RATE * self.conditions.irradiance * CAPACITANCE / 1.602176634e-19

    def all(self) -> tuple[Experiment, ...]:
        """Give them without measure ranges, which follow from what the preset shows."""
        found = (
            self._pairs(),
            self._energy(),
            self._weights(),
            self._range(),
            self._retention(),
            self._endurance(),
        )
        return tuple(experiment for experiment in found if experiment is not None)

    def _shown(self, *quantities: Quantity) -> tuple[str, ...]:
        return tuple(str(quantity) for quantity in quantities if quantity in self._numbers)

    def _pairs(self) -> Experiment | None:
        if Quantity.PPF not in self._numbers:
            return None
        own = self.conditions
        if own.width < LEAST_PAIR:  # as much light in a pulse that can be sampled
            own = Conditions(own.read, LEAST_PAIR, own.irradiance * own.width / LEAST_PAIR)
        read = max(own.read, 0.1)
        parameters = {
            "irradiance": short(own.irradiance, "W/m^2"),
            "width": short(own.width, "s"),
            "intervals": f"[{INTERVAL:g} s]",
            "read_bias": short(read, "V"),
            "rate": _rate(own),
            "window": FORGOTTEN,
            "settle": "5 s",
            "timeout": "30 s",
        }
        return Experiment(
            protocol="ppf_optical", parameters=parameters, metrics=("ppf_index",), shows=self._shown(Quantity.PPF)
        )

    def _energy(self) -> Experiment | None:
        if Quantity.ENERGY_READ not in self._numbers and self._numbers:
            return None
        own = self.conditions
        parameters = {
            "irradiance": short(own.irradiance, "W/m^2"),
            "width": short(own.width, "s"),
            "read_bias": short(own.read, "V"),
            "repeats": "10" if own.width >= 0.01 else "40",
            "rate": _rate(own),
            "window": "0.1 s" if own.width < 0.01 else FORGOTTEN if Quantity.PPF in self._numbers else "1 s",
            "settle": "5 s",
            "timeout": "30 s",
        }
        shows = self._shown(Quantity.ENERGY_READ)
        return Experiment(protocol="epsc_optical", parameters=parameters, metrics=("epsc", "pulse_energy"), shows=shows)

    def _weights(self) -> Experiment | None:
        shows = self._shown(
            Quantity.STATES, Quantity.NONLINEARITY_P, Quantity.NONLINEARITY_D, Quantity.ENDURANCE_LTP_LTD
        )
        if not shows:
            return None
        cycles = 11 if Quantity.NONLINEARITY_P in self._numbers else 3
        if Quantity.ENDURANCE_LTP_LTD in self._numbers:
            cycles = max(22, int(self._numbers[Quantity.ENDURANCE_LTP_LTD]) + 1)
        parameters = {
            "irradiance": short(WRITE.irradiance, "W/m^2"),
            "light_width": short(WRITE.width, "s"),
            "light_off": "5 s",
            "depression": short(ERASE, "V"),
            "width": short(ERASE_WIDTH, "s"),
            "gate_off": "1 s",
            "pulses": str(self.pulses),
            "cycles": str(cycles),
            "read_bias": short(WRITE.read, "V"),
            "settle": "5 s",
        }
        metrics = ["states"]
        if Quantity.NONLINEARITY_P in self._numbers:
            metrics.append("nonlinearity")
        if Quantity.ENDURANCE_LTP_LTD in self._numbers:
            metrics.append("cycle_endurance")
        return Experiment(protocol="ltp_ltd_optoelectronic", parameters=parameters, metrics=tuple(metrics), shows=shows)

    def _range(self) -> Experiment | None:
        if Quantity.DYNAMIC_RANGE not in self._numbers:
            return None
        closed = OVERDRIVE + SUBTHRESHOLD / 2 * log(self._numbers[Quantity.DYNAMIC_RANGE])
        parameters = {
            "irradiance": "500 W/m^2",
            "light_width": "2 s",
            "depression": short(2 * ERASE, "V"),
            "width": short(ERASE_WIDTH, "s"),
            "pulses": "5",
            "cycles": "6",
            "read_bias": "10 V",
            "read_gate": short(-closed, "V"),
            "settle": "5 s",
        }
        return Experiment(
            protocol="dynamic_range_optoelectronic",
            parameters=parameters,
            shows=self._shown(Quantity.DYNAMIC_RANGE),
        )

    def _retention(self) -> Experiment | None:
        if Quantity.RETENTION not in self._numbers:
            return None
        parameters = {
            "states": "[0, 1, 2, 4, 10]",
            "irradiance": "500 W/m^2",
            "width": "1 s",
            "gap": "1 s",
            "erase": short(2 * ERASE, "V"),
            "erase_width": "0.1 s",
            "settle": "30 s",
            "times": f"{{logspace: [1 s, {self._numbers[Quantity.RETENTION]:g} s], points: 21}}",
            "read_bias": "0.1 V",
        }
        return Experiment(protocol="retention_optical", parameters=parameters, shows=self._shown(Quantity.RETENTION))

    def _endurance(self) -> Experiment | None:
        if Quantity.ENDURANCE_TWO_STATE not in self._numbers:
            return None
        cycles = int(self._numbers[Quantity.ENDURANCE_TWO_STATE])
        parameters = {
            "cycles": str(cycles),
            "checkpoint": "10",
            "irradiance": "500 W/m^2",
            "light_width": "1 s",
            "reset": short(2 * ERASE, "V"),
            "read_bias": "0.1 V",
            "settle": "5 s",
        }
        return Experiment(
            protocol="endurance_optoelectronic",
            parameters=parameters,
            shows=self._shown(Quantity.ENDURANCE_TWO_STATE),
        )
