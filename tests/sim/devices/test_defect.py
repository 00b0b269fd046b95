"""Dead cells: a short takes what its source gives, an open one nothing, whatever the light."""

import numpy as np
import pytest
from labkit_sim.devices import OPEN_CIRCUIT, SHORT, Defect, Drive, Stimulus, of_area, read_preset

LIGHT = {455e-9: 10.0}


@pytest.mark.parametrize("terminals", [("top", "bottom"), ("drain", "gate", "source")])
def test_a_short_is_at_the_limit_of_its_source(terminals: tuple[str, ...]) -> None:
    stimulus = Stimulus({terminals[0]: Drive(0.1, 1e-3)}, LIGHT)
    voltage, current = Defect(terminals, SHORT).trace(stimulus, np.zeros(1))[terminals[0]]
    assert current[0] == pytest.approx(1e-3)
    assert voltage[0] == pytest.approx(1e-3 / SHORT)


@pytest.mark.parametrize("terminals", [("top", "bottom"), ("drain", "gate", "source")])
def test_an_open_cell_carries_nothing(terminals: tuple[str, ...]) -> None:
    stimulus = Stimulus({terminals[0]: Drive(0.1, 1e-3)}, LIGHT)
    trace = Defect(terminals, OPEN_CIRCUIT).trace(stimulus, np.zeros(1))
    assert set(trace) == set(terminals)
    assert all(current[0] == 0 for _, current in trace.values())


@pytest.mark.parametrize(("exponent", "high"), [(1.0, 4.0), (0.0, 1.0)], ids=["interface", "filament"])
def test_a_memristor_of_four_times_the_area(exponent: float, high: float) -> None:
    parameters = read_preset("halide_memristor").parameters
    larger = of_area(parameters, 4.0, exponent)
    before, after = parameters.model_dump(), larger.model_dump()
    assert after["lowest_conductance"] == 4 * before["lowest_conductance"]
    pairs = zip(before["populations"], after["populations"], strict=True)
    shares = [new["conductance"] / old["conductance"] for old, new in pairs]
    assert shares == pytest.approx([high] * len(shares))
