import numpy as np
import pytest
from labkit_sim.devices import ChannelParameters

CHANNEL = ChannelParameters.model_validate(
    {
        "width": "1000 um",
        "length": "50 um",
        "mobility": "1 cm^2/Vs",
        "insulator_capacitance": "11.5 nF/cm^2",
        "threshold": "-0.2 V",
        "subthreshold": "50 mV",
    }
)
GAIN = 1e-4 * 11.5e-5 * 20


def current(gate: float, drain: float, shift: float = 0.0) -> float:
    return float(CHANNEL.current(gate, drain, np.array([shift]))[0])


def test_at_a_small_drain_voltage_the_current_is_that_of_a_triode() -> None:
    assert current(1.0, 0.1) == pytest.approx(GAIN * (1.2 * 0.1 - 0.1**2 / 2))


def test_at_a_large_drain_voltage_the_current_saturates() -> None:
    assert current(1.0, 5.0) == pytest.approx(GAIN / 2 * 1.2**2, rel=1e-6)


def test_a_shift_opens_the_channel_linearly_in_the_linear_regime() -> None:
    assert CHANNEL.is_linear(0.0, 0.1)
    dark = current(0.0, 0.1)
    steps = [current(0.0, 0.1, shift) - dark for shift in (0.1, 0.2, 0.4)]
    assert steps == pytest.approx([GAIN * 0.1 * shift for shift in (0.1, 0.2, 0.4)], rel=1e-12)


def test_a_shift_counts_superlinearly_in_saturation() -> None:
    dark = current(0.0, 2.0)
    assert current(0.0, 2.0, 0.4) - dark > 2 * (current(0.0, 2.0, 0.2) - dark)


def test_below_threshold_a_decade_takes_the_swing() -> None:
    swing = 0.05 * np.log(10)
    # The current goes with the square of the charge: a decade of current is half a decade of charge.
    ratio = current(-0.5, 1.0) / current(-0.5 - swing / 2, 1.0)
    assert ratio == pytest.approx(10, rel=1e-6)


def test_swapping_drain_and_source_reverses_the_current() -> None:
    assert current(0.5, -0.3) == pytest.approx(-current(0.8, 0.3), rel=1e-12)


@pytest.mark.parametrize("gate", [-0.1, 0.0, 1.0])
@pytest.mark.parametrize("drain", [0.05, 0.1, -0.3])
def test_the_drain_voltage_of_a_current_is_found_again(gate: float, drain: float) -> None:
    found = CHANNEL.drain_voltage(gate, current(gate, drain, 0.3), 0.3)
    assert found == pytest.approx(drain, rel=1e-9)
