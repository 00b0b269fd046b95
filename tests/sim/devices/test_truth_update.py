import numpy as np
import pytest
from labkit_sim.devices import UpdateTruth, nonlinearity_label


def curve(curvature: float, pulses: int = 100) -> np.ndarray:
    x = np.linspace(0, 1, pulses + 1)
    return 2e-6 + 18e-6 * (1 - np.exp(-curvature * x)) / (1 - np.exp(-curvature))


@pytest.mark.parametrize(("constant", "label"), [(12.6, 0.1), (1.25, 1.0), (0.5, 2.40), (0.2, 4.88)])
def test_the_label_of_a_published_constant(constant: float, label: float) -> None:
    assert nonlinearity_label(1 / constant) == pytest.approx(label, abs=0.01)
    assert nonlinearity_label(-1 / constant) == -nonlinearity_label(1 / constant)


def test_the_label_is_smooth_through_a_straight_line() -> None:
    assert nonlinearity_label(1.001e-3) == pytest.approx(nonlinearity_label(0.999e-3), rel=0.003)
    assert nonlinearity_label(0.0) == 0
    assert nonlinearity_label(1e9) == pytest.approx(10.10, abs=0.01)


@pytest.mark.parametrize("curvature", [0.01, 0.8, 2.0, 5.0, -3.0])
def test_the_curvature_of_an_exponential_is_found(curvature: float) -> None:
    truth = UpdateTruth(curve(curvature), curve(-curvature)[::-1])
    assert truth.potentiation_curvature == pytest.approx(curvature, rel=1e-6)
    assert truth.depression_curvature == pytest.approx(-curvature, rel=1e-6)
    assert truth.potentiation_constant == pytest.approx(100 / curvature, rel=1e-6)


@pytest.mark.parametrize(
    ("constant", "departure", "straightness", "anl", "snl"),
    [(1.25, 0.099, 0.989, 0.20, 0.005), (0.5, 0.238, 0.937, 0.46, 0.029), (0.2, 0.483, 0.731, 0.85, 0.124)],
)
def test_the_other_forms_of_a_mirror_symmetric_device(constant, departure, straightness, anl, snl) -> None:
    # The table of metric standard M16, of trains of 64 pulses (R² depends on the number of points).
    truth = UpdateTruth(curve(1 / constant, 64), curve(-1 / constant, 64)[::-1])
    assert truth.departure() == pytest.approx(departure, abs=0.001)
    assert truth.departure(potentiation=False) == pytest.approx(-departure, abs=0.001)
    assert truth.straightness() == pytest.approx(straightness, abs=0.002)
    assert truth.largest_asymmetric_nonlinearity == pytest.approx(anl, abs=0.005)
    assert truth.asymmetric_nonlinearity == pytest.approx(anl, abs=0.005)
    assert truth.symmetric_nonlinearity == pytest.approx(snl, abs=0.001)


def test_a_curve_that_depression_retraces_has_no_asymmetry() -> None:
    truth = UpdateTruth(curve(2.0), curve(2.0)[::-1])
    assert truth.asymmetry == pytest.approx(0, abs=1e-6)
    assert truth.dynamic_range == pytest.approx(10)
