"""The shipped fitter against the NIST Statistical Reference Datasets that metric standard, section 8 calls musts."""

import numpy as np
import pytest

from benchmarks.validation._nist import MODELS, MUSTS, Certificate, certificate, digits
from labkit.metrics._fits import LeastSquares, least_squares
from labkit.metrics._models import exponentials
from labkit.metrics._separable import fit_separable

DIGITS = 6.0


@pytest.mark.parametrize("name", MUSTS)
def test_the_certificate_belongs_to_the_data(name: str) -> None:
    known = certificate(name)
    residuals = known.y - MODELS[name](known.x, known.values)
    assert float(residuals @ residuals) == pytest.approx(known.sum_of_squares, rel=1e-9)
    assert known.degrees_of_freedom == len(known.x) - len(known.values)
    assert np.sqrt(known.sum_of_squares / known.degrees_of_freedom) == pytest.approx(known.residual_deviation, rel=1e-9)


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("name", MUSTS)
def test_certified_parameters_and_deviations_are_found_from_both_starts(name: str, start: int) -> None:
    known = certificate(name)
    found = least_squares(lambda b: known.y - MODELS[name](known.x, b), [known.starts[start]])
    order = paired(found, known)
    assert digits(found.values[order], known.values) >= DIGITS
    assert digits(found.uncertainties[order], known.deviations) >= DIGITS
    assert digits(np.array([found.sum_of_squares]), np.array([known.sum_of_squares])) >= DIGITS


def paired(found: LeastSquares, known: Certificate) -> list[int]:
    """Exponential terms may come out in another order than the certificate lists them."""
    return [int(np.argmin(np.abs(found.values / value - 1))) for value in known.values]


@pytest.mark.parametrize(
    ("name", "terms", "offset", "rates"), [("MGH17", 2, True, [3, 4]), ("Lanczos3", 3, False, [1, 3, 5])]
)
def test_variable_projection_needs_no_start_at_all(name: str, terms: int, offset: bool, rates: list[int]) -> None:
    known = certificate(name)
    model, starts = exponentials(known.x, known.y, terms, offset=offset)
    found = fit_separable(model, starts)
    certified = np.sort(1 / known.values[rates])
    assert digits(np.sort(np.exp(found.nonlinear)), certified) >= DIGITS
    relative = np.sort(known.deviations[rates] / known.values[rates])
    assert digits(np.sort(found.solution.uncertainties[: len(rates)]), relative) >= DIGITS
