"""The table of published devices holds what the review prints, and says of each number how sure it is."""

import csv
from collections import Counter
from importlib.resources import files

import pytest

from labkit.literature import Confidence, Mechanism, PublishedDevice, PublishedValue, Quantity, published_devices

DEVICES = published_devices()
FIELDS = {
    "ppf_index_percent": (Quantity.PPF,),
    "energy_J": (Quantity.ENERGY_READ, Quantity.ENERGY_PULSE),
    "dynamic_range": (Quantity.DYNAMIC_RANGE,),
    "number_of_states": (Quantity.STATES,),
    "endurance_two_state": (Quantity.ENDURANCE_TWO_STATE,),
    "endurance_ltp_ltd": (Quantity.ENDURANCE_LTP_LTD,),
    "nonlinearity_p": (Quantity.NONLINEARITY_P,),
    "nonlinearity_d": (Quantity.NONLINEARITY_D,),
    "retention_s": (Quantity.RETENTION,),
}


def values(*quantities: Quantity) -> dict[int, PublishedValue]:
    return {
        device.reference.number: value
        for device in DEVICES
        for quantity, value in device.values.items()
        if quantity in quantities
    }


def device(number: int) -> PublishedDevice:
    return next(each for each in DEVICES if each.reference.number == number)


def test_the_three_tables_have_32_12_and_28_devices() -> None:
    assert Counter(each.table for each in DEVICES) == {1: 32, 2: 12, 3: 28}
    assert len({each.name for each in DEVICES}) == 72


def test_the_mechanisms_are_those_of_the_tables() -> None:
    of_table = {number: Counter(str(d.mechanism) for d in DEVICES if d.table == number) for number in (1, 2, 3)}
    assert of_table == {1: {"VCM": 27, "ECM": 5}, 2: {"FG": 10, "DE": 1, "FE": 1}, 3: {"HJ": 28}}
    assert all(each.terminals == (2 if each.table == 1 else 3) for each in DEVICES)
    assert all(each.words for each in Mechanism)


@pytest.mark.parametrize(
    ("quantities", "count", "low", "high"),
    [
        ((Quantity.PPF,), 20, (1.26, 101), (2.70, 111)),
        ((Quantity.ENERGY_READ,), 27, (0.3e-18, 110), (42.93e-9, 134)),
        ((Quantity.ENERGY_PULSE,), 3, (0.7e-15, 97), (5.8e-12, 88)),
        ((Quantity.DYNAMIC_RANGE,), 24, (10, 98), (3.2e8, 75)),
        ((Quantity.STATES,), 33, (7, 90), (600, 127)),
        ((Quantity.ENDURANCE_TWO_STATE,), 17, (50, 61), (1e5, 107)),
        ((Quantity.ENDURANCE_LTP_LTD,), 15, (5, 107), (50, 73)),
        ((Quantity.NONLINEARITY_P,), 5, (0.00015, 73), (1.8, 94)),
        ((Quantity.NONLINEARITY_D,), 5, (0.0005, 73), (3.47, 96)),
        ((Quantity.RETENTION,), 23, (40, 94), (1e6, 105)),
    ],
)
def test_counts_and_ranges_are_those_of_the_review(
    quantities: tuple[Quantity, ...], count: int, low: tuple[float, int], high: tuple[float, int]
) -> None:
    found = values(*quantities)
    assert len(found) == count
    assert min(value.value for value in found.values()) == pytest.approx(low[0])
    assert max(value.value for value in found.values()) == pytest.approx(high[0])
    assert found[low[1]].value == pytest.approx(low[0])
    assert found[high[1]].value == pytest.approx(high[0])


def test_thirty_devices_have_an_energy_and_none_has_two() -> None:
    assert len(values(Quantity.ENERGY_READ, Quantity.ENERGY_PULSE)) == 30
    both = {Quantity.ENERGY_READ, Quantity.ENERGY_PULSE}
    assert all(len(both & set(each.values)) <= 1 for each in DEVICES)
    assert set(values(Quantity.ENERGY_PULSE)) == {87, 88, 97}


def test_every_filled_cell_of_the_table_is_a_value_with_evidence() -> None:
    text = (files("labkit.literature") / "data" / "published_devices.csv").read_text(encoding="utf-8")
    for row, read in zip(csv.DictReader(text.splitlines()), DEVICES, strict=True):
        filled = {field: float(row[field]) for field in FIELDS if row[field]}
        assert sum(len(set(FIELDS[field]) & set(read.values)) for field in filled) == len(filled) == len(read.values)
        for field, number in filled.items():
            (quantity,) = set(FIELDS[field]) & set(read.values)
            assert read.values[quantity].value == pytest.approx(number * (0.01 if quantity is Quantity.PPF else 1.0))


def test_no_value_is_without_confidence_and_what_was_printed() -> None:
    for each in DEVICES:
        for value in each.values.values():
            assert isinstance(value.confidence, Confidence)
            assert value.printed
            assert value.definition
            assert value.reason


def test_what_is_not_sure_says_why() -> None:
    assert all(each.ambiguity for each in DEVICES if each.confidence is not Confidence.HIGH)
    least = {
        name: min(each.values.values(), key=lambda v: list(Confidence).index(v.confidence)).confidence
        for name, each in ((d.name, d) for d in DEVICES if d.values)
    }
    assert all(least[each.name].reaches(each.confidence) for each in DEVICES if each.values)


def test_numbers_whose_column_is_lost_are_values_of_nothing() -> None:
    lost = {each.reference.number: each.unplaced for each in DEVICES if each.unplaced}
    assert set(lost) == {50, 104, 129, 138}
    assert lost[129][0].printed == "50"
    assert lost[129][0].candidates == ("endurance_two_state", "endurance_ltp_ltd")
    assert Quantity.ENDURANCE_TWO_STATE not in device(129).values


def test_a_row_reads_in_si_units() -> None:
    bilayer = device(64)
    assert bilayer.perovskite == "Cu2AgBiI6"
    assert bilayer.values[Quantity.PPF].value == pytest.approx(1.51)
    assert bilayer.values[Quantity.ENERGY_READ].value == pytest.approx(132e-12)
    assert bilayer.values[Quantity.ENERGY_READ].printed == "132 pJ"
    assert bilayer.values[Quantity.STATES].confidence is Confidence.MEDIUM
    assert device(111).wavelengths == pytest.approx((365e-9, 460e-9, 520e-9, 625e-9, 808e-9))


def test_every_paper_has_a_number_a_year_and_a_doi() -> None:
    numbers = [each.reference.number for each in DEVICES]
    assert len(set(numbers)) == 72
    for each in DEVICES:
        assert each.reference.doi.startswith("10.")
        assert 2015 <= each.reference.year <= 2026
        assert each.reference.journal[0].isupper()
        assert each.reference.authors[0].isupper()


def test_read_energies_of_tables_2_and_3_say_that_their_formula_is_by_extension() -> None:
    read = [(d.table, d.values[Quantity.ENERGY_READ].definition) for d in DEVICES if Quantity.ENERGY_READ in d.values]
    assert all(("by extension" in definition) == (table > 1) for table, definition in read)
