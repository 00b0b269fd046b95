"""The page: well-formed, self-contained, safe, honest about simulation, and holding what it promises."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from labkit.core import Result, Run, RunFinished
from labkit.report import ReportEntry, html_report

VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr"}


class Outline(HTMLParser):
    """Collects elements and complains of tags that do not match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.text.setdefault(self.open[-1], []).append(data)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert not parser.open
    return parser


def visible(page: str) -> str:
    parser = outline(page)
    return " ".join(part for tag, parts in parser.text.items() if tag not in {"script", "style"} for part in parts)


def figures(page: str) -> list[dict[str, object]]:
    found = re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    return [json.loads(text) for text in found]


@pytest.fixture
def page(run: Run, results: tuple[Result, ...], tmp_path: Path) -> str:
    html_report([ReportEntry(run, results, "run.h5")], tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_every_tag_is_closed_and_every_identifier_is_used_once(page: str) -> None:
    identifiers = [value for _, name, value in outline(page).attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))


def test_nothing_is_asked_of_a_network(page: str) -> None:
    asking = {"src", "href", "srcset", "action", "data", "poster"}
    targets = [value for _, name, value in outline(page).attributes if name in asking]
    assert all(target.startswith("#") for target in targets)
    assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//|fetch\(|XMLHttpRequest|WebSocket", page)
    assert "default-src 'none'" in page


def test_text_of_a_file_cannot_become_markup(page: str) -> None:
    assert "<script>alert" not in page
    assert "Pairs &lt;of&gt; light &amp; pulses" in page
    assert "alert(1)" in visible(page)


def test_each_result_is_there_with_value_interval_flag_and_definition(page: str) -> None:
    text = visible(page)
    for told in (
        "8.410 ± 0.061 nA",
        "8.288 to 8.532 nA",
        "137.5 ± 1.2 %",
        "SUMMATION",
        "M4.global/1",
        "42.00 ± 0.30 %",
    ):
        assert told in text


def test_a_withheld_result_is_told_with_its_reason(page: str) -> None:
    text = visible(page)
    assert "≤ 42 pJ" in text
    assert "the current is below three standard uncertainties" in text
    assert "2 of 3 results can be reported" in text


def test_simulated_data_are_called_simulated(page: str) -> None:
    assert "No real device was measured." in visible(page)


def test_measured_data_are_not_called_simulated(
    make_run: Callable[..., Run], results: tuple[Result, ...], tmp_path: Path
) -> None:
    html_report([ReportEntry(make_run(virtual=False), results)], tmp_path / "real.html")
    assert "virtual" not in visible((tmp_path / "real.html").read_text(encoding="utf-8")).lower()


def test_the_raw_trace_is_drawn_with_every_light_pulse(page: str, run: Run) -> None:
    (raw,) = [figure for figure in figures(page) if str(figure["title"]).startswith("Raw trace")]
    bands = raw["bands"]
    assert isinstance(bands, list)
    assert [band[0] for band in bands] == pytest.approx(run.timeline["begin"].to_list())
    panels = raw["panels"]
    assert isinstance(panels, list)
    y = np.array(panels[0]["traces"][0]["y"], dtype=float)
    assert y.max() == pytest.approx(run.traces["drain"].current.max(), rel=1e-5)


def test_a_fitted_curve_comes_with_its_residuals(page: str) -> None:
    (figure,) = [figure for figure in figures(page) if "PPF" in str(figure["title"])]
    panels = figure["panels"]
    assert isinstance(panels, list)
    assert [trace["style"] for trace in panels[0]["traces"]] == ["points", "fit"]
    assert panels[1]["label"] == "Residual"
    assert panels[1]["traces"][0]["y"] == [0.0, 0.0, 0.0]


def test_one_response_is_laid_over_the_other_at_each_interval_in_rising_order(page: str) -> None:
    (figure,) = [figure for figure in figures(page) if str(figure["title"]).startswith("One response")]
    panels = figure["panels"]
    assert isinstance(panels, list)
    assert [trace["name"] for trace in panels[0]["traces"]] == ["500 ms", "2 s"]


def test_methods_name_instruments_stimuli_and_settings(page: str) -> None:
    text = visible(page)
    for told in (
        "standard protocol P03",
        "8 light pulses of 1 s at 0.1 mW/cm²",
        "Thorlabs DC2200 (455 nm, standard uncertainty of the irradiance 5 %)",
        "Keithley Instruments 2450",
        "aperture 10 ms, fixed current range 1 µA, current limit 100 µA",
        "The order of interval was random (seed 7).",
        "active area 0.1 mm²",
    ):
        assert told in text


def test_provenance_tells_timing_efficiency_and_warnings(page: str) -> None:
    text = visible(page)
    for told in (
        "3 ms (worst 3 ms)",
        "delivered off by up to −1 %",
        "0.975",
        "relaxing took long",
        "KEITHLEY INSTRUMENTS",
    ):
        assert told in text


def test_equal_entries_give_equal_bytes(run: Run, results: tuple[Result, ...], tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        html_report([ReportEntry(run, results, "run.h5")], tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_several_runs_are_compared_side_by_side(
    make_run: Callable[..., Run], results: tuple[Result, ...], tmp_path: Path
) -> None:
    entries = [ReportEntry(make_run(), results), ReportEntry(make_run(device="B2"), results[:1])]
    html_report(entries, tmp_path / "two.html")
    page = (tmp_path / "two.html").read_text(encoding="utf-8")
    text = visible(page)
    assert "2 runs compared" in text
    assert "chip-1, cell A1" in text
    assert "chip-1, cell B2" in text
    assert text.count("not measured") == 2
    identifiers = [value for _, name, value in outline(page).attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize(
    ("finished", "told"),
    [
        (None, "The run was cut off"),
        (RunFinished("failed", "the 2450 no longer answers", "", 10.0, 9.0, ("output of smu",)), "no longer answers"),
    ],
)
def test_a_run_that_did_not_end_well_says_so_first(
    make_run: Callable[..., Run], tmp_path: Path, finished: RunFinished | None, told: str
) -> None:
    run = make_run()
    broken = Run(
        run.description,
        run.started_at,
        run.instruments,
        run.sample,
        run.traces,
        run.timeline,
        run.acquisitions,
        (),
        finished,
    )
    html_report([ReportEntry(broken, ())], tmp_path / "broken.html")
    page = (tmp_path / "broken.html").read_text(encoding="utf-8")
    assert re.search(rf'class="verdict bad">[^<]*{told}', page)
    assert ("output of smu" in visible(page)) == (finished is not None)


def test_a_run_without_any_sample_or_pulse_still_has_a_page(make_run: Callable[..., Run], tmp_path: Path) -> None:
    run = make_run()
    empty = Run(
        run.description,
        run.started_at,
        (),
        run.sample,
        {"drain": run.traces["drain"].part(0, 0)},
        run.timeline.iloc[:0],
        run.acquisitions.iloc[:0],
    )
    html_report([ReportEntry(empty, ())], tmp_path / "empty.html")
    assert "No metric was computed." in visible((tmp_path / "empty.html").read_text(encoding="utf-8"))
