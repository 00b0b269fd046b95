"""The page of the literature benchmark speaks of every published number, and its counts are those of its rows."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from labkit.literature import Confidence, Quantity, published_devices
from labkit.report import format_number

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "literature-benchmark.md").read_text(encoding="utf-8")
REMEDY = "say `labkit benchmark literature -o docs/reference/literature-benchmark.md`"
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| T")]
"""device, quantity, published, truth, measured, interval, verdict, note"""


def numbers() -> Iterator[tuple[str, str, str]]:
    """Give device, quantity and number as the table of published devices has them."""
    for device in published_devices():
        for quantity, value in device.values.items():
            yield device.name, str(quantity), format_number(value.value, quantity.about.unit)


def counted(verdict: str = "") -> Counter[str]:
    """Count the rows of high and medium confidence by quantity, all or those with a verdict."""
    return Counter(row[1] for row in ROWS if row[6] != "not counted" and verdict in row[6])


def test_every_published_number_has_its_row_and_no_other() -> None:
    assert sorted((name, quantity, published) for name, quantity, published, *_ in ROWS) == sorted(numbers()), REMEDY


def test_numbers_of_low_confidence_are_those_that_are_not_counted() -> None:
    low = {
        (device.name, str(quantity))
        for device in published_devices()
        for quantity, value in device.values.items()
        if value.confidence is Confidence.LOW
    }
    assert {(row[0], row[1]) for row in ROWS if row[6] == "not counted"} == low, REMEDY


def test_devices_without_a_number_are_named() -> None:
    empty = ", ".join(device.name for device in published_devices() if not device.values)
    assert f"run for their own sake: {empty}." in PAGE, REMEDY
    assert f"{len(published_devices())} of the 72 devices were run." in PAGE, REMEDY


def test_the_counts_are_those_of_the_rows() -> None:
    wide = Counter(row[1] for row in ROWS if row[6] == "pass" and row[7].startswith("wide: "))
    sure = {str(each) for each in (Quantity.STATES, Quantity.ENDURANCE_TWO_STATE, Quantity.ENDURANCE_LTP_LTD)}
    total, passed = counted(), counted("pass")
    for quantity in map(str, Quantity):
        cells = (
            quantity,
            total[quantity],
            passed[quantity],
            wide[quantity] or "",
            (quantity in sure and passed[quantity]) or "",
        )
        assert f"| {' | '.join(map(str, cells))} |" in PAGE, REMEDY
    sums = (total.total(), passed.total(), wide.total(), sum(passed[quantity] for quantity in sure))
    assert "| **all** | " + " | ".join(f"**{each}**" for each in sums) + " |" in PAGE, REMEDY
