"""NIST's Statistical Reference Datasets for nonlinear regression: certificates, models, agreement in digits."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labkit.core import FloatArray

DATA = Path(__file__).parents[2] / "tests" / "data" / "nist"
MUSTS = ("Misra1a", "BoxBOD", "MGH17", "Lanczos3")
"""The sets that the metric standard, section 8, calls musts."""


@dataclass(frozen=True)
class Certificate:
    """A data set with what NIST certifies of its fit."""

    x: FloatArray
    y: FloatArray
    starts: tuple[FloatArray, FloatArray]
    values: FloatArray
    deviations: FloatArray
    sum_of_squares: float
    residual_deviation: float
    degrees_of_freedom: int


def certificate(name: str) -> Certificate:
    """Read a certificate with its data."""
    lines = (DATA / f"{name}.dat").read_text().splitlines()
    parameters = np.array([line.split("=")[1].split() for line in lines if line.startswith("  b")], float)
    stated = {line.split(":")[0]: line.split(":")[1] for line in lines if line.startswith(("Residual", "Degrees"))}
    begin = lines.index("Data:   y               x") + 1
    y, x = np.array([line.split() for line in lines[begin:]], float).T
    return Certificate(
        x,
        y,
        (parameters[:, 0], parameters[:, 1]),
        parameters[:, 2],
        parameters[:, 3],
        float(stated["Residual Sum of Squares"]),
        float(stated["Residual Standard Deviation"]),
        int(stated["Degrees of Freedom"]),
    )


def _saturating(x: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(b[0] * (1 - np.exp(-b[1] * x)), float)


def _osborne(x: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]), float)


def _lanczos(x: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(b[0] * np.exp(-b[1] * x) + b[2] * np.exp(-b[3] * x) + b[4] * np.exp(-b[5] * x), float)


MODELS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "Misra1a": _saturating,
    "BoxBOD": _saturating,
    "MGH17": _osborne,
    "Lanczos3": _lanczos,
}


def digits(found: FloatArray, certified: FloatArray) -> float:
    """Give the log relative error of the worst parameter."""
    return float(np.min(-np.log10(np.maximum(np.abs(found / certified - 1), 1e-16))))
