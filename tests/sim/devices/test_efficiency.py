import numpy as np
import pytest
from labkit_sim.devices._efficiency import EventEfficiency, efficiency_quadrature


@pytest.mark.parametrize("variation", [0.015, 0.2, 1.0])
def test_efficiencies_have_mean_one_and_the_variation_asked_for(variation: float) -> None:
    drawn = EventEfficiency(variation, seed=3).take_many(200_000)
    assert drawn.min() > 0
    assert drawn.mean() == pytest.approx(1, abs=5 * variation / np.sqrt(len(drawn)))
    assert drawn.std() == pytest.approx(variation, rel=0.02)


def test_looking_at_the_next_efficiency_does_not_use_it_up() -> None:
    stream = EventEfficiency(0.2, seed=1)
    seen = [stream.next for _ in range(3)]
    assert seen == [stream.take()] * 3
    assert stream.take() != seen[0]


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    one_by_one, at_once = EventEfficiency(0.2, seed=1), EventEfficiency(0.2, seed=1)
    first = [one_by_one.take() for _ in range(700)]
    assert np.concatenate([at_once.take_many(n) for n in (1, 300, 0, 399)]).tolist() == first
    assert at_once.next == one_by_one.next


@pytest.mark.parametrize("variation", [0.0, 0.015, 0.2, 1.0])
def test_the_quadrature_averages_exponentials_exactly(variation: float) -> None:
    nodes, weights = efficiency_quadrature(variation)
    dose = 0.7
    exact = np.exp(-dose) if variation == 0 else (1 + dose * variation**2) ** -(variation**-2)
    assert weights @ np.exp(-dose * nodes) == pytest.approx(exact, rel=1e-12)
