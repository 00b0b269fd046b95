"""Presets of published devices: what their parameters say is what the tables print, and they say what they are not."""

import pytest
from labkit_sim.devices import (
    LightPulse,
    Phototransistor,
    PhototransistorPreset,
    PhototransistorTruth,
    ReadBias,
    published_names,
    read_preset,
)
from labkit_sim.published import KEPT, preset_name, truths_of

from labkit.literature import Confidence, Quantity, published_devices

DEVICES = {device.reference.number: device for device in published_devices()}
PRESETS = {device.reference.number: preset_name(device.reference.number) for device in published_devices()}
QUICK = (87, 72, 70, 90, 95, 63, 75, 118, 59, 114, 116, 126, 134, 137, 110, 148, 111)
"""Devices of every table, mechanism and kind of number, whose truths take a second or two at most."""
COUNTED = {Quantity.ENDURANCE_LTP_LTD, Quantity.ENDURANCE_TWO_STATE}
"""What a device has to reach; nothing in its parameters wears."""


@pytest.mark.parametrize("reference", QUICK)
def test_the_computed_truth_is_the_published_number(reference: int) -> None:
    device = DEVICES[reference]
    truths = truths_of(read_preset(PRESETS[reference]))
    for quantity, truth in truths.items():
        if quantity not in COUNTED:
            number = KEPT if quantity is Quantity.RETENTION else device.values[quantity].value
            assert abs(truth.value) == pytest.approx(number, rel=2e-4), quantity
    shown = {quantity for quantity, value in device.values.items() if value.confidence is not Confidence.LOW}
    assert set(truths) == shown


@pytest.mark.parametrize("name", published_names())
def test_a_preset_keeps_the_row_and_claims_nothing(name: str) -> None:
    preset = read_preset(name)
    assert preset.published is not None
    device = DEVICES[preset.published.reference]
    assert PRESETS[device.reference.number] == name
    assert "It is not that device" in preset.description
    assert preset.published.terminals == device.terminals
    assert preset.published.wavelengths == pytest.approx(device.wavelengths)
    kept = {quantity: number.value for quantity, number in preset.published.values.items()}
    assert kept == pytest.approx({str(quantity): value.value for quantity, value in device.values.items()})
    assert set(kept) | set(preset.published.not_published) == set(map(str, Quantity))
    shown = [quantity for experiment in preset.published.experiments for quantity in experiment.shows]
    assert len(shown) == len(set(shown))
    low = {str(quantity) for quantity, value in device.values.items() if value.confidence is Confidence.LOW}
    assert not low & set(shown)


def test_every_published_device_has_a_preset() -> None:
    assert set(PRESETS.values()) == set(published_names())


def test_ideal_instruments_see_what_the_closed_form_says() -> None:
    preset = read_preset("published_114")
    assert isinstance(preset, PhototransistorPreset)
    assert isinstance(preset.build(0), Phototransistor)
    pulse = LightPulse(0.01, preset.published.wavelengths[0] if preset.published else 0.0, 1.0)
    told = PhototransistorTruth(preset.parameters).paired_pulse(pulse, 0.5, ReadBias(0.5), window=0.25)
    seen = truths_of(preset)[Quantity.PPF].value
    assert seen == pytest.approx(told.global_, rel=2e-3)
