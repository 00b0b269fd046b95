"""The first sweeps of fresh cells: each is formed once, by no more than it needs, in the polarity it sees first."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from labkit.app import Request, run_request
from labkit.core import Result, Run
from labkit.storage import read_run

BENCH = Path(__file__).parents[2] / "protocols" / "benches" / "demo_forming.yaml"
Swept = Callable[..., tuple[dict[str, Result], Run]]


@pytest.fixture
def swept(tmp_path: Path) -> Swept:
    """Run the first sweeps on a fresh cell of a kind."""

    def run(device: str, **parameters: str) -> tuple[dict[str, Result], Run]:
        shipped = BENCH.read_text()
        assert "device: ecm_cell" in shipped
        bench = tmp_path / "bench.yaml"
        bench.write_text(shipped.replace("device: ecm_cell", f"device: {device}"))
        file = tmp_path / "run.h5"
        found = run_request(Request("forming", str(bench), None, virtual=True, parameters=parameters), file).results
        return {result.symbol: result for result in found}, read_run(file)

    return run


@pytest.mark.parametrize("polarity", [1, -1])
def test_a_cell_of_either_polarity_forms_in_the_first_one(swept: Swept, polarity: int) -> None:
    found, _ = swept("either_polarity_cell", polarity=str(polarity))
    estimate = found["V_form"].estimate
    assert estimate is not None
    assert 0.5 < polarity * estimate.value < 0.9


def test_it_sees_no_higher_voltage_than_it_needed(swept: Swept) -> None:
    found, run = swept("ecm_cell")
    estimate = found["V_form"].estimate
    assert estimate is not None
    assert np.max(np.abs(run.traces["top"].voltage)) < estimate.value + 0.05 + 0.01
    ramps = run.timeline[run.timeline["kind"] == "ramp"]
    assert len(ramps) < 39
    assert ramps["stop"].tolist() == list(range(len(ramps)))


def test_a_cell_that_is_on_as_made_sees_the_smallest_sweep_only(swept: Swept) -> None:
    found, run = swept("forming_free_cell")
    free = found["forming-free"].estimate
    assert free is not None
    assert free.value == 1
    assert "as made" in found["V_form"].reason
    assert np.max(np.abs(run.traces["top"].voltage)) < 0.11


def test_partial_filaments_form_by_degrees(swept: Swept) -> None:
    found, _ = swept("reactive_ecm_cell")
    assert found["V_form"].estimate is None
    assert "by degrees" in found["V_form"].reason


def test_the_wrong_polarity_gives_a_bound(swept: Swept) -> None:
    found, _ = swept("ecm_cell", polarity="-1", stops="5", step="20 mV", rate="2 V/s")
    assert "did not form up to -2 V" in found["V_form"].reason
    assert found["V_form"].bound is not None
    assert found["V_form"].bound.high == pytest.approx(-2.0)
