"""Searching the published devices, and how their values are spread."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.literature import (
    ALIASES,
    Confidence,
    Mechanism,
    Quantity,
    Search,
    distributions,
    published_devices,
    quantities,
    search,
)

DEVICES = published_devices()
SEARCHES = st.builds(
    Search,
    words=st.lists(st.sampled_from(["CsPbBr3", "pentacene", "[111]", "450 nm", "floating", "nothing"]), max_size=2).map(
        tuple
    ),
    mechanisms=st.lists(st.sampled_from(Mechanism), max_size=2).map(tuple),
    quantities=st.lists(st.sampled_from(Quantity), max_size=2).map(tuple),
    terminals=st.sampled_from([None, 2, 3]),
    least=st.sampled_from(Confidence),
)


def numbers(sought: Search) -> list[int]:
    return [device.reference.number for device in search(DEVICES, sought)]


def test_nothing_asked_for_gives_everything() -> None:
    assert search(DEVICES, Search()) == list(DEVICES)


@given(SEARCHES)
def test_what_is_found_is_what_was_sought(sought: Search) -> None:
    for device in search(DEVICES, sought):
        assert not sought.mechanisms or device.mechanism in sought.mechanisms
        assert sought.terminals in (None, device.terminals)
        assert all(value.confidence.reaches(sought.least) for value in device.values.values())
        assert not sought.quantities or device.values
        assert not sought.quantities or set(device.values) <= set(sought.quantities)


@given(SEARCHES)
def test_what_is_left_out_was_not_sought(sought: Search) -> None:
    plain = Search(words=sought.words, mechanisms=sought.mechanisms, terminals=sought.terminals)
    kept = {device.name: set(device.values) for device in search(DEVICES, sought)}
    for device in search(DEVICES, plain):
        meant = {
            quantity
            for quantity, value in device.values.items()
            if value.confidence.reaches(sought.least) and (not sought.quantities or quantity in sought.quantities)
        }
        assert kept.get(device.name, set()) == meant


def test_a_paper_a_layer_and_a_colour_can_be_searched_for() -> None:
    assert numbers(Search(words=("[111]",))) == [111]
    assert numbers(Search(words=("cspbbr3", "PENTACENE"))) == [59]
    assert set(numbers(Search(words=("808 nm",)))) == {111, 130}
    assert numbers(Search(words=("ferroelectric",))) == [116]


def test_the_example_of_the_help_is_the_four_valence_change_devices() -> None:
    sought = Search(mechanisms=(Mechanism.VCM,), quantities=(Quantity.PPF,), least=Confidence.HIGH)
    assert numbers(sought) == [72, 63, 64, 101]


def test_a_number_without_a_column_is_not_shown_to_who_wants_sure_ones() -> None:
    (found,) = search(DEVICES, Search(words=("[104]",)))
    assert [each.printed for each in found.unplaced] == ["100"]
    (found,) = search(DEVICES, Search(words=("[104]",), least=Confidence.MEDIUM))
    assert not found.unplaced


def test_metrics_of_labkit_have_published_names() -> None:
    assert quantities("ppf_index") == quantities("ppf") == (Quantity.PPF,)
    assert quantities("pulse_energy") == (Quantity.ENERGY_READ, Quantity.ENERGY_PULSE)
    assert not set(ALIASES) & {str(quantity) for quantity in Quantity}
    with pytest.raises(KeyError):
        quantities("responsivity")


@pytest.mark.parametrize("quantity", list(Quantity))
def test_every_value_is_in_one_distribution(quantity: Quantity) -> None:
    spread = distributions(DEVICES, quantity)
    having = [device for device in DEVICES if quantity in device.values]
    assert sum(len(each.values) for each in spread) == len(having)
    for each in spread:
        assert each.lowest <= each.middle <= each.highest
        assert sum(each.confidences.values()) == len(each.values)
        assert {d.mechanism for d in having if d.values[quantity] in each.values} >= {each.mechanism}


def test_dynamic_range_is_spread_over_decades_with_a_geometric_median() -> None:
    spread = {each.mechanism: each for each in distributions(DEVICES, Quantity.DYNAMIC_RANGE)}
    assert {mechanism: len(each.values) for mechanism, each in spread.items()} == {
        Mechanism.VCM: 9,
        Mechanism.ECM: 3,
        Mechanism.FLOATING_GATE: 5,
        Mechanism.FERROELECTRIC: 1,
        Mechanism.HETEROJUNCTION: 6,
    }
    assert spread[Mechanism.HETEROJUNCTION].middle == pytest.approx(math.sqrt(4.9e5 * 6e5))
