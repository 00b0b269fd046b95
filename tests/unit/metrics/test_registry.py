import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labkit.core import PluginError, Result, Run, format_quantity, load_plugin
from labkit.metrics import Metric, compute_metrics, load_metric, metric_names

STANDARD = {
    "baseline": "M2",
    "epsc": "M1",
    "decay": "M3",
    "ppf_index": "M4",
    "ppf_decay": "M5",
    "ptp": "M6",
    "sndp": "M7",
    "srdp": "M8",
    "sddp": "M9",
    "sadp": "M10",
    "noise": "M2",
    "stp_ltp": "M11",
    "relearning": "M12",
    "pulse_energy": "M21",
    "retention": "M22",
    "conductance_curve": "M14",
    "nonlinearity": "M15",
    "nonlinearity_forms": "M16",
    "states": "M17",
    "dynamic_range": "M18",
    "cycle_variation": "M19",
    "on_off_ratio": "M26",
    "switching_voltage": "M27",
    "hysteresis_index": "M28",
    "memory_window": "M29",
    "stdp": "M13",
    "arrhenius": "M23",
    "endurance": "M24",
    "cycle_endurance": "M25",
    "conduction": "M30",
    "transistor": "M31",
    "responsivity": "M32",
    "detectivity": "M34",
    "linear_range": "M35",
    "response_time": "M36",
    "wavelength_selectivity": "M37",
    "adaptation": "M38",
}


@pytest.mark.parametrize(("name", "number"), STANDARD.items())
def test_every_metric_of_the_standard_is_installed_under_its_name(name: str, number: str) -> None:
    metric = load_metric(name)
    assert metric.name == name
    assert re.fullmatch(rf"{number}(\.\w+)?/\d+", metric.definition)
    assert number in metric.reference
    assert metric.title
    assert metric.formula
    assert metric.description
    assert metric.requires
    assert format_quantity(1.0, metric.unit)


def test_every_installed_metric_is_a_metric() -> None:
    assert all(isinstance(load_metric(name), Metric) for name in metric_names())


def test_an_unknown_metric_names_those_that_are_known() -> None:
    with pytest.raises(PluginError) as refused:
        load_metric("mobility_of_unicorns")
    assert "epsc" in refused.value.remedy


def test_a_metric_that_the_run_cannot_carry_leaves_the_others_alone(single_run: Any) -> None:
    found = compute_metrics(single_run, ["ppf_index", "baseline", "no_such_metric"])
    assert [result.metric for result in found] == ["ppf_index", "baseline", "baseline", "baseline", "no_such_metric"]
    assert found[0].estimate is None
    assert "first" in found[0].reason
    assert found[0].notes["remedy"]
    assert found[1].estimate is not None
    assert found[-1].estimate is None


def test_a_metric_that_fails_leaves_the_others_alone(single_run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: Run) -> tuple[Result, ...]:
        return (run.traces["drain"].current[10**9],)

    broken = replace(load_metric("baseline"), name="broken", compute=fail)
    monkeypatch.setattr(
        "labkit.metrics._registry.load_plugin",
        lambda group, name: broken if name == "broken" else load_plugin(group, name),
    )
    found = compute_metrics(single_run, ["broken", "baseline"])
    assert "IndexError" in found[0].reason
    assert "test_registry.py" in found[0].reason
    assert "report it" in found[0].notes["remedy"]
    assert found[1].estimate is not None


@pytest.fixture
def single_run(builder: Callable[..., Any], instrument: Callable[..., Any]) -> Any:
    """A dark record without any stimulus."""
    ammeter = instrument(sigma=1e-12)
    built = builder()
    current = ammeter.read(np.full(500, 1e-9), np.random.default_rng(1))
    built.trace("drain", np.arange(500) * 0.01, 0.1, current, ammeter, 0.005)
    return built.build()
