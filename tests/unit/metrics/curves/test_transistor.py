"""M31 on square-law transistors: values, conditions, and the traps of mobilities."""

from collections.abc import Mapping

import numpy as np
import pytest

from benchmarks.validation.generators import Instrument, RunBuilder, SquareLaw, TransistorRun
from labkit.core import Flag, Kind, Result, Sample
from labkit.metrics import TRANSISTOR, NotMeasured

QUIET = Instrument(sigma=1e-9)


def transferred(
    device: SquareLaw, drain: float = 6.0, sample: Sample | None = None, ammeter: Instrument = QUIET, **sweep: float
) -> Mapping[str, Result]:
    made = TransistorRun(device, np.random.default_rng(3), ammeter, sample)
    made.transfer(drain, **sweep)
    return {result.symbol: result for result in TRANSISTOR.compute(made.build())}


def valued(result: Result) -> float:
    assert result.estimate is not None, result.reason
    return result.estimate.value


@pytest.mark.parametrize(("drain", "symbol"), [(0.1, "μ_lin"), (6.0, "μ_sat")])
@pytest.mark.parametrize("sign", [1, -1])
def test_both_regimes_give_the_mobility_and_threshold_of_electrons_and_of_holes(
    drain: float, symbol: str, sign: int
) -> None:
    found = transferred(SquareLaw(sign=sign), drain)
    assert valued(found[symbol]) == pytest.approx(1e-3, rel=1e-3)
    assert valued(found["V_th"]) == pytest.approx(0.5 * sign, abs=5e-3)
    assert found["V_th"].notes["channel"].startswith("electrons" if sign > 0 else "holes")


def test_saturation_ends_where_the_overdrive_reaches_the_drain_voltage() -> None:
    found = transferred(SquareLaw(), 3.0)
    assert valued(found["μ_sat"]) == pytest.approx(1e-3, rel=1e-3)


def test_a_mobility_needs_three_tenths_of_the_gates_range() -> None:
    found = transferred(SquareLaw(), 6.0, opened=1.5, closed=-5.0)
    assert found["μ_sat"].estimate is None
    assert "30%" in found["μ_sat"].reason


def test_a_kinked_curve_would_give_several_times_the_mobility_and_says_so() -> None:
    found = transferred(SquareLaw(contact=1e8, contact_scale=0.4))
    assert valued(found["μ_sat"]) > 2e-3
    assert Flag.CONTACT in found["μ_sat"].flags
    assert "contact" in found["μ_sat"].notes["kink"]


def test_a_straight_curve_has_no_kink() -> None:
    assert not set(transferred(SquareLaw())["μ_sat"].flags)


def test_a_sweep_that_moves_the_threshold_says_so() -> None:
    found = transferred(SquareLaw(window=1.0))
    assert valued(found["ΔV_th"]) == pytest.approx(1.0, abs=1e-3)
    assert Flag.DISTURBED in found["V_th"].flags
    assert "hysteresis" in found["μ_sat"].notes


@pytest.mark.parametrize(
    ("stated", "refused"),
    [
        ({"gate_dielectric": "ionic"}, True),
        ({"gate_dielectric": "ferroelectric", "gate_capacitance_method": "geometric"}, True),
        ({"gate_dielectric": "ionic", "gate_capacitance_method": "quasi-static"}, True),
        (
            {"gate_dielectric": "ionic", "gate_capacitance_method": "quasi-static", "gate_capacitance_rate": 10.0},
            True,
        ),
        (
            {"gate_dielectric": "ionic", "gate_capacitance_method": "quasi-static", "gate_capacitance_rate": 0.5},
            False,
        ),
        ({"gate_dielectric": "insulator", "gate_capacitance_method": "geometric"}, False),
    ],
)
def test_an_ionic_gate_needs_a_capacitance_of_the_sweeps_rate(stated: Mapping[str, object], refused: bool) -> None:
    device = SquareLaw()
    found = transferred(device, sample=device.sample.model_copy(update=stated))
    assert (found["μ_sat"].estimate is None) is refused
    assert found["V_th"].reportable


def test_what_the_sample_file_lacks_is_named() -> None:
    found = transferred(SquareLaw(), sample=Sample(channel_width="1 mm"))
    assert found["μ_sat"].reason == "the sample file states no channel_length and no gate_capacitance"


def test_the_uncertainty_of_the_capacitance_is_that_of_the_mobility() -> None:
    device = SquareLaw()
    sample = device.sample.model_copy(update={"gate_capacitance_uncertainty": 0.05})
    estimate = transferred(device, sample=sample)["μ_sat"].estimate
    assert estimate is not None
    assert estimate.uncertainty / estimate.value == pytest.approx(0.05, rel=0.01)


