"""What a flag means, in words for someone who did not write the metric."""

from collections.abc import Mapping
from types import MappingProxyType

from labkit.core import Flag

FLAG_WORDS: Mapping[Flag, str] = MappingProxyType(
    {
        Flag.SATURATED: "a reading was beyond the measure range",
        Flag.COMPLIANCE: "the source was at its current limit during a read",
        Flag.SIGNAL_TO_NOISE: "the effect is below three standard uncertainties",
        Flag.UNDERSAMPLED: "fewer than five samples per pulse or time constant",
        Flag.AT_BOUND: "a fitted parameter stopped at the bound of its range",
        Flag.MODEL: "the residuals of the fit keep a structure that the model does not explain",
        Flag.REPEATS: "too few independent repeats",
        Flag.DRIFT: "the baseline drifts; its trend was subtracted and the uncertainty widened",
        Flag.WINDOW: "the record is shorter than three of the slowest time constants",
        Flag.HISTORY: "the device was not back at its baseline before a stimulus",
        Flag.DISTURBED: "repeated reads change the state",
        Flag.EXTRAPOLATED: "the value lies beyond what was observed",
        Flag.DOSE: "a stimulus differs from its command by more than 5 %",
        Flag.DEGRADED: "the reference stimulus changed by more than 10 % in the run",
        Flag.SUMMATION: "linear summation explains it; this is no proof of facilitation",
        Flag.VOLATILE: "more than a tenth relaxes between the read delay and ten times that: partly short-term",
        Flag.DUTY: "the pulses are on for more than half of their period: rate becomes dose",
        Flag.HUM: "mains hum is in the readings, or would alias into them unseen",
        Flag.PLATEAU: "learning had levelled off, so that its level belongs to no number of pulses",
        Flag.CONTACT: "the contacts show in the curve: a mobility taken from it may be far too large",
        Flag.LEAKAGE: "leakage is part of the current: of the gate beyond a hundredth, past the device beyond a tenth",
        Flag.SELECTED: "criteria or devices were chosen after the fact, or devices not at random",
        Flag.CONFOUNDED: "what is varied goes along with place, batch or order: nothing tells them apart",
        Flag.TREND: "the value goes along with the place on the chip or the order of measurement",
        Flag.UNPHYSICAL: "the value is beyond what physics allows",
        Flag.IONIC: "mobile ions may carry or screen part of the current",
        Flag.UNPAIRED: "a spike alone does a fifth of what pairs do, or more, or was not tried alone",
        Flag.OVERLAP: "only spikes that overlap change the weight: their sum on the device explains it",
        Flag.BLIND: "cycles were not read: a failure among them would not have been seen",
        Flag.TRANSITION: "the temperatures lie on both sides of a phase transition: each phase has a value of its own",
        Flag.DRIVEN: "the weight was read while its pulse was on: that current is drive",
        Flag.SEAM: "the ammeter changed its range within the readings of one value",
        Flag.HEATED: "the pulses may warm the device by 3 K or more: heating may imitate plasticity",
        Flag.AREA: "light that misses the channel, or the peak of a beam, was counted as light on it",
        Flag.RIPPLE: "the light flickers where it should be steady, as by pulse width modulation",
        Flag.SIMULATED: "simulated from the fitted curve of one device: no hardware evidence",
        Flag.UNKNOWN: "the accuracy of the instrument is not known; an interval that needs it is left open",
    }
)
"""Every flag, explained."""
