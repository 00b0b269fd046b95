"""M30 on films of known law: classes, conditions, and laws that a straight line does not prove."""

from collections.abc import Mapping

import numpy as np
import pytest

from benchmarks.validation.generators import (
    FilmPulses,
    RunBuilder,
    film,
    ohmic_child,
    poole_frenkel,
    schottky,
    trap_filling,
)
from labkit.core import Flag, Result, Sample
from labkit.metrics import CONDUCTION, NotMeasured
from labkit.metrics._power_segments import segmented

TEMPERATURES = (283.0, 293.0, 303.0, 313.0)
SPACE_CHARGE = ohmic_child(2e-7, 9e-7)


def measured(pulses: FilmPulses, sample: Sample | None = None) -> Mapping[str, Result]:
    run = pulses.run(np.random.default_rng(5), film() if sample is None else sample)
    return {result.symbol: result for result in CONDUCTION.compute(run)}


def test_a_space_charge_limited_film_gives_its_mobility_and_says_what_is_assumed() -> None:
    found = measured(FilmPulses(SPACE_CHARGE))["μ_MG"]
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(8 * 9e-7 * (4e-7) ** 3 / (9 * 30 * 8.854e-12 * 4e-6), rel=0.02)
    assert found.notes["mechanism"] == "ohmic and Child"
    assert "one thickness" in found.notes["L^-3 scaling"]


def test_half_a_decade_of_square_law_is_the_least() -> None:
    found = measured(FilmPulses(ohmic_child(9e-7, 9e-7)))["μ_MG"]
    assert found.estimate is None
    assert found.notes["mechanism"] == "ohmic with a square part of less than half a decade"


def test_traps_fill_at_the_voltage_where_the_current_takes_off() -> None:
    found = measured(FilmPulses(trap_filling(3e-7, 2.0)))["n_t"]
    assert found.estimate is not None
    assert found.variants["V_TFL"].value == pytest.approx(2.0, rel=0.03)
    assert found.estimate.value == pytest.approx(2 * 30 * 8.854e-12 * 2.0 / (1.602e-19 * (4e-7) ** 2), rel=0.03)


@pytest.mark.parametrize(
    ("law", "name", "permittivity"), [(schottky(5.0), "Schottky", 5.0), (poole_frenkel(10.0), "Poole-Frenkel", 10.0)]
)
def test_emission_is_accepted_where_permittivity_and_temperatures_agree(
    law: object, name: str, permittivity: float
) -> None:
    assert callable(law)
    found = measured(FilmPulses(law, temperatures=TEMPERATURES))[f"ε_r ({name})"]
    assert found.estimate is not None, found.reason
    assert found.estimate.value == pytest.approx(permittivity, rel=0.02)
    assert found.notes["mechanism"] == name
    assert found.variants["barrier"].value == pytest.approx(0.66 if name == "Schottky" else 0.5, abs=0.02)


@pytest.mark.parametrize("law", ["Schottky", "Poole-Frenkel"])
def test_a_permittivity_that_no_film_has_is_rejected_however_straight_the_line(law: str) -> None:
    made = schottky(40.0) if law == "Schottky" else poole_frenkel(40.0)
    found = measured(FilmPulses(made, temperatures=TEMPERATURES))[f"ε_r ({law})"]
    assert found.estimate is None
    assert Flag.UNPHYSICAL in found.flags
    assert float(found.notes["R^2"].partition(":")[0]) > 0.98


def test_one_temperature_proves_no_emission() -> None:
    found = measured(FilmPulses(schottky(5.0)))["ε_r (Schottky)"]
    assert found.estimate is None
    assert "temperatures" in found.reason


def test_emission_needs_the_films_permittivities() -> None:
    sample = film().model_copy(update={"permittivity_static": None})
    found = measured(FilmPulses(schottky(5.0), temperatures=TEMPERATURES), sample)["ε_r (Schottky)"]
    assert found.estimate is None
    assert "permittivity_static" in found.reason


@pytest.mark.parametrize(
    ("pulses", "sample", "word"),
    [
        (FilmPulses(SPACE_CHARGE, marks=("up",)), film(), "direction"),
        (FilmPulses(SPACE_CHARGE, loss=0.3), film(), "direction"),
        (FilmPulses(SPACE_CHARGE), film(material="MAPbI3"), "ions"),
        (FilmPulses(SPACE_CHARGE), film(ion_density=1e25), "ions"),
    ],
)
def test_mobile_ions_are_warned_of(pulses: FilmPulses, sample: Sample, word: str) -> None:
    found = measured(pulses, sample)["μ_MG"]
    assert Flag.IONIC in found.flags
    assert word in found.notes


def test_fewer_ions_than_electrons_raise_no_warning() -> None:
    found = measured(FilmPulses(SPACE_CHARGE), film(material="CsPbBr3", ion_density=1e21))["μ_MG"]
    assert Flag.IONIC not in found.flags


def test_a_straight_curve_is_one_piece_and_a_broken_one_two() -> None:
    x = np.linspace(0, 4, 40)
    noise = 0.01 * np.random.default_rng(1).standard_normal(40)
    assert len(segmented(x, x + noise).segments) == 1
    broken = segmented(x, np.where(x < 2, x, 5 * x - 8) + noise)
    assert [round(each.exponent.value, 1) for each in broken.segments] == [1.0, 5.0]


def test_a_run_without_pulses_says_what_to_measure() -> None:
    made = RunBuilder(("cycle",), (), {"top": "electrical"})
    with pytest.raises(NotMeasured) as refused:
        CONDUCTION.compute(made.build())
    assert "protocol conduction" in refused.value.remedy