def test_the_reliability_factor_compares_with_the_line_from_zero_bias() -> None:
    found = transferred(SquareLaw(threshold=1.0), 6.0)
    assert valued(found["r"]) == pytest.approx((4.0 / 5.0) ** 2, rel=5e-3)


@pytest.mark.parametrize(("swing", "doubtful"), [(0.08, False), (0.05, True)])
def test_a_swing_below_the_thermionic_limit_is_unphysical(swing: float, doubtful: bool) -> None:
    found = transferred(SquareLaw(swing=swing), 1.0, ammeter=Instrument(sigma=1e-13), opened=0.6, step=0.005)["SS"]
    assert valued(found) == pytest.approx(swing, rel=0.01)
    assert (Flag.UNPHYSICAL in found.flags) is doubtful


def test_a_square_law_is_no_swing() -> None:
    found = transferred(SquareLaw(), ammeter=Instrument(sigma=1e-9, offset=1e-7))["SS"]
    assert found.estimate is None
    assert "smaller current_range" in found.reason


def test_steps_too_coarse_for_a_decade_are_undersampled() -> None:
    found = transferred(SquareLaw(), ammeter=Instrument(sigma=1e-13), step=0.05)["SS"]
    assert Flag.UNDERSAMPLED in found.flags


def test_the_off_current_is_a_value_or_a_bound() -> None:
    hidden = transferred(SquareLaw(off=1e-12))["on/off"]
    assert hidden.estimate is None
    assert hidden.bound is not None
    assert hidden.bound.low > 1e4
    device = SquareLaw(off=1e-8)
    seen = transferred(device)["on/off"]
    truth = float(device.current(np.array([5.0]), 6.0)[0] / device.current(np.array([-1.0]), 6.0)[0])
    assert valued(seen) == pytest.approx(truth, rel=0.02)


def test_a_leaking_gate_is_told_and_its_displacement_current_is_not_counted() -> None:
    found = transferred(SquareLaw(leak=1e-6))["I_G/I_D"]
    assert Flag.LEAKAGE in found.flags
    assert not transferred(SquareLaw(leak=1e-9))["I_G/I_D"].flags


def test_a_polarity_that_the_curves_contradict_is_told() -> None:
    device = SquareLaw(sign=-1)
    found = transferred(device, sample=device.sample.model_copy(update={"polarity": "n"}))
    assert "the curves show the other" in found["V_th"].notes["polarity"]


def test_output_curves_give_resistance_slope_and_linearity() -> None:
    device = SquareLaw(modulation=0.01)
    made = TransistorRun(device, np.random.default_rng(1), Instrument(sigma=1e-9))
    made.output([1.0, 3.0])
    found = {(result.symbol, result.at.get("gate_voltage")): result for result in TRANSISTOR.compute(made.build())}
    assert valued(found["R_on", 3.0]) == pytest.approx(1 / (device.gain * 2.5), rel=0.01)
    assert valued(found["λ", 1.0]) == pytest.approx(0.01, rel=0.02)
    assert valued(found["λ", 3.0]) == pytest.approx(0.01, rel=0.02)
    assert Flag.CONTACT not in found["m_out", 3.0].flags


def test_a_curve_that_does_not_saturate_has_no_slope_in_saturation() -> None:
    made = TransistorRun(SquareLaw(), np.random.default_rng(1), QUIET)
    made.output([6.5])
    found = {result.symbol: result for result in TRANSISTOR.compute(made.build())}
    assert found["λ"].estimate is None


def test_a_ramp_without_the_drain_says_what_to_sample() -> None:
    made = RunBuilder(("rate",), ("rate",), {"drain": "electrical", "gate": "electrical"})
    made.event(Kind.RAMP, "transfer", "gate", 0.0, 10.0, samples=(0, 20))
    with pytest.raises(NotMeasured) as refused:
        TRANSISTOR.compute(made.build())
    assert "sample: [drain]" in refused.value.remedy


def test_a_gate_that_switches_nothing_is_no_transistor() -> None:
    with pytest.raises(NotMeasured):
        transferred(SquareLaw(mobility=1e-9, off=1e-6))


def test_an_offset_of_the_ammeter_does_not_make_the_swing_steeper() -> None:
    """The least of many decades would be the one that the offset bends down; the sure one is out of its reach."""
    found = []
    for seed in range(12):
        made = TransistorRun(SquareLaw(), np.random.default_rng(seed), Instrument(sigma=1e-12, offset=1e-11))
        made.transfer(1.0, opened=0.6, step=0.005, cycles=10)
        estimate = next(result for result in TRANSISTOR.compute(made.build()) if result.symbol == "SS").estimate
        assert estimate is not None
        found.append(estimate.value)
    assert np.mean(found) == pytest.approx(0.08, rel=1e-3)
