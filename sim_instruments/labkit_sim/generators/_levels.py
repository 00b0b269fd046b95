"""Amplitude and offset of a waveform generator, its limits, and what it adjusts when they collide.

What is kept is the source behind its 50 ohm. The load setting only scales the numbers that are set and shown: it never
changes the output (33500 operating guide, Output Termination).
"""

from math import inf, log10, sqrt

from labkit_sim._errors import ScpiError
from labkit_sim.generators._specs import SOURCE_RESISTANCE, GeneratorSpec

Told = list[tuple[int, str]]
"""Errors (code, text) that go into the queue though the command was carried out, with what was adjusted."""

UPPER = (-222, "Data out of range; value clipped to upper limit")
LOWER = (-222, "Data out of range; value clipped to lower limit")

_PEAK_TO_PEAK_OVER_RMS = {"SIN": 2 * sqrt(2), "RAMP": 2 * sqrt(3), "TRI": 2 * sqrt(3), "NOIS": 6.6}


def clipped(value: float, low: float, high: float, told: Told) -> float:
    """Bring a value into its range, and tell -222 when it was not."""
    if value > high:
        told.append(UPPER)
        return high
    if value < low:
        told.append(LOWER)
        return low
    return value


class Levels:
    """Amplitude (V peak to peak) and offset (V) of the source; `shown` ones are those at the load that is set."""

    def __init__(self, spec: GeneratorSpec, amplitude: float) -> None:
        self._spec = spec
        self.amplitude = amplitude
        self.offset = 0.0
        self.load = 50.0
        self.unit = "VPP"
        self.limited = False
        self.limit_low, self.limit_high = -spec.peak, spec.peak
        self.is_dc = False

    @property
    def share(self) -> float:
        """The part of the source's voltage that would be at the load that is set."""
        return 1.0 if self.load == inf else self.load / (self.load + SOURCE_RESISTANCE)

    @property
    def high(self) -> float:
        """Upper level of the source (V)."""
        return self.offset + self.amplitude / 2

    @property
    def low(self) -> float:
        """Lower level of the source (V)."""
        return self.offset - self.amplitude / 2

    def shown(self, voltage: float) -> float:
        """Give what a voltage of the source is shown as."""
        return voltage * self.share

    def _source(self, shown: float) -> float:
        """Give the voltage of the source for a number that is set, on the grain of the instrument."""
        return round(shown / self.share / self._spec.step) * self._spec.step

    def _bounds(self) -> tuple[float, float, int]:
        """Give the lowest and highest level allowed, and the error for going beyond them."""
        peak = self._spec.peak
        if not self.limited:
            return -peak, peak, -222
        return max(-peak, self.limit_low), min(peak, self.limit_high), -221

    def set_load(self, load: float) -> Told:
        """State another load; amplitude and offset of the source stay. Raises -221 while limits are enabled."""
        if self.limited:
            raise ScpiError(-221, "Settings conflict; cannot change load while voltage limits are enabled")
        told: Told = []
        self.load = load if load == inf else clipped(load, *self._spec.load, told)
        if load == inf and self.unit == "DBM":
            self.unit = "VPP"
            told.append((-221, "Settings conflict; amplitude units changed to Vpp due to high-Z load"))
        return told

    def set_amplitude(self, shown: float, function: str) -> Told:
        """Set the amplitude in the present unit; an offset that does not fit beside it gives way."""
        told: Told = []
        smallest, largest = self._spec.amplitude
        self.amplitude = clipped(self._source(self._to_vpp(shown, function)), smallest, largest, told)
        if self.is_dc:
            return told
        low, high, code = self._bounds()
        if self.amplitude > high - low:
            self.amplitude = high - low
            told.append((code, _text(code, "amplitude")))
        return told + self._fit_offset()

    def _fit_offset(self) -> Told:
        low, high, _ = self._bounds()
        span = 0.0 if self.is_dc else self.amplitude / 2
        offset = max(low + span, min(high - span, self.offset))
        if abs(offset - self.offset) < self._spec.step / 2:
            return []
        self.offset = offset
        return [(-221, "Settings conflict; offset changed due to amplitude")]

    def set_offset(self, shown: float) -> Told:
        """Set the offset; beyond what the amplitude leaves it is clipped."""
        low, high, code = self._bounds()
        span = 0.0 if self.is_dc else self.amplitude / 2
        wanted = self._source(shown)
        self.offset = max(low + span, min(high - span, wanted))
        return [(code, _text(code, "offset"))] if abs(self.offset - wanted) > self._spec.step / 2 else []

    def set_high(self, shown: float) -> Told:
        """Set the upper level; a lower level that is not below it is moved to just below."""
        low_bound, high_bound, code = self._bounds()
        smallest, largest = self._spec.amplitude
        wanted = self._source(shown)
        high = max(low_bound + smallest, min(high_bound, wanted))
        told: Told = [] if high == wanted else [(code, _text(code, "high level"))]
        low = min(max(self.low, high - largest), high - smallest)
        if abs(low - self.low) > self._spec.step / 4:
            told.append((-221, "Settings conflict; low level changed due to high level"))
        self._set(low, high)
        return told

    def set_low(self, shown: float) -> Told:
        """Set the lower level; an upper level that is not above it is moved to just above."""
        low_bound, high_bound, code = self._bounds()
        smallest, largest = self._spec.amplitude
        wanted = self._source(shown)
        low = min(high_bound - smallest, max(low_bound, wanted))
        told: Told = [] if low == wanted else [(code, _text(code, "low level"))]
        high = max(min(self.high, low + largest), low + smallest)
        if abs(high - self.high) > self._spec.step / 4:
            told.append((-221, "Settings conflict; high level changed due to low level"))
        self._set(low, high)
        return told

    def _set(self, low: float, high: float) -> None:
        self.amplitude = high - low
        self.offset = (high + low) / 2

    def set_limit_high(self, shown: float) -> Told:
        """Set the upper limit; it cannot be below the present high level while limits are enabled."""
        return self._set_limit(shown, upper=True)

    def set_limit_low(self, shown: float) -> Told:
        """Set the lower limit; it cannot be above the present low level while limits are enabled."""
        return self._set_limit(shown, upper=False)

    def _set_limit(self, shown: float, upper: bool) -> Told:
        told: Told = []
        limit = clipped(shown / self.share, -self._spec.peak, self._spec.peak, told)
        present = self.offset if self.is_dc else self.high if upper else self.low
        beyond = limit < present if upper else limit > present
        if self.limited and beyond:
            limit = present
            told.append((-221, "Settings conflict; limit changed due to level"))
        if upper:
            self.limit_high = limit
        else:
            self.limit_low = limit
        return told

    def enable_limits(self, enabled: bool) -> Told:
        """Switch the limits; those that the present levels exceed are moved to them."""
        told: Told = []
        if enabled:
            high, low = (self.offset, self.offset) if self.is_dc else (self.high, self.low)
            tolerance = self._spec.step / 4
            if high > self.limit_high + tolerance or low < self.limit_low - tolerance:
                self.limit_high, self.limit_low = max(high, self.limit_high), min(low, self.limit_low)
                told.append((-221, "Settings conflict; limit changed due to level"))
        self.limited = enabled
        return told

    def enter(self, function: str) -> Told:
        """Go over to another function: DC has an offset only, and leaving it the offset may have to give way."""
        was_dc, self.is_dc = self.is_dc, function == "DC"
        if not was_dc or self.is_dc:
            return []
        told = self._fit_offset()
        return [(-221, "Settings conflict; offset changed on exit from dc function")] if told else []

    # Units

    def set_unit(self, unit: str) -> None:
        """Choose VPP, VRMS or DBM; raises -221 for DBM without a load."""
        if unit == "DBM" and self.load == inf:
            raise ScpiError(-221, "Settings conflict; dBm units need a load")
        self.unit = unit

    def amplitude_shown(self, function: str) -> float:
        """Give the amplitude at the load that is set, in the present unit."""
        return self.in_unit(self.shown(self.amplitude), function)

    def amplitude_bounds(self, function: str) -> tuple[float, float]:
        """Give the smallest and largest amplitude in the present unit."""
        smallest, largest = self._spec.amplitude
        return self.in_unit(self.shown(smallest), function), self.in_unit(self.shown(largest), function)

    def in_unit(self, peak_to_peak: float, function: str) -> float:
        """Give V peak to peak in the present unit."""
        if self.unit == "VPP":
            return peak_to_peak
        rms = peak_to_peak / _PEAK_TO_PEAK_OVER_RMS.get(function, 2.0)
        return rms if self.unit == "VRMS" else 10 * log10(rms**2 / self.load / 1e-3)

    def _to_vpp(self, value: float, function: str) -> float:
        if self.unit == "VPP":
            return value
        rms = value if self.unit == "VRMS" else sqrt(1e-3 * self.load * 10 ** (min(value, 100.0) / 10))
        return rms * _PEAK_TO_PEAK_OVER_RMS.get(function, 2.0)


def _text(code: int, what: str) -> str:
    if code == -221:
        return f"Settings conflict; {what} changed due to voltage limits"
    return f"Data out of range; {what}; value clipped to limit"
