"""M2: the dark current of P01, its drift over minutes, and the spectrum of its noise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, Kind, Result, Run
from labkit.metrics._drift import drift_of
from labkit.metrics._flicker import NoiseFit, fit_noise
from labkit.metrics._hum import hides_hum, hum_seen, line_frequencies, near_lines, rejects_hum
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._series import noise_of, pooled_noise
from labkit.metrics._spectrum import SEGMENTS, Spectrum, spectrum_of
from labkit.metrics._statistics import combine, noise_spread, normal_estimate, window_mean
from labkit.metrics._stimuli import events, response_terminal
from labkit.metrics._windows import LEAST_SAMPLES, Trace, Window, trace_of

NAME = "noise"
DEFINITION = "M2.psd/1"
SETTLING, RECORD = "settle", "noise"
DENSITY = "A^2/Hz"
SAME = 0.01
"""How far periods of stretches may differ to be averaged."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Stretches of evenly spaced readings without a stimulus; `period`, `aperture` in s."""

    windows: tuple[Window, ...]
    period: float
    aperture: float

    @property
    def currents(self) -> tuple[FloatArray, ...]:
        """The readings of each stretch (A)."""
        return tuple(window.current for window in self.windows)

    @property
    def joined(self) -> Window:
        """All readings as one window."""
        blocked = frozenset().union(*(window.blocked for window in self.windows))
        return Window(
            np.concatenate([window.time for window in self.windows]),
            np.concatenate(self.currents),
            np.concatenate([window.voltage for window in self.windows]),
            blocked,
        )

    @property
    def samples(self) -> int:
        """How many readings there are."""
        return sum(len(window) for window in self.windows)


def _compute(run: Run) -> tuple[Result, ...]:
    trace = trace_of(run, response_terminal(run))
    settling, record = _quiet(run, trace, SETTLING), _quiet(run, trace, RECORD)
    spectrum = spectrum_of(record.currents, record.period)
    if spectrum is None:
        raise NotMeasured(
            f"{record.samples} readings are too few for {SEGMENTS} segments of a spectrum",
            f"record for longer, or faster, with the mark `{RECORD}`",
        )
    lines = line_frequencies(run)
    return (*_level(trace, settling, lines), _sigma(record), *_spectral(trace, record, spectrum, lines))


def _quiet(run: Run, trace: Trace, mark: str) -> Quiet:
    """Give the stretches of a mark, or all without a stimulus where nothing has it."""
    rows = events(run, Kind.RECORD, [mark], trace.terminal) or events(run, Kind.RECORD, terminal=trace.terminal)
    pulses = events(run, Kind.PULSE)
    free = [row for row in rows if not any(row.begin < pulse.end and pulse.begin < row.end for pulse in pulses)]
    windows = [trace.rows(row.first_sample, row.sample_count) for row in free]
    long_enough = tuple(window for window in windows if len(window) >= LEAST_SAMPLES)
    if not long_enough:
        raise NotMeasured("the run holds no record without a stimulus", "run `dark_noise` (P01)")
    periods = np.array([(window.time[-1] - window.time[0]) / (len(window) - 1) for window in long_enough])
    period = float(periods[0])
    alike = tuple(window for window, own in zip(long_enough, periods, strict=True) if abs(own - period) < SAME * period)
    return Quiet(alike, period, trace.aperture_at(float(alike[0].time[0])))


