"""A two-terminal cell of conduction paths that voltage, light, time and temperature open and close.

Beside a leakage G_0 over the whole area stand paths, each with a state w (0..1) of its own,

    G = G_0 + sum g_k s_k(w_k),    s(w) = (e^(b w) - 1) / (e^b - 1),    I = G V_c sinh(V / V_c),

a filament and its gap, an interface and its barrier, traps and the carriers they hold back: the families of halide
memory are choices of paths. With the share sigma of softness,

    w' =  r(V) (1 - sigma w) + l (1 - w) - (w - w_0) / tau          a voltage that opens,
    w' = -r(V) (1 - sigma (1 - w)) + l (1 - w) - (w - w_0) / tau    a voltage that closes,

between 0 and 1, where l is what light does per second, l = cross section times absorbed photons (l (1 - w) becomes
-l w where light closes), and r the rate of a threshold law, r_0 (exp((|V| - V_th) / V_0) - 1), or of hopping ions.
Barriers make r and 1 / tau grow with temperature, and light may lower them. V is the voltage across the paths: what a
series resistance, a selector and the leads leave.

All of w' is linear in w: at a constant voltage it is solved by exponentials. Where the voltage across depends on the
state it is integrated with a controlled error of 1e-9. See `_cell_parts` for the parts and their equations.
"""

from functools import lru_cache
from math import inf, sinh
from typing import NamedTuple

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._cell_constants import EXPONENTIAL, CellConstants, CellSource
from labkit_sim.devices._cell_parameters import SwitchingCellParameters
from labkit_sim.devices._constants import LARGEST_EXPONENT
from labkit_sim.devices._device import Stimulus, Trace
from labkit_sim.devices._efficiency import EventEfficiency
from labkit_sim.devices._loop import TERMINALS, Loop, loop_of
from labkit_sim.devices._nucleation import Nucleation
from labkit_sim.devices._wear import Wear

_LIGHT = 4
"""Tells the efficiencies of light pulses from the other streams of a cell."""


class _Action(NamedTuple):
    """What acts on the paths while a stimulus lasts."""

    loop: Loop
    cell: CellConstants
    source: CellSource
    factor: float

    @property
    def is_free(self) -> bool:
        """Whether all of the source's voltage is across the paths, whatever their state."""
        if self.source.voltage == 0:
            return True
        if self.source.resistance or self.cell.selector_current < inf:
            return False
        highest = self.cell.leakage + float(self.cell.shares.sum())
        return highest * drive_at(self.cell, self.source.voltage) <= self.source.limit


class SwitchingCell:
    """A switching cell in its state; at first as made."""

    terminals = TERMINALS

    def __init__(self, parameters: SwitchingCellParameters, seed: int = 0) -> None:
        self.parameters = parameters
        self.efficiency = EventEfficiency(parameters.variation, seed)
        self.wear = Wear(parameters.endurance, seed)
        self.nucleation = Nucleation(parameters.forming, seed)
        self.levels = np.array([path.initial for path in parameters.paths])
        self.write = 0
        """Polarity of the write that is going on as the paths see it, 0 for none."""
        self.factor = 1.0
        """Its efficiency."""
        self.light_efficiency = EventEfficiency(parameters.light_variation, [seed, _LIGHT])
        self.lit = False
        self.light_factor = 1.0
        """The efficiency of the light pulse that is going on."""
        self._thresholds = {rising: parameters.threshold(rising) for rising in (True, False)}
        self._constants = lru_cache(32)(self._new_constants)

    @property
    def conductance(self) -> float:
        """G (S) in the dark at the reference temperature, in the limit of low voltage."""
        return self.conductance_at(self.parameters.reference_temperature)

    def conductance_at(self, temperature: float) -> float:
        """Give G (S) in the dark at a temperature (K), in the limit of low voltage."""
        return float(conductances(self._constants(True, True, temperature, ()), self.levels))

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        """Follow the paths and give I = G V_c sinh(V / V_c)."""
        action = self._action(stimulus, begin=False)
        return _trace(action, self._levels_after(action, offsets))

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        """Move the paths; a write begins where the source crosses the lowest threshold."""
        if duration <= 0:
            return
        action = self._action(stimulus, begin=True)
        before, self.levels = self.levels, self._levels_after(action, np.array([duration]))[0]
        if not self.nucleation.formed:
            self.nucleation.advance(_across(action, before), duration)

    def _action(self, stimulus: Stimulus, begin: bool) -> _Action:
        """Read what acts from the stimulus; an event that begins draws its efficiency, or only looks at it."""
        loop = loop_of(stimulus)
        rising = loop.voltage * self.nucleation.orientation(loop.voltage) > 0
        factor = self._write_factor(loop, rising, begin)
        light_factor = self._light_factor(stimulus, begin)
        light = tuple((wavelength, light_factor * level) for wavelength, level in stimulus.irradiance.items())
        cell = self._constants(rising, loop.voltage > 0, stimulus.temperature, light)
        resistance = loop.resistance + self.parameters.series_resistance
        return _Action(loop, cell, CellSource(abs(loop.voltage), loop.limit, resistance), factor)

    def _write_factor(self, loop: Loop, rising: bool, begin: bool) -> float:
        write = 0 if abs(loop.voltage) <= self._thresholds[rising] else 1 if rising else -1
        factor = self.factor
        if write != self.write:
            efficiency = (self.efficiency.take() if begin else self.efficiency.next) if write else 1.0
            factor = efficiency * (self.wear.take(write) if begin else self.wear.strength(write))
        if begin:
            self.write, self.factor = write, factor
        return factor

    def _light_factor(self, stimulus: Stimulus, begin: bool) -> float:
        lit, factor = any(stimulus.irradiance.values()), self.light_factor
        if lit != self.lit:
            factor = (self.light_efficiency.take() if begin else self.light_efficiency.next) if lit else 1.0
        if begin:
            self.lit, self.light_factor = lit, factor
        return factor

    def _levels_after(self, action: _Action, offsets: FloatArray) -> FloatArray:
        """Give the states at offsets (s), one row each."""
        if self.nucleation.formed:
            return _moved(action, self.levels, offsets)
        wait = self.nucleation.time_left(_across(action, self.levels))
        rows = np.tile(self.levels, (len(offsets), 1))
        later = offsets > wait
        if later.any():
            rows[later] = _moved(action, self.levels, offsets[later] - wait)
        return rows

    def _new_constants(
        self, rising: bool, forward: bool, temperature: float, light: tuple[tuple[float, float], ...]
    ) -> CellConstants:
        return self.parameters.constants(rising, forward, temperature, dict(light))


