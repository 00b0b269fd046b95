"""Figures as files for a paper, and the report as a PDF."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from labkit.core import LabkitError, Result, Run
from labkit.report import ReportEntry, draw_figure, pdf_report, report_entry, result_figures, run_figures


@pytest.fixture
def entry(make_run: Callable[..., Run], results: tuple[Result, ...]) -> ReportEntry:
    return report_entry(make_run(), results, "run.h5")


def test_a_vector_figure_has_the_width_asked_for(entry: ReportEntry, tmp_path: Path) -> None:
    figure = run_figures(entry.run)[0]
    draw_figure(figure, tmp_path / "figure.svg", 0.089)
    width = re.search(r'width="([\d.]+)pt"', (tmp_path / "figure.svg").read_text(encoding="utf-8"))
    assert width is not None
    assert float(width[1]) == pytest.approx(89 / 25.4 * 72, rel=1e-3)


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png"])
def test_every_figure_can_be_drawn_and_equal_figures_give_equal_files(
    entry: ReportEntry, tmp_path: Path, suffix: str
) -> None:
    for figure in [*result_figures(entry.results, entry.metrics), *run_figures(entry.run)]:
        for name in ("one", "two"):
            draw_figure(figure, (tmp_path / name).with_suffix(suffix))
        one, two = ((tmp_path / name).with_suffix(suffix).read_bytes() for name in ("one", "two"))
        assert one == two
        assert len(one) > 1000


def test_another_format_is_refused_with_those_that_there_are(entry: ReportEntry, tmp_path: Path) -> None:
    with pytest.raises(LabkitError) as refusal:
        draw_figure(run_figures(entry.run)[0], tmp_path / "figure.bmp")
    assert ".svg, .pdf, .png" in refusal.value.remedy


def test_the_pdf_is_one_and_the_same_runs_give_the_same(entry: ReportEntry, tmp_path: Path) -> None:
    pdf_report([entry], tmp_path / "one.pdf")
    pdf_report([entry], tmp_path / "two.pdf")
    one = (tmp_path / "one.pdf").read_bytes()
    assert one.startswith(b"%PDF-")
    assert one == (tmp_path / "two.pdf").read_bytes()
