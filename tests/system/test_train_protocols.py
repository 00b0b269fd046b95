"""The protocols of trains, rates, widths and intensities give the values of their metrics on a virtual bench."""

from collections.abc import Mapping
from pathlib import Path

from labkit.app import Request, run_request
from labkit.core import Result


def measured(protocol: str, folder: Path) -> Mapping[str, Result]:
    request = Request(protocol, "demo_optical", virtual=True, set_name="demo")
    return {result.symbol: result for result in run_request(request, folder / "run.h5").results}


def test_trains_tell_potentiation_from_summation(tmp_path: Path) -> None:
    found = measured("sndp_optical", tmp_path)
    assert {symbol for symbol, result in found.items() if result.reportable} == {"PTP (A10/A1)", "A20/A1", "G", "n₀"}
    assert found["PTP (A10/A1)"].variants["excess"].uncertainty < 0.1


def test_widths_saturate_and_reciprocity_is_tested(tmp_path: Path) -> None:
    found = measured("sddp_optical", tmp_path)
    assert found["τ_w"].reportable
    assert found["ΔI_s"].reportable
    assert "p = " in found["reciprocity"].notes["reciprocity"]


def test_faster_trains_add_up_to_more(tmp_path: Path) -> None:
    slope = measured("srdp_optical", tmp_path)["slope per decade"]
    assert slope.reportable
    assert slope.notes["filter"].startswith("high-pass")


def test_irradiance_gives_an_exponent(tmp_path: Path) -> None:
    found = measured("sadp_optical", tmp_path)
    exponent = found["γ by range"].estimate
    assert exponent is not None
    assert 0 < exponent.interval.low < exponent.interval.high < 2
