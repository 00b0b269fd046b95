"""What a metric returns (metric standard, section 0), and what the file, the table and the report show of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt


class Flag(StrEnum):
    """What is wrong or doubtful about a result."""

    SATURATED = "SAT"
    COMPLIANCE = "CMP"
    SIGNAL_TO_NOISE = "SNR"
    UNDERSAMPLED = "UNDER"
    AT_BOUND = "BND"
    MODEL = "MOD"
    REPEATS = "REP"
    DRIFT = "DRIFT"
    WINDOW = "WIN"
    HISTORY = "HIST"
    DISTURBED = "DISTURB"
    EXTRAPOLATED = "EXTRAP"
    DOSE = "DOSE"
    DEGRADED = "DEGR"
    SUMMATION = "SUMMATION"
    """Paired-pulse facilitation that linear summation explains (M4)."""
    VOLATILE = "VOLATILE"
    """An LTP/LTD curve of which more than a tenth relaxes between t_d and 10 t_d (M14)."""
    DUTY = "DUTY"
    """Pulses that are on for more than half of their period: their rate acts as a dose (M6 to M8)."""

    SELECTED = "SELECT"
    """Devices or criteria that were chosen after the data were seen, or devices not drawn at random (M40)."""
    CONFOUNDED = "CONF"
    """What is varied goes along with something else: area with position, batch or the order of measurement (M42)."""
    TREND = "TREND"
    """A value that goes along with the place on the chip or with the order of measurement (M41)."""

    HUM = "HUM"
    """Mains hum in the readings, or readings that would alias it unseen: apertures of no whole line cycles (M2)."""
    PLATEAU = "PLATEAU"
    """A learning curve that has levelled off: how many pulses reach its level is not determined (M12)."""

    AREA = "AREA"
    """Light counted that does not fall on the channel, or a peak irradiance taken for the mean (M32 to M34)."""
    RIPPLE = "RIPPLE"
    """Light that is modulated where it should be steady, as by pulse width modulation (M32 to M38)."""

    CONTACT = "KINK"
    """A transfer or output curve whose contacts show: a mobility taken from it may be far too large (M31)."""
    LEAKAGE = "LEAK"
    """A gate current above a hundredth of the drain current (M31)."""
    UNPHYSICAL = "UNPHYS"
    """A value beyond what physics allows: a swing below the thermionic limit, a permittivity outside its bounds."""
    IONIC = "ION"
    """Mobile ions may carry or screen part of what was taken for electronic current (M30)."""

    UNPAIRED = "UNPAIRED"
    """A spike alone changes the weight by a fifth of the effect of pairs, or was not tried alone (M13)."""
    OVERLAP = "OVERLAP"
    """Only spikes that overlap change the weight: their sum on the device explains the shape of the window (M13)."""
    BLIND = "BLIND"
    """Cycles that nobody read, so that a failure among them was not seen: endurance is not known (M24, M25)."""

    TRANSITION = "TRANS"
    """Temperatures on both sides of a phase transition that the sample declares (M23)."""

    DRIVEN = "DRIVE"
    """A weight that was read while its pulse was on: that current is drive, not weight (M1, M14)."""
    SEAM = "SEAM"
    """The ammeter's range changed within the readings of one value, as autorange does: offsets do not cancel."""
    HEATED = "HEAT"
    """Pulses whose power may warm the device enough to imitate plasticity (M21)."""

    SIMULATED = "SIM"
    """What a simulation makes of the fitted curve of one device, such as a network's accuracy: no hardware evidence."""

    UNKNOWN = "UNK"
    """Accuracy, range, aperture or history of the readings is unknown: data that labkit did not measure."""

    @property
    def fatal(self) -> bool:
        """Whether a result with this flag has no value, only a bound or a reason."""
        return self in _FATAL


_FATAL = frozenset(
    {
        Flag.SATURATED,
        Flag.COMPLIANCE,
        Flag.SIGNAL_TO_NOISE,
        Flag.UNDERSAMPLED,
        Flag.AT_BOUND,
        Flag.MODEL,
        Flag.REPEATS,
        Flag.UNPAIRED,
        Flag.BLIND,
        Flag.PLATEAU,
        Flag.DRIVEN,
    }
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval; an infinite bound says that the data do not limit that side."""

    low: float
    high: float

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its standard uncertainty (k=1), 95 % interval and degrees of freedom, in SI units."""

    value: float
    uncertainty: float
    interval: Interval
    degrees_of_freedom: float = np.inf
    unit: str = "1"


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve worth drawing beside a result: points, their uncertainty, and the fit where there is one.

    Arrays of one length n; `y_uncertainty`, `fit` may be None.
    """

    name: str
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    x_label: str
    x_unit: str
    y_label: str
    y_unit: str
    y_uncertainty: npt.NDArray[np.float64] | None = None
    fit: npt.NDArray[np.float64] | None = None
    log_x: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One value of one metric.

    `metric` is the registered name, `definition` the definition-id with its version ("M4.global/1"), `symbol` what a
    table prints. `estimate` is None when a fatal flag holds; then `reason` says why and `bound` may hold a one-sided
    limit. `at` gives the conditions that the value belongs to (SI, e.g. {"interval": 0.5}). `counts` is n at each level
    ("sample", "pulse", "cycle", "device"). `variants` are the other definitions, computed from the same data.
    """

    metric: str
    definition: str
    symbol: str
    estimate: Estimate | None
    unit: str
    method: str
    at: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    variants: Mapping[str, Estimate] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    reason: str = ""
    bound: Interval | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    """Which device of a chip, "" where the run is of one."""
    curves: tuple[Curve, ...] = ()
    repeats: tuple[float, ...] = ()
    """What each repeat (cycle, pair) gives alone, in `unit`, in order of time; NaN where one gives nothing."""

    @property
    def reportable(self) -> bool:
        """Whether there is a value to report."""
        return self.estimate is not None
