import numpy as np
import pytest
from labkit_sim.devices import LightPulse, Phototransistor, PhototransistorTruth, ReadBias

from labkit.core import LabkitError

PULSE = LightPulse(irradiance=1.0, wavelength=455e-9, width=1.0)
BIAS = ReadBias(drain=0.1)
WINDOW = 0.05
PRESETS = [
    "heterojunction_phototransistor",
    "linear_integrator",
    "persistent_phototransistor",
    "adapting_phototransistor",
]


class Bench:
    """A noise-free device that is looked at directly, with what would be averages over many samples."""

    def __init__(self, parameters, lit, drain: float = 0.1) -> None:
        self.device, self._lit, self._drain = Phototransistor(parameters), lit, drain

    def current(self, irradiance: float, times) -> np.ndarray:
        return self.device.trace(self._lit(irradiance, self._drain), np.atleast_1d(times))["drain"][1]

    def mean(self, irradiance: float, begin: float, end: float) -> float:
        return float(np.mean(self.current(irradiance, begin + (np.arange(4000) + 0.5) / 4000 * (end - begin))))

    def pass_time(self, irradiance: float, duration: float) -> None:
        self.device.advance(self._lit(irradiance, self._drain), duration)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("drain", [0.1, 2.0])
def test_amplitude_and_baseline_are_those_of_the_noise_free_device(phototransistor, lit, name, drain) -> None:
    truth, bench = PhototransistorTruth(phototransistor(name)), Bench(phototransistor(name), lit, drain)
    dark = bench.current(0.0, 0.0)[0]
    assert truth.baseline(ReadBias(drain)) == pytest.approx(dark, rel=1e-12)
    expected = bench.mean(1.0, 0.95, 1.0) - dark
    assert truth.epsc(PULSE, ReadBias(drain), WINDOW) == pytest.approx(expected, rel=1e-6)
    assert truth.epsc(PULSE, ReadBias(drain)) == pytest.approx(bench.current(1.0, 1.0)[0] - dark, rel=1e-9)


@pytest.mark.parametrize("name", PRESETS)
def test_the_decay_is_the_sum_of_its_terms(phototransistor, lit, name) -> None:
    truth, bench = PhototransistorTruth(phototransistor(name)), Bench(phototransistor(name), lit)
    times = np.geomspace(1e-3, 100, 30)
    bench.pass_time(1.0, 1.0)
    terms = truth.decay(PULSE, BIAS)
    expected = truth.baseline(BIAS) + sum(term.amplitude * np.exp(-times / term.lifetime) for term in terms)
    assert bench.current(0.0, times) == pytest.approx(expected, rel=1e-9)
    assert [term.lifetime for term in terms] == pytest.approx([t.lifetime for t in truth.parameters.traps])


def test_in_saturation_the_decay_has_terms_of_second_order(phototransistor, lit) -> None:
    parameters, bias = phototransistor("heterojunction_phototransistor"), ReadBias(drain=2.0)
    truth, bench = PhototransistorTruth(parameters), Bench(parameters, lit, drain=2.0)
    times = np.geomspace(1e-3, 20, 30)
    bench.pass_time(1.0, 0.2)
    terms = truth.decay(LightPulse(1.0, 455e-9, 0.2), bias)
    expected = truth.baseline(bias) + sum(term.amplitude * np.exp(-times / term.lifetime) for term in terms)
    assert bench.current(0.0, times) == pytest.approx(expected, rel=1e-6)
    assert [term.lifetime for term in terms] == pytest.approx([0.25, 5 / 11, 0.5, 2.5, 5.0])


def test_the_response_is_that_of_the_noise_free_device(phototransistor, lit) -> None:
    parameters = phototransistor("heterojunction_phototransistor")
    truth, bench = PhototransistorTruth(parameters), Bench(parameters, lit)
    rising, falling = np.linspace(0, 1, 11), np.linspace(0, 8, 9)
    light = bench.current(1.0, rising)
    bench.pass_time(1.0, 1.0)
    expected = np.concatenate([light, bench.current(0.0, falling)])
    assert truth.response(PULSE, BIAS, np.concatenate([rising, 1 + falling])) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("interval", [0.1, 0.5, 10.0])
def test_the_second_pulse_is_that_of_the_noise_free_device(phototransistor, lit, name, interval) -> None:
    truth, bench = PhototransistorTruth(phototransistor(name)), Bench(phototransistor(name), lit)
    dark = bench.current(0.0, 0.0)[0]
    first = bench.mean(1.0, 0.95, 1.0) - dark
    bench.pass_time(1.0, 1.0)
    late = bench.mean(0.0, interval - 0.05, interval)
    bench.pass_time(0.0, interval)
    before, single = bench.current(0.0, 0.0)[0], bench.mean(0.0, 0.95, 1.0)
    second = bench.mean(1.0, 0.95, 1.0)
    pair = truth.paired_pulse(PULSE, interval, BIAS, WINDOW)
    assert pair.global_ == pytest.approx((second - dark) / first, rel=1e-6)
    assert pair.local == pytest.approx((second - before) / first, rel=1e-6)
    assert pair.excess == pytest.approx((second - single) / first, rel=1e-6)
    earlier = truth.paired_pulse(PULSE, interval, BIAS, WINDOW, edge_window=0.05)
    assert earlier.local == pytest.approx((second - late) / first, rel=1e-6)


