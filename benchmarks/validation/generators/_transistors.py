"""Field-effect transistors under transfer and output curves (P18): square law, subthreshold swing, gated contacts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.validation.generators._noise import Instrument
from benchmarks.validation.generators._run import RunBuilder, instants
from labkit.core import FloatArray, Kind, Run, Sample

_HALVINGS = 60


@dataclass(frozen=True)
class SquareLaw:
    """A transistor with mobility (m^2/Vs), threshold (V), swing (V a decade); `sign` -1 for one of holes.

    `contact` (ohm) is the resistance at the source at the threshold, e times smaller for each `contact_scale` (V) of
    gate voltage. `window` (V) is how far the threshold of the way back lies higher. `leak` (S) is from gate to source,
    `off` (S) from drain to source.
    """

    mobility: float = 1e-3
    threshold: float = 0.5
    swing: float = 0.08
    contact: float = 0.0
    contact_scale: float = 1.0
    window: float = 0.0
    leak: float = 0.0
    off: float = 0.0
    modulation: float = 0.0
    sign: int = 1
    width: float = 1e-3
    length: float = 5e-5
    capacitance: float = 1.2e-3

    @property
    def gain(self) -> float:
        """mu C W / L (A/V^2)."""
        return self.mobility * self.capacitance * self.width / self.length

    @property
    def sample(self) -> Sample:
        """What its sample file states."""
        polarity = "n" if self.sign > 0 else "p"
        stated: dict[str, object] = {"polarity": polarity, "gate_dielectric": "insulator"}
        found = Sample.model_validate(stated)
        update = {
            "channel_width": self.width,
            "channel_length": self.length,
            "gate_capacitance": self.capacitance,
            "gate_capacitance_uncertainty": 0.0,
            "channel_width_uncertainty": 0.0,
            "channel_length_uncertainty": 0.0,
        }
        return found.model_copy(update=update)

    def current(self, gate: FloatArray, drain: FloatArray | float, threshold: float | None = None) -> FloatArray:
        """Give I_D (A) for magnitudes of V_GS and V_DS (V), behind its contact."""
        at = self.threshold if threshold is None else threshold
        resistance = self.contact * np.exp(-(gate - at) / self.contact_scale)
        low, high = np.zeros(np.broadcast(gate, drain).shape), self._free(gate, drain, at)
        for _ in range(_HALVINGS if self.contact else 0):
            middle = (low + high) / 2
            above = self._free(gate - resistance * middle, drain - resistance * middle, at) < middle
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        found = (1 + self.modulation * np.asarray(drain)) * high + self.off * np.asarray(drain)
        return np.asarray(found, float)

    def _free(self, gate: FloatArray, drain: FloatArray | float, threshold: float) -> FloatArray:
        ends = [self._charge(gate - threshold), self._charge(gate - threshold - drain)]
        return np.asarray(self.gain / 2 * (ends[0] ** 2 - ends[1] ** 2), float)

    def _charge(self, overdrive: FloatArray) -> FloatArray:
        knee = 2 * self.swing / np.log(10)
        below = knee * np.exp(np.clip(overdrive / knee - 1, -300, 0))
        return np.asarray(np.where(overdrive >= knee, overdrive, below), float)


@dataclass
class TransistorRun:
    """Curves put together as P18 records them; each has `dwell` (s) a step, drain and gate read in it."""

    device: SquareLaw
    generator: np.random.Generator
    ammeter: Instrument = field(default_factory=Instrument)
    sample: Sample | None = None
    _time: list[FloatArray] = field(default_factory=list)
    _volts: dict[str, list[FloatArray]] = field(default_factory=lambda: {"drain": [], "gate": []})
    _amperes: dict[str, list[FloatArray]] = field(default_factory=lambda: {"drain": [], "gate": []})

    def __post_init__(self) -> None:
        loops = ("drain_voltage", "rate", "cycle", "gate_voltage")
        valued = ("drain_voltage", "rate", "gate_voltage")
        terminals = {"drain": "electrical", "gate": "electrical"}
        self._made = RunBuilder(loops, valued, terminals, sample=self.sample or self.device.sample)
        self._now = 0.0

    def transfer(
        self,
        drain: float,
        *,
        closed: float = -1.0,
        opened: float = 5.0,
        step: float = 0.02,
        rates: Sequence[float] = (0.5,),
        cycles: int = 5,
    ) -> None:
        """Add transfer curves at a drain voltage (V, magnitude), from closed to open and back (V, magnitudes)."""
        up: FloatArray = closed + step * np.arange(round((opened - closed) / step) + 1, dtype=np.float64)
        device, back = self.device, self.device.threshold + self.device.window
        current = np.concatenate([device.current(up, drain), device.current(up[-2::-1], drain, back)])
        gate = np.concatenate([up, up[-2::-1]])
        for position, rate in enumerate(rates):
            for cycle in range(cycles):
                place = {"drain_voltage_value": drain, "rate": position, "rate_value": rate, "cycle": cycle}
                self._sweep("transfer", "gate", gate, drain, current, step / rate, **place)

    def output(
        self, gates: Sequence[float], *, largest: float = 6.0, step: float = 0.1, rate: float = 0.5, cycles: int = 5
    ) -> None:
        """Add output curves at gate voltages (V, magnitudes), up to a drain voltage (V) and back."""
        up: FloatArray = step * np.arange(round(largest / step) + 1, dtype=np.float64)
        drain = np.concatenate([up, up[-2::-1]])
        for position, gate in enumerate(gates):
            current = self.device.current(np.full(len(drain), gate), drain)
            for cycle in range(cycles):
                place = {"gate_voltage": position, "gate_voltage_value": gate, "cycle": cycle}
                self._sweep("output", "drain", drain, gate, current, step / rate, **place)

    def _sweep(
        self, mark: str, swept: str, levels: FloatArray, held: float, current: FloatArray, dwell: float, **place: float
    ) -> None:
        sign, count = self.device.sign, len(levels)
        first = sum(len(each) for each in self._time)
        other = "drain" if swept == "gate" else "gate"
        begin, self._now = self._now, self._now + count * dwell
        rows = (first, count)
        self._made.event(Kind.RAMP, mark, swept, begin, self._now, sign * levels[0], rows, **place)
        self._made.event(Kind.RECORD, mark, other, begin, self._now, sign * held, rows, **place)
        self._now += dwell
        self._time.append(begin + 0.7 * dwell + instants(count, dwell))
        gates = levels if swept == "gate" else np.full(count, held)
        drains = np.full(count, held) if swept == "gate" else levels
        for name, volts, amperes in (("drain", drains, current), ("gate", gates, self.device.leak * gates)):
            self._volts[name].append(sign * volts)
            self._amperes[name].append(sign * amperes)

    def build(self) -> Run:
        """Give the run, its readings noisy."""
        time = np.concatenate(self._time)
        for name, rows in self._amperes.items():
            truth = np.concatenate(rows)
            readings = self.ammeter.read(truth, self.generator)
            self._made.trace(name, time, np.concatenate(self._volts[name]), readings, self.ammeter, 1e-3)
        return self._made.build()
