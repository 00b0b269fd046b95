"""The course of a training: accuracy against the epoch, a panel for each network."""

from collections.abc import Sequence

from labkit.core import Result
from labkit.report._figure import Figure, Panel, Trace


def training_figure(results: Sequence[Result]) -> Figure:
    """Draw the curves of accuracies; results of one symbol share a panel, those of one kind of weight a colour."""
    weights = list(dict.fromkeys(result.notes.get("weights", "") for result in results))
    panels = []
    for symbol in dict.fromkeys(result.symbol for result in results):
        traces = [
            Trace(kind, curve.x, curve.y, "line", curve.y_uncertainty, weights.index(kind))
            for result in results
            for curve in result.curves
            if result.symbol == symbol and (kind := result.notes.get("weights", "")) in weights
        ]
        panels.append(Panel(symbol[:1].upper() + symbol[1:], "%", tuple(traces), share=1.6))
    caution = results[0].notes.get("caution", "") if results else ""
    return Figure("Training on digits", f"Means over seeds. {caution}".strip(), "Epoch", "1", tuple(panels))
