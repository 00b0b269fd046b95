"""A measured device among the published ones: beside comparable numbers only, and refused in words elsewhere."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.core import Estimate, Interval, Result, Run
from labkit.literature import Confidence, Quantity, published_devices
from labkit.report import (
    AmongPublished,
    Measured,
    Placing,
    ReportEntry,
    among_published,
    beside_published,
    draw_lanes,
    html_report,
)
from labkit.report._among_published import _sentence
from labkit.report._lanes import lanes
from labkit.report._lanes_svg import lanes_svg

MakeRun = Callable[..., Run]
UNITS = {"ppf_index": "%", "pulse_energy": "J", "retention": "%"}


def result(metric: str, symbol: str, definition: str, value: float, half: float = 0.0, **at: float) -> Result:
    unit = UNITS.get(metric, "1")
    estimate = Estimate(value, half / 2, Interval(value - half, value + half), 9, unit)
    return Result(metric, definition, symbol, estimate, unit, "", at=at)


def bounded(metric: str, symbol: str, definition: str, low: float, high: float) -> Result:
    return Result(metric, definition, symbol, None, "1", "", reason="a bound", bound=Interval(low, high))


def ppf(value: float, half: float = 0.01, interval: float = 0.5) -> Result:
    return result("ppf_index", "PPF", "M4.global/1", value, half, interval=interval)


def place(make_run: MakeRun, *results: Result, virtual: bool = False, device: str = "A1") -> AmongPublished:
    return among_published([ReportEntry(make_run(virtual=virtual, device=device), results)])


def only(found: AmongPublished) -> Placing:
    (placing,) = found.placings
    return placing


def test_a_facilitation_index_is_counted_against_the_twenty_published_ones(make_run: MakeRun) -> None:
    placing = only(place(make_run, ppf(1.50, 0.02)))
    assert placing.quantity is Quantity.PPF
    assert len(placing.published) == 20
    (sentence,) = placing.sentences
    assert sentence == (
        "chip-1, cell A1: PPF = 150.0 ± 1.0 % at interval 500 ms; "
        "of 20 published values 7 are lower, 11 higher, 2 in the interval."
    )


@given(low=st.floats(1.0, 3.0), width=st.floats(0.0, 1.0))
def test_every_published_value_is_lower_higher_or_in_the_interval(low: float, width: float) -> None:
    values = [d.values[Quantity.PPF].value for d in published_devices() if Quantity.PPF in d.values]
    measured = Measured("chip-1, cell A1", "PPF", low, Interval(low, low + width), "PPF", simulated=False)
    counts = [int(number) for number in re.findall(r"\d+", _sentence(measured, values).split(";")[1])]
    assert counts[0] == sum(counts[1:]) == 20
    assert counts[1] == sum(value < low for value in values)


def test_only_the_global_index_is_comparable(make_run: MakeRun) -> None:
    assert not place(make_run, result("ppf_index", "PPF", "M4.excess/1", 1.1)).placings


def test_energies_of_two_formulas_are_never_in_one_picture(make_run: MakeRun) -> None:
    found = place(
        make_run,
        result("pulse_energy", "E_read", "M21.pulse/1", 1e-12, 1e-14, level=0.5),
        result("pulse_energy", "E_amp", "M21.pulse/1", 3e-12, 1e-14, level=0.5),
        result("pulse_energy", "E_pulse", "M21.pulse/1", 2e-12, 1e-14, level=0.5),
        result("pulse_energy", "E_opt", "M21.pulse/1", 5e-12, 1e-14, irradiance=1.0),
    )
    symbols = {each.quantity: [m.symbol for m in each.measured] for each in found.placings}
    assert symbols == {Quantity.ENERGY_READ: ["E_read"], Quantity.ENERGY_PULSE: ["E_amp", "E_pulse"]}
    assert [len(each.published) for each in found.placings] == [27, 3]
    assert [symbols for symbols, _ in found.refusals] == ["E_opt"]


def test_the_current_under_a_light_pulse_is_no_published_pulse_energy(make_run: MakeRun) -> None:
    assert not place(make_run, result("pulse_energy", "E_pulse", "M21.pulse/1", 2e-12, irradiance=1.0)).placings


def test_published_states_are_pulse_counts_and_stand_beside_pulse_counts_alone(make_run: MakeRun) -> None:
    found = place(
        make_run,
        result("states", "N_p", "M17.programmed/1", 50),
        result("states", "N_r", "M17.read_3_sigma/1", 17, 2),
        result("states", "N_w", "M17.write_3_sigma.potentiation/2", 9, 2),
    )
    placing = only(found)
    assert [each.symbol for each in placing.measured] == ["N_p"]
    assert "of 31 published values" in placing.sentences[0]
    assert "equal" in placing.sentences[0]
    ((symbols, words),) = found.refusals
    assert symbols == "N_r, N_w"
    assert "pulses applied" in words


def test_nonlinearity_is_refused_in_words(make_run: MakeRun) -> None:
    found = place(make_run, result("nonlinearity", "NL_P", "M15.neurosim.potentiation/1", 2.4, 0.1))
    assert not found.placings
    ((symbols, words),) = found.refusals
    assert symbols == "NL_P"
    assert "no formula" in words
    assert words == beside_published(Quantity.NONLINEARITY_P)


@pytest.mark.parametrize(
    ("measured", "quantity"),
    [
        (result("dynamic_range", "DR", "M18.end_points/1", 12.0, 0.3), Quantity.DYNAMIC_RANGE),
        (bounded("endurance", "N_f", "M24.three_in_a_row/1", 1000, math.inf), Quantity.ENDURANCE_TWO_STATE),
        (result("cycle_endurance", "N_c", "M25.control_chart/1", 30, 5), Quantity.ENDURANCE_LTP_LTD),
    ],
)
def test_columns_without_a_definition_are_drawn_beside_and_not_ranked(
    make_run: MakeRun, measured: Result, quantity: Quantity
) -> None:
    placing = only(place(make_run, measured))
    assert placing.quantity is quantity
    assert placing.words.startswith("Not ranked")
    assert "published values" not in placing.sentences[0]


def test_retention_is_how_long_was_observed_of_the_fullest_state(make_run: MakeRun) -> None:
    found = place(
        make_run,
        result("retention", "R", "M22.observed/2", 0.5, 0.01, state=5, time=1e4),
        result("retention", "R", "M22.observed/2", 0.8, 0.01, state=20, time=1e4),
        bounded("retention", "R extrapolated", "M22.observed/2", 0.5, 0.9),
    )
    (measured,) = only(found).measured
    assert measured.value is None
    assert measured.interval == Interval(1e4, math.inf)
    assert "80.00 ± 0.50 %" in measured.words
    assert [symbols for symbols, _ in found.refusals] == ["R extrapolated"]


def test_numbers_of_low_confidence_are_drawn_but_not_counted(make_run: MakeRun) -> None:
    placing = only(place(make_run, result("states", "N_p", "M17.programmed/1", 50)))
    low = [d for d in placing.published if d.values[Quantity.STATES].confidence is Confidence.LOW]
    assert len(placing.published) == 33
    assert len(low) == 2
    drawn = [dot for lane in lanes(placing) for dot in lane.dots if dot.kind is Confidence.LOW]
    assert len(drawn) == len(low)


def test_a_virtual_device_is_called_simulated_everywhere(make_run: MakeRun, tmp_path: Path) -> None:
    placing = only(place(make_run, ppf(1.5), virtual=True))
    assert placing.simulated
    assert "(simulated)" in placing.sentences[0]
    assert lanes(placing)[-1].label == "simulated"
    assert "simulated</text>" in lanes_svg(placing)
    real = only(place(make_run, ppf(1.5)))
    assert lanes(real)[-1].label == "measured"
    assert "simulated" not in lanes_svg(real)


def test_simulated_and_measured_devices_are_in_lanes_of_their_own(make_run: MakeRun) -> None:
    entries = [ReportEntry(make_run(virtual=virtual), [ppf(1.5)]) for virtual in (True, False)]
    *_, measured, simulated = lanes(only(among_published(entries)))
    assert (measured.label, simulated.label) == ("measured", "simulated")
    assert "(simulated)" in simulated.dots[0].words
    assert "(simulated)" not in measured.dots[0].words


def test_every_published_value_is_a_dot_that_tells_its_paper(make_run: MakeRun) -> None:
    placing = only(place(make_run, ppf(1.5), ppf(1.2, interval=5.0)))
    drawn = ET.fromstring(str(lanes_svg(placing)))
    titles = [element.text or "" for element in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 22
    assert sum("10." in title and "confidence" in title for title in titles) == 20
    assert len(set(titles)) == 22
    assert sum(len(lane.dots) for lane in lanes(placing)) == 22


def test_a_bound_is_drawn_as_an_arrow_within_the_picture(make_run: MakeRun) -> None:
    placing = only(place(make_run, bounded("endurance", "N_f", "M24.three_in_a_row/1", 1000, math.inf)))
    picture = str(lanes_svg(placing))
    assert not re.search(r"nan|inf\b", re.sub(r"<title>.*?</title>", "", picture).replace("interval", ""))
    assert "h12m-6 0v-18" in picture


def test_many_devices_are_drawn_and_the_first_are_told(make_run: MakeRun) -> None:
    entries = [ReportEntry(make_run(virtual=False, device=f"r1c{k}"), [ppf(1.2 + k / 100)]) for k in range(10)]
    placing = only(among_published(entries))
    assert len(placing.measured) == 10
    assert len(placing.sentences) == 7
    assert placing.sentences[-1] == "4 more devices are drawn."


def test_runs_without_anything_comparable_have_no_such_section(make_run: MakeRun, tmp_path: Path) -> None:
    plain = ReportEntry(make_run(), [result("epsc", "ΔI", "M1.edge/1", 1e-9)])
    html_report([plain], tmp_path / "plain.html")
    assert "Among published devices" not in (tmp_path / "plain.html").read_text(encoding="utf-8")
    html_report([ReportEntry(make_run(), [ppf(1.5)])], tmp_path / "placed.html")
    page = (tmp_path / "placed.html").read_text(encoding="utf-8")
    assert "Among published devices" in page
    assert "of 20 published values" in page
    assert "with simulated data" in page


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_the_picture_for_a_paper_is_the_same_for_the_same_devices(
    make_run: MakeRun, tmp_path: Path, suffix: str
) -> None:
    placing = only(place(make_run, bounded("endurance", "N_f", "M24.three_in_a_row/1", 1000, math.inf), virtual=True))
    for name in ("one", "two"):
        draw_lanes(placing, (tmp_path / name).with_suffix(suffix))
    one, two = ((tmp_path / name).with_suffix(suffix).read_bytes() for name in ("one", "two"))
    assert one == two
    assert len(one) > 1000
