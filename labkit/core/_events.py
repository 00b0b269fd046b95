"""What a run tells while it goes on: frozen events that the file, the screen and the log subscribe to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from labkit.core._result import Result
from labkit.core._roles import Identity
from labkit.core._samples import Samples
from labkit.core._timeline import Vocabulary


@dataclass(frozen=True, slots=True)
class RunDescription:
    """All that is known of a run before it starts: what the file keeps for whoever reads it later.

    The `*_text` fields are the documents word for word; `plan` is the Plan as JSON (executors, requested against
    deliverable, estimates); `parameters` are the values after file and command line, as text with units.
    """

    run_id: str
    title: str
    protocol_name: str
    implements: str
    protocol_text: str
    bench_text: str
    sample_text: str
    parameters: Mapping[str, str]
    metrics: tuple[str, ...]
    terminals: Mapping[str, str]
    """Terminal to its kind, `electrical`, `optical` or `thermal`."""
    wavelengths: Mapping[str, float]
    """Optical terminal to wavelength (m)."""
    light_uncertainty: Mapping[str, float]
    """Optical terminal to the relative standard uncertainty of its irradiance."""
    vocabulary: Vocabulary
    plan: str
    seed: int
    virtual: bool
    labkit_version: str
    environment: Mapping[str, str]
    criteria_text: str = ""
    """What a good device must be, as it was written down before the run; empty where it was not."""
    wavelength_uncertainty: Mapping[str, float] = field(default_factory=dict)
    """Optical terminal to the standard uncertainty of its wavelength (m), where the bench states one."""
    gaussian_beams: Mapping[str, float] = field(default_factory=dict)
    """Optical terminal to the 1/e^2 diameter (m) of a Gaussian beam whose peak irradiance the calibration states."""
    temperature_accuracy: Mapping[str, float] = field(default_factory=dict)
    """Thermal terminal to the limit of its reading's deviation from the device (K, rectangular)."""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The outputs are on and the first block comes next. `started_at` is ISO 8601 with the zone."""

    description: RunDescription
    instruments: tuple[Identity, ...]
    started_at: str


@dataclass(frozen=True, slots=True)
class BlockStarted:
    """A block begins: which one, what it is, who keeps its time, how long it should take (s)."""

    index: int
    label: str
    executor: str
    expected_duration: float


@dataclass(frozen=True, slots=True)
class SamplesTaken:
    """Readings of one terminal; their rows follow those of the event before."""

    terminal: str
    samples: Samples


@dataclass(frozen=True, slots=True)
class TimelineGrew:
    """New rows of the timeline, as coded columns of one length (Vocabulary.columns)."""

    columns: Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class AcquisitionGrew:
    """New rows of the acquisition table, as columns of one length (ACQUISITION_COLUMNS)."""

    columns: Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run is, in seconds of the protocol's own time."""

    done: float
    total: float
    label: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that the user should know and that did not stop the run. `time` (s) counts from the run's start."""

    time: float
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class MetricComputed:
    """A result, after the run."""

    result: Result


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over and the bench is safe, or `unconfirmed` says what could not be made sure.

    `outcome` is `complete`, `aborted` or `failed`. `occupied` is the time that the bench was in use, `demanded` the
    time that the protocol itself asks for; their quotient is the bench efficiency.
    """

    outcome: str
    message: str
    finished_at: str
    occupied: float
    demanded: float
    unconfirmed: tuple[str, ...] = ()

    @property
    def efficiency(self) -> float:
        """Bench efficiency: demanded over occupied time, 1 at best."""
        return self.demanded / self.occupied if self.occupied > 0 else float("nan")


Event = (
    RunStarted
    | BlockStarted
    | SamplesTaken
    | TimelineGrew
    | AcquisitionGrew
    | Progress
    | Warned
    | MetricComputed
    | RunFinished
)

Subscriber = Callable[[Event], None]
