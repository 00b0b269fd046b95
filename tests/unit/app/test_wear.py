"""What a run did to a device: charge, light, time and counts of runs whose truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.app import wear_of
from labkit.core import Kind, Run, Samples, no_samples

MakeRun = Callable[..., Run]
Row = dict[str, Any]


def row(kind: Kind, terminal: str, begin: float, end: float, level: float = 0.0, **loops: int) -> Row:
    return {"kind": kind, "terminal": terminal, "span": (begin, end), "level": level, **loops}


def steady(*spans: tuple[float, float], current: float = 1e-6, voltage: float = 0.1) -> Samples:
    time = np.concatenate([np.arange(round(b * 100), round(e * 100)) / 100 for b, e in spans])
    return Samples(time, np.full(len(time), voltage), np.full(len(time), current), np.zeros(len(time), np.uint8))


def test_a_microampere_for_ten_seconds_is_ten_microcoulombs_whichever_way_it_flows(make_run: MakeRun) -> None:
    for sign in (1, -1):
        run = make_run([row(Kind.RECORD, "drain", 0, 10)], {"drain": steady((0, 10), current=sign * 1e-6)})
        wear = wear_of(run)["A1"]
        assert wear.charge["drain"] == pytest.approx(10e-6)
        assert wear.bias_time["drain"] == pytest.approx(10)
        assert wear.unread_time["drain"] == 0


def test_what_happens_within_a_record_is_not_counted_twice(make_run: MakeRun) -> None:
    rows = [row(Kind.RECORD, "drain", 0, 10), row(Kind.RELAX, "drain", 2, 8), row(Kind.PULSE, "drain", 3, 4, 0.1)]
    wear = wear_of(make_run(rows, {"drain": steady((0, 10))}))["A1"]
    assert wear.charge["drain"] == pytest.approx(10e-6)
    assert wear.pulses == {"drain": 1}


def test_the_hours_between_two_reads_add_nothing(make_run: MakeRun) -> None:
    rows = [row(Kind.READ, "drain", 0, 1), row(Kind.READ, "drain", 10_000, 10_001)]
    wear = wear_of(make_run(rows, {"drain": steady((0, 1), (10_000, 10_001))}))["A1"]
    assert wear.charge["drain"] == pytest.approx(2e-6)
    assert wear.bias_time["drain"] == pytest.approx(2)


def test_a_terminal_at_zero_is_not_under_bias(make_run: MakeRun) -> None:
    wear = wear_of(make_run([row(Kind.RECORD, "drain", 0, 10)], {"drain": steady((0, 10), voltage=20e-6)}))["A1"]
    assert wear.bias_time["drain"] == 0
    assert wear.charge["drain"] == 0


def test_a_pulse_that_nobody_read_is_time_under_bias_with_an_unknown_charge(make_run: MakeRun) -> None:
    wear = wear_of(make_run([row(Kind.PULSE, "top", 1, 1.5, -2.0)], {"top": no_samples()}))["A1"]
    assert (wear.bias_time["top"], wear.unread_time["top"], wear.charge["top"]) == (0.5, 0.5, 0)


def test_an_overload_is_time_without_a_reading(make_run: MakeRun) -> None:
    samples = steady((0, 10))
    samples.current[500:] = np.nan
    wear = wear_of(make_run([row(Kind.RECORD, "drain", 0, 10)], {"drain": samples}))["A1"]
    assert wear.bias_time["drain"] == pytest.approx(10)
    assert wear.unread_time["drain"] == pytest.approx(5, rel=0.01)
    assert wear.charge["drain"] == pytest.approx(5e-6, rel=0.01)


def test_light_is_counted_in_joules_and_in_photons(make_run: MakeRun) -> None:
    rows = [row(Kind.PULSE, "light", begin, begin + 2, 1.0) for begin in (0, 5)]
    wear = wear_of(make_run(rows, {"drain": no_samples()}))["A1"]
    assert wear.dose == {"light": pytest.approx(4.0)}
    assert wear.photons["light"] == pytest.approx(4.0 / 3.97289e-19, rel=1e-5)
    assert wear.pulses == {"light": 2}


def test_cycles_begin_anew_in_each_iteration_of_the_loop_around_them(make_run: MakeRun) -> None:
    rows = [
        row(Kind.RAMP, "top", 0, 1, rate=rate, cycle=cycle) for rate in range(3) for cycle in range(5) for _ in range(2)
    ]
    rows.append(row(Kind.READ, "top", 2, 3))
    wear = wear_of(make_run(rows, {"top": no_samples()}, loops=["rate", "cycle"]))["A1"]
    assert wear.cycles == 15


def test_each_device_of_a_chip_has_its_own_current_and_all_have_the_light(make_run: MakeRun) -> None:
    rows = [
        row(Kind.RECORD, "drain", 0, 10, device=0),
        row(Kind.PULSE, "light", 1, 2, 1.0, device=0),
        row(Kind.RECORD, "drain", 20, 25, device=1),
    ]
    traces = {"drain": steady((0, 10), (20, 25))}
    wear = wear_of(make_run(rows, traces, loops=["device"], devices=["r1c1", "r1c2"]))
    assert wear["r1c1"].charge["drain"] == pytest.approx(10e-6)
    assert wear["r1c2"].charge["drain"] == pytest.approx(5e-6)
    assert wear["r1c1"].dose == wear["r1c2"].dose == {"light": pytest.approx(1.0)}
    assert (wear["r1c1"].pulses, wear["r1c2"].pulses) == ({"light": 1}, {})