@pytest.mark.parametrize("name", PRESETS)
def test_facilitation_falls_with_the_interval_as_its_terms_say(phototransistor, name) -> None:
    truth = PhototransistorTruth(phototransistor(name))
    terms = truth.paired_pulse_decay(PULSE, BIAS, WINDOW)
    for interval in (0.05, 0.7, 4.0, 30.0):
        expected = 1 + sum(term.amplitude * np.exp(-interval / term.lifetime) for term in terms)
        assert truth.paired_pulse(PULSE, interval, BIAS, WINDOW).global_ == pytest.approx(expected, rel=1e-9)


def test_a_linear_integrator_sums_up_and_never_facilitates(phototransistor) -> None:
    truth = PhototransistorTruth(phototransistor("linear_integrator"))
    for interval in (0.1, 1.0, 10.0):
        pair = truth.paired_pulse(PULSE, interval, BIAS, WINDOW)
        assert pair.excess == pytest.approx(1, abs=1e-12)
        assert pair.global_ > 1


def test_the_heterojunction_facilitates_beyond_summation(phototransistor) -> None:
    parameters = phototransistor("heterojunction_phototransistor")
    assert PhototransistorTruth(parameters).paired_pulse(PULSE, 0.1, BIAS, WINDOW).excess > 1.05
    # It is the sensitisation that does it: without, filling traps leave less than summation.
    without = parameters.model_copy(update={"sensitisation": parameters.sensitisation.model_copy(update={"gain": 0.0})})
    assert PhototransistorTruth(without).paired_pulse(PULSE, 0.1, BIAS, WINDOW).excess < 1


def test_two_terms_describe_the_heterojunction(phototransistor) -> None:
    truth = PhototransistorTruth(phototransistor("heterojunction_phototransistor"))
    assert [term.lifetime for term in truth.paired_pulse_decay(PULSE, BIAS)] == pytest.approx([0.5, 5.0])


def test_terms_are_refused_where_the_channel_is_not_linear(phototransistor) -> None:
    truth = PhototransistorTruth(phototransistor("heterojunction_phototransistor"))
    for terms, drain in ((truth.decay, 0.3), (truth.paired_pulse_decay, 0.3), (truth.paired_pulse_decay, 2.0)):
        with pytest.raises(LabkitError, match="not linear"):
            terms(PULSE, ReadBias(drain))


def test_energies_are_integrals_over_the_pulse(phototransistor, lit) -> None:
    parameters = phototransistor("heterojunction_phototransistor")
    truth, bench = PhototransistorTruth(parameters), Bench(parameters, lit)
    assert truth.optical_energy(PULSE) == pytest.approx(1.0 * 1e-3 * 50e-6)
    assert truth.optical_energy(PULSE, area=2e-6) == pytest.approx(2e-6)
    assert truth.pulse_energy(PULSE, BIAS) == pytest.approx(0.1 * bench.mean(1.0, 0.0, 1.0), rel=1e-6)
    assert truth.read_energy(PULSE, BIAS) == pytest.approx(0.1 * bench.current(1.0, 1.0)[0], rel=1e-9)


def test_the_mean_lifetime_is_weighted_by_amplitude(phototransistor) -> None:
    truth = PhototransistorTruth(phototransistor("linear_integrator"))
    fast, slow = truth.decay(PULSE, BIAS)
    weighted = (fast.amplitude * 0.5 + slow.amplitude * 5.0) / (fast.amplitude + slow.amplitude)
    assert truth.mean_lifetime(PULSE, BIAS) == pytest.approx(weighted)


def test_retention_is_that_of_the_noise_free_device(phototransistor, lit) -> None:
    parameters, times = phototransistor("persistent_phototransistor"), np.geomspace(1, 1e4, 9)
    bench = Bench(parameters, lit)
    dark = bench.current(0.0, 0.0)[0]
    for pulse in range(20):
        bench.pass_time(0.0, 1.0 if pulse else 0.0)
        bench.pass_time(1.0, 1.0)
    change = bench.current(0.0, times) - dark
    retained = PhototransistorTruth(parameters).retention(PULSE, 20, 1.0, times, BIAS, rest=ReadBias(0.0))
    assert retained == pytest.approx(change / change[0], rel=1e-9)


@pytest.mark.parametrize("gate", [-10.0, 0.0, 10.0])
def test_adaptation_is_the_ratio_of_two_currents_under_the_same_light(phototransistor, gate) -> None:
    truth = PhototransistorTruth(phototransistor("adapting_phototransistor"))
    light, bias = LightPulse(3.5669, 455e-9, 60.0), ReadBias(0.1, gate)
    early, late = truth.response(light, bias, np.array([10.0, 50.0]))
    assert truth.adaptation(light, bias, 10.0, 50.0) == pytest.approx(late / early, rel=1e-12)
    assert truth.adaptation(light, bias, 10.0, 50.0, window=1.0) == pytest.approx(late / early, rel=2e-3)


def test_the_gate_turns_growth_under_light_into_fall(phototransistor) -> None:
    truth = PhototransistorTruth(phototransistor("adapting_phototransistor"))
    light = LightPulse(3.5669, 455e-9, 60.0)
    ratios = [truth.adaptation(light, ReadBias(0.1, gate), 10.0, 50.0) for gate in (-10.0, 0.0, 10.0)]
    assert ratios[0] > 1.5
    assert ratios[1] == pytest.approx(1.0, abs=0.1)
    assert ratios[2] < 0.85
