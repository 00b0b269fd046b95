"""M6: post-tetanic potentiation, the response to a late pulse of a train against that to the first."""

from labkit.core import Result, Run
from labkit.metrics._metric import Metric, NotMeasured
from labkit.metrics._outcome import outcome
from labkit.metrics._train_ratio import UNIT, ratio_curve, train_ratio
from labkit.metrics._trains import Trains, pulse_trains

NAME = "ptp"
DEFINITION = "M6.global/1"
PULSE = 10


def _compute(run: Run) -> tuple[Result, ...]:
    trains = [each for each in pulse_trains(run) if each.pulses >= PULSE]
    if not trains:
        raise NotMeasured(f"no train has {PULSE} pulses", f"apply trains of {PULSE} or more pulses")
    return tuple(_result(each) for each in trains)


def _result(trains: Trains) -> Result:
    found = train_ratio(trains, PULSE)
    return outcome(
        NAME,
        DEFINITION,
        f"PTP (A{PULSE}/A1)",
        found.estimate,
        UNIT,
        "A_n/A_1, both above the baseline before the train; ratio of means, uX (Fieller)",
        flags=found.flags,
        reason=found.reason,
        at=trains.conditions() | {"pulse": float(PULSE)},
        counts=trains.counts(),
        variants=found.variants,
        notes=found.notes,
        curves=(ratio_curve(trains),),
    )


PTP = Metric(
    name=NAME,
    definition=DEFINITION,
    title="Post-tetanic potentiation",
    unit=UNIT,
    formula="PTP = ⟨A10⟩/⟨A1⟩;  global = local + residual",
    description=(
        "Ratio of the mean amplitudes of the tenth and the first pulse of a train. Default: both above the baseline "
        "before the train (global). Variants: above the level just before the pulse (local) and that level (residual); "
        "above what the earlier pulses leave when the responses to single pulses are superposed (excess). Only an "
        "excess above 100 % proves potentiation: a linear integrator gives a global ratio above 100 %. Where no single "
        "pulse is recorded for as long as the train until there, no excess is given."
    ),
    requires=(
        "10 trains of pulses marked `train` in a loop `pulse`",
        "single pulses marked `control`, recorded for as long as ten pulses of the train",
    ),
    reference="metric standard M6; Kim and Alger 2001",
    compute=_compute,
)
