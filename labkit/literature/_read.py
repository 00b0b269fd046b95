"""The table of published devices, read from the files beside this module."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from labkit.literature._device import Confidence, Mechanism, PublishedDevice, PublishedValue, Reference, Unplaced
from labkit.literature._quantities import Quantity

_Row = Mapping[str, str]
_UNPLACED = "UNPLACED:"
_COMPOSITION = "composition"
_NANOMETRE = 1e-9
_SCALES = {Quantity.PPF: 0.01}
_FIELDS = {
    "ppf_index_percent": Quantity.PPF,
    "dynamic_range": Quantity.DYNAMIC_RANGE,
    "number_of_states": Quantity.STATES,
    "endurance_two_state": Quantity.ENDURANCE_TWO_STATE,
    "endurance_ltp_ltd": Quantity.ENDURANCE_LTP_LTD,
    "nonlinearity_p": Quantity.NONLINEARITY_P,
    "nonlinearity_d": Quantity.NONLINEARITY_D,
    "retention_s": Quantity.RETENTION,
}
_ENERGIES = {"read": Quantity.ENERGY_READ, "pulse": Quantity.ENERGY_PULSE}
_BY_EXTENSION = "V_read × I × t by extension: the footnote that says so stands under Table 1 only"


@cache
def published_devices() -> tuple[PublishedDevice, ...]:
    """Give the 72 devices of the review's Tables 1 (32), 2 (12) and 3 (28), in their order.

    Source: Sun et al., Nano-Micro Lett. 2026, 18:246 (CC BY 4.0); the original papers were not consulted.
    """
    evidence: dict[tuple[str, str], list[_Row]] = {}
    for row in _rows("published_devices_evidence.csv"):
        evidence.setdefault((row["table"], row["row"]), []).append(row)
    return tuple(_device(row, evidence[row["table"], row["row"]]) for row in _rows("published_devices.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("labkit.literature") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _device(row: _Row, evidence: Iterable[_Row]) -> PublishedDevice:
    told = {each["field"]: each for each in evidence}
    unplaced = [field for field in told if field.startswith(_UNPLACED)]
    values = [_value(row, each) for field, each in told.items() if field not in {_COMPOSITION, *unplaced}]
    return PublishedDevice(
        table=int(row["table"]),
        row=int(row["row"]),
        perovskite=row["perovskite"],
        perovskite_confidence=Confidence(told[_COMPOSITION]["confidence"]),
        dimensionality=row["dimensionality"],
        structure=row["device_structure"],
        terminals=int(row["terminals"]),
        mechanism=Mechanism(row["mechanism"]),
        migrating_ions=row["migrating_ions"],
        wavelengths=tuple(float(text) * _NANOMETRE for text in row["wavelengths_nm"].split(";") if text),
        values={value.quantity: value for value in values},
        unplaced=tuple(_unplaced(told[field]) for field in unplaced),
        reference=_reference(int(row["reference_number"]), row["reference"]),
        confidence=Confidence(row["confidence"]),
        ambiguity=row["ambiguity"],
    )


def _value(row: _Row, told: _Row) -> PublishedValue:
    field = told["field"]
    quantity = _ENERGIES[row["energy_method"]] if field == "energy_J" else _FIELDS[field]
    by_extension = quantity is Quantity.ENERGY_READ and row["table"] != "1"
    return PublishedValue(
        quantity=quantity,
        value=float(told["value"]) * _SCALES.get(quantity, 1.0),
        confidence=Confidence(told["confidence"]),
        printed=told["printed_as"],
        definition=_BY_EXTENSION if by_extension else quantity.about.definition,
        reason=told["reason"],
    )


def _unplaced(told: _Row) -> Unplaced:
    candidates = tuple(told["field"].removeprefix(_UNPLACED).split("|"))
    return Unplaced(told["printed_as"], tuple(str(_FIELDS[name]) for name in candidates), told["reason"])


def _reference(number: int, text: str) -> Reference:
    paper, year, doi = text.rsplit(", ", 2)
    authors, journal = paper.split(", ", 1)
    return Reference(number, authors, journal, int(year), doi)