def conductances(cell: CellConstants, levels: FloatArray) -> FloatArray:
    """Give G (S) for states, paths along the last axis."""
    bent = cell.bends > 0
    bends = np.where(bent, cell.bends, 1.0)
    shapes = np.where(bent, np.expm1(bends * levels) / np.expm1(bends), levels)
    return np.asarray(cell.leakage + shapes @ cell.shares)


def drive_at(cell: CellConstants, voltage: float) -> float:
    """Give the current (A) at a conductance of 1 S and a voltage (V) across the paths."""
    scale = cell.conduction_scale
    return voltage if scale == inf else scale * sinh(voltage / scale)


def _moved(action: _Action, levels: FloatArray, offsets: FloatArray) -> FloatArray:
    if action.is_free or not _speeds(action.cell, action.source.voltage).any():
        return _relaxed(action.cell, levels, action.source.voltage, action.factor, offsets)
    from labkit_sim.devices._compiled_cell import moved_levels

    return moved_levels(action.cell, levels, action.source, action.factor, offsets)


def _relaxed(cell: CellConstants, levels: FloatArray, voltage: float, factor: float, offsets: FloatArray) -> FloatArray:
    """Give the states at offsets (s) at a constant voltage (V) across, one row each."""
    speeds = factor * _speeds(cell, voltage)
    openings = cell.openings + np.where(cell.signs > 0, speeds, -speeds * (1 - cell.softness))
    losses = cell.losses + cell.softness * speeds
    reach = np.multiply.outer(offsets, losses)
    lasting = np.where(reach < 1e-12, offsets[:, None], -np.expm1(-reach) / np.where(losses > 0, losses, 1.0))
    return np.clip(levels + (openings - losses * levels) * lasting, 0.0, 1.0)


def _speeds(cell: CellConstants, voltage: float) -> FloatArray:
    reduced = np.clip((voltage - cell.thresholds) / cell.scales, 0.0, LARGEST_EXPONENT)
    return np.asarray(cell.rates * np.where(cell.laws == EXPONENTIAL, np.expm1(reduced), np.sinh(reduced)))


def _voltages(action: _Action, rows: FloatArray) -> FloatArray:
    """Give the voltage (V, a magnitude) across the paths for states, one a row."""
    if action.is_free:
        return np.full(len(rows), action.source.voltage)
    from labkit_sim.devices._compiled_cell import voltages_across

    return voltages_across(action.cell, rows, action.source)


def _across(action: _Action, levels: FloatArray) -> float:
    """Give the voltage (V, signed) across the paths now."""
    return float(np.copysign(_voltages(action, levels[None, :])[0], action.loop.voltage))


def _trace(action: _Action, rows: FloatArray) -> Trace:
    cell, source, loop = action.cell, action.source, action.loop
    voltages = _voltages(action, rows)
    scale = cell.conduction_scale
    drives = voltages if scale == inf else scale * np.sinh(voltages / scale)
    currents = np.minimum(conductances(cell, rows) * drives, loop.limit)
    across = voltages + (source.resistance - loop.resistance) * currents
    if cell.selector_current < inf:
        across = across + cell.selector_scale * np.log1p(currents / cell.selector_current)
    sign = np.copysign(1.0, loop.voltage)
    return loop.trace(sign * across, sign * currents)
