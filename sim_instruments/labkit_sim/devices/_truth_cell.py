"""What a switching cell's parameters say of its metrics, without a measurement (metric standard M1-M4, M14-M18, M22).

The cell is formed, every write and every light pulse has an efficiency of 1, and no reading disturbs it. Curves and
levels come from the device's own solution, which is exact as long as the source is stiff and within its limit, else
good to 1e-9 a step; what has a closed form is given by it.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaincinv

from labkit.core import FloatArray, LabkitError
from labkit_sim.devices._cell_parameters import SwitchingCellParameters
from labkit_sim.devices._device import ROOM_TEMPERATURE, Drive, Stimulus
from labkit_sim.devices._memristor import Switching
from labkit_sim.devices._segments import Segment
from labkit_sim.devices._switching_cell import SwitchingCell, conductances
from labkit_sim.devices._truth_memristor import WeightProtocol
from labkit_sim.devices._truth_phototransistor import Exponential, LightPulse, PairedPulse, window_nodes
from labkit_sim.devices._truth_update import UpdateTruth

_NOW = np.zeros(1)
_REST = Stimulus({})


class CellTruth:
    """The true metrics of a switching cell that is formed."""

    def __init__(self, parameters: SwitchingCellParameters) -> None:
        self.parameters = parameters
        self._certain = parameters.model_copy(
            update={"variation": 0.0, "light_variation": 0.0, "forming": None, "endurance": None}
        )

    def resistance(self, opened: bool, temperature: float = ROOM_TEMPERATURE) -> float:
        """Give the resistance (ohm) with all paths closed or open at a temperature (K), dark, at low voltage.

        The series resistance counts, a selector does not.
        """
        cell = self.parameters.constants(True, True, temperature, {})
        levels = np.full(len(self.parameters.paths), 1.0 if opened else 0.0)
        return float(1 / conductances(cell, levels)) + self.parameters.series_resistance

    def forming_voltage(self, rate: float, quantile: float = 0.5) -> float:
        """Give the voltage (V) by which a share `quantile` of the cells has formed in a ramp from 0 at `rate` (V/s).

        Of a continuous ramp; a staircase forms within one step of it. Raises LabkitError for a cell that needs none.
        """
        forming = self.parameters.forming
        if forming is None:
            raise LabkitError("the cell needs no forming", "give it a `forming`")
        needed = 1.0
        if forming.variation > 0:
            shape = forming.variation**-2
            needed = float(gammaincinv(shape, quantile)) / shape
        law = forming.nucleation

        def missing(voltage: float) -> float:
            return _nuclei(law, voltage) / rate - needed

        high = law.threshold + law.scale
        while missing(high) < 0:
            high += law.scale
        return float(brentq(missing, law.threshold, high, xtol=1e-12))

    def weights(self, protocol: WeightProtocol) -> UpdateTruth:
        """Give the curves of M14 from the cell as made on, with what follows from them (M15-M18)."""
        device = self._device()
        wait = protocol.period - protocol.width
        up = wait if protocol.potentiation_pause is None else protocol.potentiation_pause
        down = wait if protocol.depression_pause is None else protocol.depression_pause
        initial = protocol.read_delay if protocol.initial_delay is None else protocol.initial_delay
        rising, falling = [], []
        for _ in range(protocol.discarded + protocol.cycles):
            rising.append(self._train(device, protocol, protocol.potentiation, up - initial))
            falling.append(self._train(device, protocol, protocol.depression, down - protocol.read_delay))
            device.advance(_REST, initial - protocol.read_delay)
        counted = slice(protocol.discarded, None)
        return UpdateTruth(np.mean(rising[counted], axis=0), np.mean(falling[counted], axis=0))

    def retention(self, program: Sequence[Segment], times: FloatArray, read_voltage: float = 0.1) -> FloatArray:
        """Give R(t) at `times` (s) after a program, relative to the first of them and to the cell as made (M22)."""
        device = self._device()
        reference = self._read(device, read_voltage)
        for stimulus, duration in program:
            device.advance(stimulus, duration)
        levels, before = [], 0.0
        for time in times:
            device.advance(_REST, float(time) - before)
            levels.append(self._read(device, read_voltage) - reference)
            before = float(time)
        return np.array(levels) / levels[0]

    def epsc(self, pulse: LightPulse, voltage: float, window: float = 0.0) -> float:
        """Give the EPSC amplitude (A) under a read voltage (V): the mean over the last `window` (s), less dark (M1)."""
        device = self._device()
        baseline = self._current(device, voltage)
        return self._windowed(device, _lit(pulse, voltage), pulse.width, window) - baseline

    def decay(self, pulse: LightPulse, voltage: float) -> tuple[Exponential, ...]:
        """Give the terms of the decay (A, s) after a light pulse under a read voltage (V), fastest first (M3).

        Raises LabkitError where it is no sum of exponentials: bent paths, a voltage that writes, something in series.
        """
        straight = all(path.bend == 0 for path in self.parameters.paths)
        writes = abs(voltage) > self.parameters.threshold(voltage > 0)
        if not straight or writes or self.parameters.series_resistance or self.parameters.selector:
            raise LabkitError("the decay of this cell is no sum of exponentials", "take the trace of the device")
        device = self._device()
        device.advance(_lit(pulse, voltage), pulse.width)
        drive = self._current(device, voltage) / device.conductance
        terms = [
            Exponential(drive * path.conductance * (float(level) - path.resting), 1 / loss)
            for path, level in zip(self.parameters.paths, device.levels, strict=True)
            if (loss := self.parameters.loss(path, ROOM_TEMPERATURE)) > 0 and level != path.resting
        ]
        return tuple(sorted(terms, key=lambda term: term.lifetime))

    def paired_light(self, pulse: LightPulse, interval: float, voltage: float, window: float = 0.0) -> PairedPulse:
        """Give the PPF indices of two light pulses `interval` (s) apart, end to start (M4).

        `window` (s) is that of the peaks; `local` counts from the instant before the second pulse, `excess` from what
        one pulse would have left in the window of the second.
        """
        device, alone = self._device(), self._device()
        lit, dark = _lit(pulse, voltage), Stimulus({"top": Drive(voltage)})
        baseline, first = self._current(device, voltage), self.epsc(pulse, voltage, window)
        for each in (device, alone):
            each.advance(lit, pulse.width)
            each.advance(dark, interval)
        edge = self._current(device, voltage)
        second, left = (self._windowed(*acting, pulse.width, window) for acting in ((device, lit), (alone, dark)))
        return PairedPulse((second - baseline) / first, (second - edge) / first, (second - left) / first)

    def _device(self) -> SwitchingCell:
        return SwitchingCell(self._certain)

    def _train(self, device: SwitchingCell, protocol: WeightProtocol, level: float, before: float) -> FloatArray:
        """Go through one train: the conductance (S) read before it and after each pulse."""
        found = [self._read(device, protocol.read_voltage)]
        for wait in [before] + [protocol.period - protocol.width - protocol.read_delay] * (protocol.pulses - 1):
            device.advance(_REST, wait)
            device.advance(Stimulus({"top": Drive(level)}), protocol.width)
            device.advance(_REST, protocol.read_delay)
            found.append(self._read(device, protocol.read_voltage))
        return np.array(found)

    def _windowed(self, device: SwitchingCell, stimulus: Stimulus, end: float, window: float) -> float:
        """Give the mean current (A) over the last `window` (s) before `end` (s) of a stimulus."""
        times, weights = window_nodes(end, window)
        return float(weights @ device.trace(stimulus, times)["top"][1])

    def _read(self, device: SwitchingCell, voltage: float) -> float:
        return self._current(device, voltage) / voltage

    def _current(self, device: SwitchingCell, voltage: float) -> float:
        return float(device.trace(Stimulus({"top": Drive(voltage)}), _NOW)["top"][1][0])


def _lit(pulse: LightPulse, voltage: float) -> Stimulus:
    return Stimulus({"top": Drive(voltage)}, {pulse.wavelength: pulse.irradiance})


def _nuclei(law: Switching, voltage: float) -> float:
    """Give the integral of a law's rate over the voltage (V/s) up to a voltage (V)."""
    over = (voltage - law.threshold) / law.scale
    return float(law.rate * law.scale * (np.expm1(over) - over))