def _level(trace: Trace, settling: Quiet, lines: Sequence[float]) -> tuple[Result, Result]:
    whole = settling.joined
    noise = noise_of(whole.current)
    trend, degrees = drift_of(whole, noise, settling.period)
    flags = set(whole.blocked) | ({Flag.DRIFT} if trend.significant else set())
    if settling.aperture > 0 and hides_hum(settling.aperture, 1 / settling.period, lines):
        flags.add(Flag.HUM)
    window = trace.baseline(float(whole.time[-1]) + settling.aperture, float(whole.time[0]) - settling.aperture)
    accuracy = trace.accuracy_at(float(window.time[-1]))
    limits = (accuracy.gain * window.mean, accuracy.offset)
    level = combine(window.mean, [(noise.of_mean(len(window)), noise.degrees_of_freedom)], limits, "A")
    span = float(whole.time[-1] - whole.time[0])
    notes = {"terminal": trace.terminal, "correlation time": f"{noise.correlation_time * settling.period:.3g} s"}
    baseline = outcome(
        NAME,
        DEFINITION,
        "B",
        level,
        "A",
        "mean of the last max(1 s, 50 samples) of the settling, uW ⊕ uB",
        flags=flags,
        counts={"sample": len(window)},
        variants={"mean over the settling": window_mean(whole.current, noise, "A")},
        notes=notes | {"hum": _hum_words(settling, lines)},
    )
    drift = outcome(
        NAME,
        DEFINITION,
        "dB/dt",
        normal_estimate(trend.slope, trend.uncertainty, degrees, "A/s"),
        "A/s",
        "Theil–Sen slope over the settling; u from white and 1/f noise fitted to its spectrum",
        flags=flags,
        at={"time": span},
        counts={"sample": len(whole)},
        notes={"significant": "yes" if trend.significant else "no"},
    )
    return baseline, drift


def _hum_words(quiet: Quiet, lines: Sequence[float]) -> str:
    if quiet.aperture <= 0:
        return "the aperture is unknown"
    cycles = " or ".join(f"{quiet.aperture * line:.3g} cycles of {line:g} Hz" for line in lines)
    if rejects_hum(quiet.aperture, lines):
        return f"rejected: an aperture is {cycles}"
    told = "would alias unseen" if hides_hum(quiet.aperture, 1 / quiet.period, lines) else "shows at its own frequency"
    return f"not rejected: an aperture is {cycles}; it {told}"


def _sigma(record: Quiet) -> Result:
    noise = pooled_noise(record.currents)
    longest = max(len(window) for window in record.windows) * record.period
    return outcome(
        NAME,
        DEFINITION,
        "σ_B",
        noise_spread(noise, "A"),
        "A",
        "standard deviation about a straight line at the stated bandwidth, χ²",
        flags=record.joined.blocked,
        counts={"sample": record.samples},
        notes={"bandwidth": f"{1 / longest:.3g} Hz to {1 / (2 * record.period):.4g} Hz"},
    )


def _spectral(trace: Trace, record: Quiet, spectrum: Spectrum, lines: Sequence[float]) -> list[Result]:
    fit = fit_noise(spectrum, None if rejects_hum(record.aperture, lines) else near_lines(spectrum, lines))
    hum = hum_seen(spectrum, fit.density(spectrum.frequencies), lines)
    flags = set(record.joined.blocked) | ({Flag.MODEL} if fit.misfit else set()) | ({Flag.HUM} if hum else set())
    if record.aperture > 0 and hides_hum(record.aperture, spectrum.rate, lines):
        flags.add(Flag.HUM)
    gain = trace.accuracy_at(float(record.windows[0].time[0])).gain
    notes = _spectral_notes(record, spectrum, fit) | {"hum": f"{hum:.3g} A rms" if hum else _hum_words(record, lines)}
    none = "no part that falls with frequency is shown" if not fit.flicker else ""
    found: list[Result] = []
    for symbol, estimate, reason, method in (
        ("S_w", _with_gain(fit.white, gain), _beyond(fit.white), "white level"),
        ("f_c", fit.corner, none or _beyond(fit.corner), "corner, where the 1/f part equals the white level"),
        ("S_1/f(1 Hz)", _with_gain(fit.at_one_hertz, gain), none or _beyond(fit.at_one_hertz), "1/f part at 1 Hz"),
    ):
        found.append(
            outcome(
                NAME,
                DEFINITION,
                symbol,
                estimate if not reason else None,
                estimate.unit,
                f"{method}; likelihood of the Welch spectrum, profile interval",
                flags=flags,
                reason=reason,
                bound=_bound(estimate, fit),
                counts={"sample": record.samples, "segment": spectrum.segments},
                variants=_variants(symbol, estimate, record),
                notes=notes if not found else {},
                curves=_curves(spectrum, fit) if not found else (),
            )
        )
    return found


