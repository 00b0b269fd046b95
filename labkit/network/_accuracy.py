"""Recognition accuracy of networks whose weights are the measured synapse, with ideal devices beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import stats

from labkit.core import Curve, Estimate, Flag, FloatArray, Interval, LabkitError, Result
from labkit.network._digits import DATASET, load_digits
from labkit.network._learning import Build, Weights, train
from labkit.network._step_curve import StepCurve, fit_step_curve
from labkit.network._synapse import DOWN, UP, MeasuredSynapse
from labkit.network._weights import DeviceWeights, ExactWeights, PulseResponse, ideal_response, measured_response

HIDDEN = 32
DEVICES = (1, 6)
LEAST_SEEDS = 5
CAUTION = (
    "simulated from the fitted curve of one device: no hardware evidence. The spread is that of the training's seeds, "
    "not of devices; variation from device to device, reads, wires and drivers are left out"
)
_METHOD = (
    "gradient descent, softmax and cross entropy, batches of 10, rate 0.1, weights from -1 to 1 against a fixed "
    "reference, changes rounded at random to pulses; accuracy on the test images after the last epoch, never the best"
)
_MEASURED, _IDEAL, _EXACT = "measured device", "ideal device", "floating point"


@dataclass(frozen=True, slots=True)
class Trial:
    """One network with weights of one kind: how many hidden units and devices a weight, and what the weights are."""

    network: str
    hidden: int
    kind: str
    devices: int

    @property
    def words(self) -> str:
        """The trial in words."""
        if self.devices == 0:
            return self.kind
        return f"{self.kind}, {self.devices} a weight"


def accuracy(synapse: MeasuredSynapse, seeds: int = LEAST_SEEDS, epochs: int = 15, seed: int = 0) -> tuple[Result, ...]:
    """Train a perceptron and a network of one hidden layer on digits, with weights of the measured device.

    A weight changes only as pulses changed the device, with its scatter from cycle to cycle: one device and six devices
    a weight, with ideal devices and floating point beside them.

    The seeds `seed`, `seed` + 1, ... decide split, first weights, order and scatter. Every result has the flag
    SIMULATED (trap 20). Raises LabkitError for fewer than 5 seeds, or when scikit-learn is not installed.
    """
    if seeds < LEAST_SEEDS or epochs < 1:
        raise LabkitError(
            f"{seeds} seeds and {epochs} epochs tell no spread", f"take {LEAST_SEEDS} seeds and an epoch, or more"
        )
    digits = [load_digits(each) for each in range(seed, seed + seeds)]
    curve = fit_step_curve(synapse)
    found = []
    for trial in trials():
        accuracies = train(digits, trial.hidden, epochs, _builder(trial, synapse, curve), seed).accuracy
        found.append(_result(trial, synapse, accuracies, seed))
    return tuple(found)


def trials() -> tuple[Trial, ...]:
    """Give what is tried: both networks with the measured device, the ideal one and floating point."""
    networks = (("perceptron", 0), ("MLP", HIDDEN))
    kinds = [(kind, devices) for kind in (_MEASURED, _IDEAL) for devices in DEVICES] + [(_EXACT, 0)]
    return tuple(Trial(network, hidden, *kind) for network, hidden in networks for kind in kinds)


def _builder(trial: Trial, synapse: MeasuredSynapse, curve: StepCurve) -> Build:
    if trial.devices == 0:
        return _exact
    response = measured_response(synapse, curve) if trial.kind == _MEASURED else ideal_response(synapse)
    return partial(_of_devices, response, trial.devices)


def _exact(start: FloatArray, generator: np.random.Generator) -> Weights:
    return ExactWeights(start)


def _of_devices(response: PulseResponse, devices: int, start: FloatArray, generator: np.random.Generator) -> Weights:
    return DeviceWeights(start, devices, response, generator)


def _result(trial: Trial, synapse: MeasuredSynapse, accuracies: FloatArray, seed: int) -> Result:
    last, epochs, seeds = accuracies[-1], len(accuracies) - 1, accuracies.shape[1]
    mean, spread = float(np.mean(last)), float(np.std(last, ddof=1))
    half = float(stats.t.ppf(0.975, seeds - 1)) * spread / float(np.sqrt(seeds))
    interval = Interval(max(mean - half, 0.0), min(mean + half, 1.0))
    return Result(
        metric="accuracy",
        definition="network.accuracy/1",
        symbol=f"accuracy, {trial.network}",
        estimate=Estimate(mean, spread / float(np.sqrt(seeds)), interval, seeds - 1, "%"),
        unit="%",
        method=_METHOD,
        at={"hidden": float(trial.hidden), "devices": float(trial.devices), "epochs": float(epochs)},
        counts={"seed": seeds, **({"device": 1} if trial.kind == _MEASURED else {})},
        flags=(Flag.SIMULATED,),
        notes=_notes(trial, synapse, spread, seed, seeds),
        curves=(_curve(trial, accuracies),),
        repeats=tuple(float(each) for each in last),
    )


def _notes(trial: Trial, synapse: MeasuredSynapse, spread: float, seed: int, seeds: int) -> Mapping[str, str]:
    pulses = " and ".join(f"{synapse.train(direction).count} pulses of {direction}" for direction in (UP, DOWN))
    return {
        "weights": trial.words,
        "dataset": DATASET,
        "seeds": f"{seed} to {seed + seeds - 1}; standard deviation over them {spread:.2%}",
        "curve": pulses,
        "caution": CAUTION,
    }


def _curve(trial: Trial, accuracies: FloatArray) -> Curve:
    trained = accuracies[1:]
    epochs = np.arange(1, len(accuracies), dtype=float)
    return Curve(
        f"{trial.network}, {trial.words}",
        epochs,
        np.mean(trained, axis=1),
        "epoch",
        "1",
        "accuracy",
        "%",
        y_uncertainty=np.std(trained, axis=1, ddof=1) / np.sqrt(accuracies.shape[1]),
    )


def accuracy_lines(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Write accuracies as rows of text, the headings first."""
    rows: list[tuple[str, ...]] = [("network", "weights", "accuracy", "95 % interval", "over seeds")]
    for result in results:
        found = result.estimate
        if found is None:
            continue
        low, high = min(result.repeats), max(result.repeats)
        interval = f"{found.interval.low:.1%} to {found.interval.high:.1%}"
        name = result.symbol.removeprefix("accuracy, ")
        rows.append((name, result.notes["weights"], f"{found.value:.1%}", interval, f"{low:.1%} to {high:.1%}"))
    return rows
