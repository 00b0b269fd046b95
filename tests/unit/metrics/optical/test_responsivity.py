"""M32, M33 and M37: responsivity belongs to a pulse width and an area, colours to equal photon flux."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation.generators import Colours, SinglePulses
from labkit.core import Flag, Run, Sample, Samples
from labkit.metrics import RESPONSIVITY, WAVELENGTH_SELECTIVITY, NotMeasured


def measured(sample: Sample | None = None, **properties: float) -> Run:
    run = Colours(**properties).run(np.random.default_rng(32), sigma=2e-12, gain=0.01)  # type: ignore[arg-type]
    return run if sample is None else replace(run, sample=sample)


def test_the_width_and_the_wavelength_stand_with_the_value() -> None:
    responsivity, efficiency = RESPONSIVITY.compute(measured())[:2]
    assert (responsivity.at["width"], responsivity.at["wavelength"]) == (1.0, 405e-9)
    assert "t_w = 1 s" in responsivity.method
    assert responsivity.estimate is not None
    assert efficiency.estimate is not None
    assert efficiency.estimate.value == pytest.approx(1239.842 * responsivity.estimate.value / 405, rel=1e-6)


def test_calibration_and_area_widen_a_responsivity_and_cancel_nowhere() -> None:
    exact = RESPONSIVITY.compute(measured())[0].estimate
    vague = RESPONSIVITY.compute(measured(light_uncertainty=0.03, area_uncertainty=0.04))[0].estimate
    assert exact is not None
    assert vague is not None
    assert vague.uncertainty / vague.value == pytest.approx(np.hypot(exact.uncertainty / exact.value, 0.05), rel=0.02)


def test_without_an_area_there_is_no_responsivity() -> None:
    with pytest.raises(NotMeasured, match="active_area"):
        RESPONSIVITY.compute(measured(Sample()))


def test_an_efficiency_above_one_is_gain() -> None:
    run = Colours(area=1e-12).run(np.random.default_rng(1), sigma=2e-12)
    assert "gain" in RESPONSIVITY.compute(run)[1].notes


def test_13_an_area_with_pads_is_told() -> None:
    padded = Sample(active_area="0.1 mm^2", channel_width="1000 um", channel_length="50 um")
    found = RESPONSIVITY.compute(measured(padded))[0]
    assert Flag.AREA in found.flags
    assert "2 times channel_width x channel_length" in found.notes["area"]


def test_13_the_peak_of_a_gaussian_beam_is_not_its_mean() -> None:
    run = measured()
    beam = replace(run, description=replace(run.description, gaussian_beams={"light_405": 3e-4}))
    found = RESPONSIVITY.compute(beam)[0]
    assert Flag.AREA in found.flags
    assert found.estimate is not None
    corrected = found.variants["mean over the Gaussian beam"].value
    exponent = 8 * 1e-7 / (np.pi * 3e-4**2)
    assert corrected / found.estimate.value == pytest.approx(exponent / (1 - np.exp(-exponent)), rel=1e-9)


def test_13_light_dimmed_by_pulse_width_is_told_by_its_line() -> None:
    run = SinglePulses(charging=1e-3, width=4.0).run(np.random.default_rng(13), sigma=1e-12)
    run = replace(run, sample=Sample(active_area="0.1 mm^2"))
    assert Flag.RIPPLE not in RESPONSIVITY.compute(run)[0].flags
    drain = run.traces["drain"]
    lit = drain.current > 1.5e-9
    flicker = drain.current + lit * 2e-11 * np.sin(2 * np.pi * 7.3 * drain.time)
    flickering = replace(run, traces={"drain": Samples(drain.time, drain.voltage, flicker, drain.status)})
    found = RESPONSIVITY.compute(flickering)[0]
    assert Flag.RIPPLE in found.flags
    assert "7.5 Hz" in found.notes["ripple"] or "7 Hz" in found.notes["ripple"]


def test_14_a_response_of_unknown_width_has_no_responsivity() -> None:
    run = measured()
    run.timeline.loc[:, "end_requested"] = np.nan
    run.timeline.loc[:, "level"] = np.nan
    found = RESPONSIVITY.compute(run)[0]
    assert found.estimate is None
    assert "belongs to a pulse width" in found.reason


def test_14_colours_at_equal_power_have_no_selectivity() -> None:
    found = WAVELENGTH_SELECTIVITY.compute(measured(equal_photons=False))[0]
    assert found.estimate is None
    assert "equal irradiance" in found.reason
    assert found.variants["equal irradiance"].value == pytest.approx(588 / 202, rel=0.1)


def test_the_ratios_of_the_review_come_out_at_equal_irradiance() -> None:
    found = WAVELENGTH_SELECTIVITY.compute(measured(scatter=1e-6))
    assert [round(each.variants["equal irradiance"].value, 1) for each in found] == [2.9, 6.0]
