"""What a queue shows of a request before it runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.app import Request, foresee, new_run_file, plan_request
from labkit.core import LabkitError, PlanRefused

PPF = Request("ppf_optical", "demo_optical", virtual=True, parameters={"repeats": "2", "settle": "1 s"})
TOO_BRIGHT = replace(PPF, parameters={"irradiance": "1 W/cm^2"})


def test_only_what_differs_from_the_protocol_is_a_change() -> None:
    assert set(foresee(PPF).changed) == {"repeats", "settle"}
    assert foresee(replace(PPF, parameters={})).changed == {}
    assert foresee(replace(PPF, parameters={}, set_name="demo")).changed != {}


def test_it_takes_what_the_plan_says() -> None:
    seen, plan = foresee(PPF), plan_request(PPF)
    assert (seen.duration, seen.longest) == (plan.estimates.duration, plan.estimates.longest)
    assert (seen.pulses, seen.bytes) == (plan.estimates.pulses, plan.estimates.bytes)
    assert seen.refused is None


def test_a_refusal_is_told_with_its_place_and_remedy() -> None:
    refused = foresee(TOO_BRIGHT).refused
    assert refused is not None
    assert "ppf_optical.yaml" in refused.message
    assert refused.remedy


def test_a_run_file_has_a_name_of_its_own_in_a_folder_that_is_made(tmp_path: Path) -> None:
    first = new_run_file(PPF, tmp_path / "runs")
    assert first.parent.is_dir()
    assert not first.exists()
    first.touch()
    assert new_run_file(PPF, tmp_path / "runs") != first


def test_a_refused_request_gets_no_run_file(tmp_path: Path) -> None:
    with pytest.raises(PlanRefused):
        new_run_file(TOO_BRIGHT, tmp_path)
    with pytest.raises(LabkitError):
        foresee(replace(PPF, protocol="no_such_protocol"))
