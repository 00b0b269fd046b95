"""Memristors as the cells of a crossbar: their states as arrays, what they conduct, and how a voltage moves them."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from labkit.core import FloatArray, IntArray
from labkit_sim.crossbar._selected_cells import SelectedCells, SelectorPart
from labkit_sim.devices import Defect, Memristor, Resistor, Switching

CellDevice = Memristor | Defect | Resistor
"""What a cell may be: a memristor, or a conductance that nothing moves."""

_LARGEST_EXPONENT = 60.0


class MemristorCells:
    """Memristors at the crossings of word lines and bit lines, some of them dead, each behind a selector or none.

    The positive electrode, `top`, is on the word line. `levels` are the populations (cells x kinds, word line after
    word line); they follow the equations of `Memristor` at the voltage that the selector leaves. `write` (-1, 0, 1) is
    the write that goes on in each cell and `factor` its efficiency, drawn from the cell's own stream when the voltage
    across it crosses the threshold.
    """

    def __init__(self, devices: Sequence[Sequence[CellDevice]], selector: SelectorPart | None = None) -> None:
        self.shape = len(devices), len(devices[0])
        self.devices = [device for row in devices for device in row]
        if len(self.devices) != self.shape[0] * self.shape[1]:
            raise ValueError("every word line crosses as many bit lines")
        self.selector = selector
        self._live = {place: found for place, found in enumerate(self.devices) if isinstance(found, Memristor)}
        kinds = max((len(found.populations) for found in self._live.values()), default=0)
        self._lowest = np.array([_lowest(device) for device in self.devices])
        self._scales = np.full(len(self.devices), np.inf)
        self._shares, self._efficiencies = np.zeros((2, len(self.devices), kinds))
        self._switching = np.full((3, 2, len(self.devices)), np.inf)
        self._switching[1] = 0.0
        self.levels = np.zeros((len(self.devices), kinds))
        self.write: IntArray = np.zeros(len(self.devices), np.int64)
        self.factor = np.ones(len(self.devices))
        for place, device in self._live.items():
            self._take_up(place, device)
        self._losses = lru_cache(8)(self._new_losses)

    def _take_up(self, place: int, device: Memristor) -> None:
        parameters, count = device.parameters, len(device.populations)
        self._scales[place] = parameters.conduction_scale
        self._shares[place, :count] = [part.conductance for part in parameters.populations]
        self._efficiencies[place, :count] = [part.efficiency for part in parameters.populations]
        for side, law in enumerate((parameters.potentiation, parameters.depression)):
            self._switching[:, side, place] = _constants(law)
        self.levels[place, :count] = device.populations
        self.write[place], self.factor[place] = device.write, device.factor

    def give_back(self) -> None:
        """Put the memristors where the cells are."""
        for place, device in self._live.items():
            device.populations = self.levels[place, : len(device.populations)].tolist()
            device.write, device.factor = int(self.write[place]), float(self.factor[place])

    @property
    def conductances(self) -> FloatArray:
        """G (S) of each cell in the limit of low voltage, word lines x bit lines, without the selector."""
        return self.conductances_at(self.levels).reshape(self.shape)

    def conductances_at(self, levels: FloatArray) -> FloatArray:
        """Give G (S) of each cell for populations."""
        return np.asarray(self._lowest + np.sum(self._shares * levels, axis=1), float)

    def at(self, levels: FloatArray) -> SelectedCells:
        """Give what the cells conduct with populations."""
        conductances = self.conductances_at(levels).reshape(self.shape)
        return SelectedCells(conductances, self._scales.reshape(self.shape), self.selector)

    def polarities(self, across: FloatArray) -> IntArray:
        """Give which write a voltage (V) across each cell is, 0 for none."""
        threshold = np.where(across > 0, self._switching[0, 0], self._switching[0, 1])
        return np.where(np.abs(across) > threshold, np.sign(across), 0).astype(np.int64)

    def strengths(self, across: FloatArray) -> FloatArray:
        """Give the efficiency of the write that a voltage (V) across each cell is; it only looks at draws to come."""
        polarities = self.polarities(across)
        found = np.where(polarities == self.write, self.factor, 1.0)
        for place in np.flatnonzero((polarities != self.write) & (polarities != 0)).tolist():
            device = self._live[place]
            found[place] = device.efficiency.next * device.wear.strength(int(polarities[place]))
        return np.where(polarities == 0, 0.0, found)

    def moved(
        self, levels: FloatArray, across: FloatArray, strengths: FloatArray, duration: float, temperature: float
    ) -> FloatArray:
        """Give the populations after a time (s) at constant voltages (V) across the cells; exact."""
        threshold, rate, scale = np.where(across > 0, self._switching[:, 0], self._switching[:, 1])
        over = np.maximum(np.abs(across) - threshold, 0.0) / scale
        speeds = strengths * rate * np.expm1(np.minimum(over, _LARGEST_EXPONENT))
        moves, losses = speeds[:, None] * self._efficiencies, self._losses(temperature)
        rates = moves + losses
        rising = (across > 0)[:, None] & (moves > 0)
        targets = np.divide(moves, rates, out=np.zeros_like(rates), where=rising)
        return np.asarray(targets + (levels - targets) * np.exp(-rates * duration), float)

    def settle(self, levels: FloatArray, begun: IntArray, last: IntArray) -> None:
        """Take populations on; `begun` are the writes that began on the way to them (0: none), `last` goes on now."""
        for place in np.flatnonzero(begun).tolist():
            device, write = self._live[place], int(begun[place])
            self.factor[place] = device.efficiency.take() * device.wear.take(write)
        self.levels, self.write = levels, last

    def _new_losses(self, temperature: float) -> FloatArray:
        found = np.zeros(self.levels.shape)
        for place, device in self._live.items():
            parts = device.parameters.at(temperature).populations
            found[place, : len(parts)] = [1 / part.lifetime for part in parts]
        return found


def _lowest(device: CellDevice) -> float:
    if isinstance(device, Memristor):
        return device.parameters.lowest_conductance
    return 1 / device.resistance if isinstance(device, Resistor) else device.conductance


def _constants(law: Switching) -> tuple[float, float, float]:
    return law.threshold, law.rate, law.scale
