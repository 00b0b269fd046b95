"""What a network would recognise with weights of a measured synapse: the in-house check, with its caution."""

import json
from dataclasses import dataclass
from pathlib import Path

from labkit.app._export import read_synapse
from labkit.core import LabkitError, Result
from labkit.network import accuracy
from labkit.report import draw_figure, training_figure


@dataclass(frozen=True, slots=True)
class Recognised:
    """Accuracies of networks, and the run's remarks."""

    results: tuple[Result, ...]
    remarks: tuple[str, ...]


def run_accuracy(run: Path, device: str = "", seeds: int = 5, epochs: int = 15, seed: int = 0) -> Recognised:
    """Train networks on digits with the response to pulses that a run measured.

    Raises LabkitError where the run holds no LTP/LTD cycles, or when scikit-learn is not installed.
    """
    _, synapse = read_synapse(run, device)
    return Recognised(accuracy(synapse, seeds, epochs, seed), synapse.remarks)


def write_accuracy(found: Recognised, output: Path) -> None:
    """Write accuracies as .json, or the course of the training as .svg, .pdf or .png."""
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.suffix.lower() != ".json":
        draw_figure(training_figure(found.results), output)
        return
    told = {"labkit_accuracy": 1, "remarks": found.remarks, "results": [_plain(result) for result in found.results]}
    output.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _plain(result: Result) -> dict[str, object]:
    if result.estimate is None:
        raise LabkitError(f"{result.symbol} has no value")
    return {
        "network": result.symbol.removeprefix("accuracy, "),
        "at": dict(result.at),
        "accuracy": result.estimate.value,
        "interval": [result.estimate.interval.low, result.estimate.interval.high],
        "by_seed": list(result.repeats),
        "by_epoch": result.curves[0].y.tolist(),
        "counts": dict(result.counts),
        "flags": [str(flag) for flag in result.flags],
        "notes": dict(result.notes),
        "method": result.method,
    }