def _beyond(estimate: Estimate) -> str:
    limited = estimate.interval.low > 0 and np.isfinite(estimate.interval.high)
    return "" if limited else "the band that was measured does not hold it"


def _bound(estimate: Estimate, fit: NoiseFit) -> Interval | None:
    """Give what a spectrum that does not limit a quantity on both sides tells of it all the same."""
    limited = estimate.interval.low > 0 and np.isfinite(estimate.interval.high)
    if limited and fit.flicker:
        return None
    return Interval(estimate.interval.low if fit.flicker else 0.0, estimate.interval.high)


def _with_gain(estimate: Estimate, gain: float) -> Estimate:
    """Add the limit of the ammeter's gain, which counts twice in a power."""
    if not gain or not np.isfinite(estimate.uncertainty):
        return estimate
    joined = combine(estimate.value, [(estimate.uncertainty, np.inf)], (2 * gain * estimate.value,), estimate.unit)
    below = max(estimate.value - estimate.interval.low, estimate.value - joined.interval.low)
    above = max(estimate.interval.high - estimate.value, joined.interval.high - estimate.value)
    return replace(joined, interval=Interval(estimate.value - below, estimate.value + above))


def _variants(symbol: str, estimate: Estimate, record: Quiet) -> dict[str, Estimate]:
    """Give the white level as it would be without dead time between the apertures, which folds noise back."""
    share = record.aperture / record.period
    if symbol != "S_w" or not 0 < share < 1:
        return {}
    low, high = share * estimate.interval.low, share * estimate.interval.high
    uncertainty = share * estimate.uncertainty
    unfolded = Estimate(share * estimate.value, uncertainty, Interval(low, high), np.inf, DENSITY)
    return {"unfolded: white up to the aperture's bandwidth": unfolded}


def _spectral_notes(record: Quiet, spectrum: Spectrum, fit: NoiseFit) -> dict[str, str]:
    exponent = f"{fit.exponent:.2f}, fitted" if fit.free else "1, which the spectrum does not contradict"
    notes = {
        "bandwidth": f"{spectrum.frequencies[0]:.3g} Hz to {spectrum.frequencies[-1]:.4g} Hz",
        "resolution": f"{spectrum.resolution:.3g} Hz, Hann windows, half overlap",
        "segments": f"{spectrum.segments}",
        "aperture": f"{record.aperture:.3g} s of {record.period:.3g} s",
        "exponent": exponent if fit.flicker else "none",
    }
    return notes | {f"AICc {name}": f"{value - min(fit.aicc.values()):.1f}" for name, value in fit.aicc.items()}


def _curves(spectrum: Spectrum, fit: NoiseFit) -> tuple[Curve, ...]:
    bands = fit.bands
    scatter = bands.density * np.sqrt(2 / bands.degrees)
    return (
        Curve(
            "noise spectrum",
            bands.frequencies,
            bands.density,
            "frequency",
            "Hz",
            "S_I",
            DENSITY,
            np.asarray(scatter, float),
            fit.density(bands.frequencies),
            log_x=True,
        ),
    )


NOISE = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Dark current and its noise spectrum",
    unit=DENSITY,
    formula="S_I(f) = S_w (1 + (f_c/f)^α)",
    description=(
        "Baseline B and its drift over the settling, σ_B at the stated bandwidth, and the power spectral density by "
        "Welch's method (50 or more half-overlapping Hann segments): white level S_w, corner f_c and the 1/f part at "
        "1 Hz, by the likelihood of the densities with profile intervals. The 1/f part, and an exponent other than 1, "
        "only where the corrected Akaike criterion asks for them by 10; a quantity that the band does not hold is a "
        "bound. Frequencies of mains hum and its aliases are left out where an aperture is no whole number of line "
        "cycles; HUM tells of hum that is seen, and of readings that would alias it unseen."
    ),
    requires=(
        "a record marked `settle` of minutes, its aperture a whole number of line cycles",
        "a record marked `noise` of a minute, fast enough for the band wanted",
    ),
    reference="metric standard M2, M34 (segments), section 7, trap 15; Welch 1967; Whittle 1953",
    compute=_compute,
)
