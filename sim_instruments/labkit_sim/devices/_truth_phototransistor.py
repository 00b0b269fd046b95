"""What a phototransistor's parameters say of its metrics, without a measurement (metric standard M1-M5, M21, M22).

Light pulses of efficiency 1 act on a rested device. A variation of some per cent moves the means of these metrics by
less than a thousandth, through the filling of the traps alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

import numpy as np

from labkit.core import FloatArray, LabkitError
from labkit_sim.devices._phototransistor import PhototransistorParameters
from labkit_sim.devices._traps import Course, convolved_array, course, sensitised_after, shift_after, total_shift

_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(24)


@dataclass(frozen=True, slots=True)
class LightPulse:
    """A rectangular light pulse: W/m^2 at the device plane, m, s."""

    irradiance: float
    wavelength: float
    width: float


@dataclass(frozen=True, slots=True)
class ReadBias:
    """Constant voltages against the source (V)."""

    drain: float
    gate: float = 0.0


@dataclass(frozen=True, slots=True)
class Exponential:
    """One term of a decay: amplitude (A, or 1) and lifetime (s)."""

    amplitude: float
    lifetime: float


@dataclass(frozen=True, slots=True)
class PairedPulse:
    """The second response over the first (1 = 100 %), against the three baselines of M4."""

    global_: float
    local: float
    excess: float


@dataclass(frozen=True, slots=True)
class _State:
    shifts: tuple[float, ...]
    sensitised: float


class PhototransistorTruth:
    """The true metrics of a phototransistor, as long as no current limit is reached."""

    def __init__(self, parameters: PhototransistorParameters) -> None:
        self.parameters = parameters
        self._rest = _State((0.0,) * len(parameters.traps), 0.0)

    def baseline(self, bias: ReadBias) -> float:
        """Give the dark current (A) of the rested device (M2)."""
        return self._current(bias, 0.0)

    def epsc(self, pulse: LightPulse, bias: ReadBias, window: float = 0.0) -> float:
        """Give the EPSC amplitude (A): the mean over the last `window` (s) of the pulse, less the baseline (M1)."""
        return self._level(self._rest, pulse, bias, window) - self.baseline(bias)

    def response(self, pulse: LightPulse, bias: ReadBias, times: FloatArray) -> FloatArray:
        """Give the drain current (A) at times (s) after the beginning of a pulse, light and decay."""
        lit = self._lit(pulse, bias)
        shift = np.where(
            times <= pulse.width,
            self._shifts(lit, self._rest, np.minimum(times, pulse.width)),
            self._shifts(
                self._dark(bias), self._after(self._rest, lit, pulse.width), np.maximum(times - pulse.width, 0)
            ),
        )
        return self.parameters.channel.current(bias.gate, bias.drain, shift)

    def adaptation(self, pulse: LightPulse, bias: ReadBias, early: float, late: float, window: float = 0.0) -> float:
        """Give CCR: the drain current around `late` (s) after the light's beginning over that around `early` (M38)."""
        lit = self._lit(pulse, bias)
        ends = (early + window / 2, late + window / 2)
        first, last = (self._windowed(lit, self._rest, end, bias, window) for end in ends)
        return last / first

    def decay(self, pulse: LightPulse, bias: ReadBias) -> tuple[Exponential, ...]:
        """Give the terms of the decay after a pulse, fastest first; the baseline is what they fall to (M3).

        One a trap where the channel is linear; in saturation also small ones of the sums of two rates. Raises
        LabkitError in between, where the decay is no sum of exponentials.
        """
        after = self._after(self._rest, self._lit(pulse, bias), pulse.width)
        traps = list(zip(after.shifts, self._dark(bias).rates, strict=True))
        channel = self.parameters.channel
        if not channel.is_saturated(bias.gate, bias.drain, fsum(after.shifts)):
            slope = self._slope(bias)
            return _merged(Exponential(slope * shift, 1 / rate) for shift, rate in traps)
        # I - I_dark = gain (V_ov s + s^2 / 2) with s the sum of the traps' shifts.
        overdrive = bias.gate - channel.threshold
        first = [Exponential(channel.gain * overdrive * shift, 1 / rate) for shift, rate in traps]
        second = [Exponential(channel.gain / 2 * s * t, 1 / (p + q)) for s, p in traps for t, q in traps]
        return _merged([*first, *second])

    def mean_lifetime(self, pulse: LightPulse, bias: ReadBias) -> float:
        """Give the amplitude-weighted mean lifetime (s) of the decay (M3)."""
        terms = self.decay(pulse, bias)
        return fsum(term.amplitude * term.lifetime for term in terms) / fsum(term.amplitude for term in terms)

    def paired_pulse(
        self, pulse: LightPulse, interval: float, bias: ReadBias, window: float = 0.0, edge_window: float = 0.0
    ) -> PairedPulse:
        """Give the PPF indices for an interval (s) from the end of the first pulse to the start of the second (M4).

        `local` counts from the mean over the last `edge_window` (s) before the second pulse; `excess` from what a
        single pulse would have left by the peak window.
        """
        dark = self._dark(bias)
        first = self.epsc(pulse, bias, window)
        after = self._after(self._rest, self._lit(pulse, bias), pulse.width)
        between = self._after(after, dark, interval)
        second = self._level(between, pulse, bias, window)
        edge = self._windowed(dark, after, interval, bias, edge_window)
        single = self._windowed(dark, between, pulse.width, bias, window)
        return PairedPulse((second - self.baseline(bias)) / first, (second - edge) / first, (second - single) / first)

    def paired_pulse_decay(self, pulse: LightPulse, bias: ReadBias, window: float = 0.0) -> tuple[Exponential, ...]:
        """Give C_i and tau_i of PPF(dt) = 1 + sum C_i exp(-dt / tau_i), global, fastest first (M5).

        Exact, for all that pulse 1 leaves acts linearly on pulse 2: each trap by what is left in it, the sensitisation
        by the sites it opened. Raises LabkitError where the channel is not linear.
        """
        slope, lit, dark = self._slope(bias), self._lit(pulse, bias), self._dark(bias)
        left = self._after(self._rest, lit, pulse.width)
        first = self.epsc(pulse, bias, window)
        times, weights = window_nodes(pulse.width, window)
        gain = self.parameters.sensitisation.gain
        terms = [
            Exponential(slope * shift * float(weights @ np.exp(-rate * times)) / first, 1 / dark_rate)
            for shift, rate, dark_rate in zip(left.shifts, lit.rates, dark.rates, strict=True)
        ]
        opened = fsum(
            capture * float(weights @ convolved_array(rate, lit.sensitisation_rate, times))
            for capture, rate in zip(lit.captures, lit.rates, strict=True)
        )
        sites = Exponential(slope * gain * left.sensitised * opened / first, 1 / dark.sensitisation_rate)
        return _merged([*terms, sites] if gain > 0 else terms)

    def optical_energy(self, pulse: LightPulse, area: float | None = None) -> float:
        """Give E_opt (J) on an area (m^2), left out: the channel's (M21)."""
        return pulse.irradiance * pulse.width * (self.parameters.channel.area if area is None else area)

    def pulse_energy(self, pulse: LightPulse, bias: ReadBias) -> float:
        """Give E_pulse (J): the integral of all terminals' V I over the light pulse (M21)."""
        mean = self._level(self._rest, pulse, bias, pulse.width)
        return pulse.width * (bias.drain * mean + bias.gate**2 * self.parameters.gate_leakage)

    def read_energy(self, pulse: LightPulse, bias: ReadBias, window: float = 0.0) -> float:
        """Give E_read (J): |V_R| I t_w with the current at the end of the pulse (M21)."""
        return abs(bias.drain * self._level(self._rest, pulse, bias, window)) * pulse.width

    def retention(
        self, pulse: LightPulse, count: int, gap: float, times: FloatArray, bias: ReadBias, rest: ReadBias | None = None
    ) -> FloatArray:
        """Give R(t) at `times` (s) after the last of `count` pulses, relative to the first time (M22).

        The device is empty at first. `gap` (s) is from the end of a pulse to the next; `rest` is the bias that the
        device is at but for the reads.
        """
        held = bias if rest is None else rest
        lit, dark = self._lit(pulse, held), self._dark(held)
        state = self._after(self._rest, lit, pulse.width)
        for _ in range(count - 1):
            state = self._after(self._after(state, dark, gap), lit, pulse.width)
        shift = self._shifts(dark, state, times)
        change = self.parameters.channel.current(bias.gate, bias.drain, shift) - self.baseline(bias)
        return np.asarray(change / change[0])

    def _lit(self, pulse: LightPulse, bias: ReadBias) -> Course:
        return self._course(bias, self.parameters.absorbed({pulse.wavelength: pulse.irradiance}))

    def _dark(self, bias: ReadBias) -> Course:
        return self._course(bias, 0.0)

    def _course(self, bias: ReadBias, flux: float) -> Course:
        return course(self.parameters, self.parameters.channel.insulator_capacitance, bias.gate, flux)

    def _after(self, state: _State, moved: Course, duration: float) -> _State:
        gain = self.parameters.sensitisation.gain
        return _State(
            tuple(
                shift_after(moved, trap, gain, state.sensitised, shift, duration)
                for trap, shift in enumerate(state.shifts)
            ),
            sensitised_after(moved, state.sensitised, duration),
        )

    def _shifts(self, moved: Course, state: _State, times: FloatArray) -> FloatArray:
        return total_shift(moved, self.parameters.sensitisation.gain, state.sensitised, state.shifts, times)

    def _current(self, bias: ReadBias, shift: float) -> float:
        return float(self.parameters.channel.current(bias.gate, bias.drain, np.array([shift]))[0])

    def _level(self, state: _State, pulse: LightPulse, bias: ReadBias, window: float) -> float:
        return self._windowed(self._lit(pulse, bias), state, pulse.width, bias, window)

    def _windowed(self, moved: Course, state: _State, end: float, bias: ReadBias, window: float) -> float:
        """Give the mean current (A) over the last `window` (s) before `end` (s)."""
        times, weights = window_nodes(end, window)
        shift = self._shifts(moved, state, times)
        return float(weights @ self.parameters.channel.current(bias.gate, bias.drain, shift))

    def _slope(self, bias: ReadBias) -> float:
        """Give dI/dV_shift (A/V) of a linear channel."""
        if not self.parameters.channel.is_linear(bias.gate, bias.drain):
            raise LabkitError(
                f"at V_DS = {bias.drain:g} V and V_GS = {bias.gate:g} V the channel is not linear in its threshold",
                "choose a smaller drain voltage or a more open channel",
            )
        return self.parameters.channel.gain * bias.drain


def window_nodes(end: float, width: float) -> tuple[FloatArray, FloatArray]:
    """Give instants and weights that average over the last `width` before `end`."""
    if width == 0:
        return np.array([end]), np.ones(1)
    return end - width / 2 * (1 - _GAUSS_NODES), _GAUSS_WEIGHTS / 2


def _merged(terms: Iterable[Exponential]) -> tuple[Exponential, ...]:
    """Add up terms of one lifetime, fastest first."""
    found: dict[float, float] = {}
    for term in terms:
        near = next((lifetime for lifetime in found if abs(lifetime / term.lifetime - 1) < 1e-9), term.lifetime)
        found[near] = found.get(near, 0.0) + term.amplitude
    return tuple(Exponential(found[lifetime], lifetime) for lifetime in sorted(found))
