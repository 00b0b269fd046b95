"""The dark current and its spectrum: white and 1/f noise told apart, what the band does not hold, mains hum."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validation.generators import QuietDevice
from labkit.core import Flag, LabkitError, Result, Run
from labkit.metrics import NOISE
from labkit.metrics._spectrum import spectrum_of

SHORT = QuietDevice(fast=(1000.0, 8.0))


def measured(device: QuietDevice, seed: int = 1) -> dict[str, Result]:
    return {result.symbol: result for result in NOISE.compute(device.run(np.random.default_rng(seed)))}


def test_a_corner_within_the_band_is_found() -> None:
    found = measured(replace(SHORT, corner=40.0))
    for symbol, truth in (("S_w", 1e-26), ("f_c", 40.0), ("S_1/f(1 Hz)", 4e-25)):
        estimate = found[symbol].estimate
        assert estimate is not None
        assert truth in estimate.interval
        assert estimate.uncertainty < 0.2 * truth


def test_white_noise_has_no_corner_but_a_bound() -> None:
    corner = measured(replace(SHORT, corner=0.0))["f_c"]
    assert corner.estimate is None
    assert "no part that falls" in corner.reason
    assert corner.bound is not None
    assert corner.bound.low == 0
    assert corner.bound.high < 20


def test_a_corner_beyond_the_band_leaves_no_white_level() -> None:
    found = measured(replace(SHORT, corner=1e6))
    assert found["S_w"].estimate is None
    assert found["f_c"].estimate is None
    assert found["f_c"].bound is not None
    assert found["f_c"].bound.low > 1000
    fallen = found["S_1/f(1 Hz)"].estimate
    assert fallen is not None
    assert 1e-20 in fallen.interval


def test_an_exponent_is_fitted_only_where_the_spectrum_asks_for_it() -> None:
    assert measured(replace(SHORT, corner=40.0))["S_w"].notes["exponent"].startswith("1,")


def test_a_drift_is_found_and_told() -> None:
    drift = measured(replace(SHORT, corner=0.0, drift=2e-14))["dB/dt"]
    assert drift.estimate is not None
    assert 2e-14 in drift.estimate.interval
    assert Flag.DRIFT in drift.flags


def test_hum_that_is_seen_is_told_and_left_out_of_the_fit() -> None:
    quiet, humming = measured(SHORT), measured(replace(SHORT, hum=3e-12))
    assert Flag.HUM not in quiet["S_w"].flags
    assert Flag.HUM in humming["S_w"].flags
    without, with_hum = quiet["S_w"].estimate, humming["S_w"].estimate
    assert without is not None
    assert with_hum is not None
    assert with_hum.value == pytest.approx(without.value, rel=1e-3)
    rms = float(humming["S_w"].notes["hum"].split()[0])
    assert rms == pytest.approx(3e-12 / np.sqrt(2), rel=0.15)


@pytest.mark.parametrize(("aperture", "told"), [(0.02, False), (0.04, False), (0.001, True), (0.03, True)])
def test_slow_readings_of_no_whole_line_cycles_would_alias_hum(aperture: float, told: bool) -> None:
    found = measured(replace(SHORT, slow_aperture=aperture))
    assert (Flag.HUM in found["B"].flags) is told


def test_the_bench_tells_the_line_frequency() -> None:
    run = replace(SHORT, slow_aperture=1 / 60).run(np.random.default_rng(1))

    def flags(text: str) -> tuple[Flag, ...]:
        described: Run = replace(run, description=replace(run.description, bench_text=text))
        return NOISE.compute(described)[0].flags

    assert Flag.HUM not in flags("line_frequency: 60\n")
    assert Flag.HUM in flags("line_frequency: 50\n")
    assert Flag.HUM not in flags("line_frequency: auto\n")


def test_too_few_readings_for_fifty_segments_are_refused() -> None:
    with pytest.raises(LabkitError, match="too few for 50 segments"):
        NOISE.compute(replace(SHORT, fast=(100.0, 2.0)).run(np.random.default_rng(1)))


def test_segments_of_several_stretches_are_averaged() -> None:
    generator = np.random.default_rng(3)
    stretches = [generator.standard_normal(4000) for _ in range(3)]
    found = spectrum_of(stretches, 1e-3)
    assert found is not None
    assert found.segments >= 50
    assert np.mean(found.density) == pytest.approx(2e-3, rel=0.03)
    scatter = np.var(found.density) / np.mean(found.density) ** 2
    assert scatter == pytest.approx(2 / found.degrees, rel=0.3)
