"""One YAML on three differently composed benches: the metrics agree within their intervals.

The benches share the device's parameters and nothing else: instruments with errors of their own, another calibration of
the light, another way of making pulses.
"""

from collections.abc import Container, Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest

from labkit.app import Request, run_request
from labkit.core import Estimate, Flag, Result

BENCHES: Mapping[str, tuple[str, str]] = {
    "2450": ("demo_optical", "demo_memristor"),
    "2636B": ("keithley_2636b_optical", "keithley_2636b_memristor"),
    "B2902A": ("keysight_b2902a_optical", "keysight_b2902a_memristor"),
}
"""Composition to the shipped bench of a phototransistor and of a memristor."""

CASES: Mapping[str, tuple[str | None, Mapping[str, str]]] = {
    "epsc_optical": (None, {"irradiance": "0.1 mW/cm^2", "width": "1 s", "repeats": "5"}),
    "ppf_optical": ("demo", {}),
    "ltp_ltd": ("slow", {}),
    "iv_hysteresis": (None, {}),
    "retention": (None, {"times": "{logspace: [1 s, 100 s], points: 5}"}),
}

OF_THE_BENCH = {"epsc_optical": {"σ_B", "E_pulse", "E_read", "I_∞"}}
"""What belongs to the meter, to the light that each bench delivered, or to how long its noise let a relaxation go on
(I_∞ counts from the baseline, which holds what earlier pulses left), and not to the device."""
PER_IRRADIANCE = "per irradiance"
"""Absolute responses carry the calibration of each bench's light."""
MOST, ALL = 1.0, 1.6
"""E_n: 1 is the edge of two 95 % intervals, which one pair of twenty passes; none of these hundreds passes 1.6."""

Key = tuple[str, tuple[tuple[str, float], ...]]


def run(protocol: str, bench: str, folder: Path) -> dict[Key, Result]:
    set_name, parameters = CASES[protocol]
    devices = ("r1c1",) if bench.endswith("_memristor") and not bench.startswith("demo") else ()
    request = Request(protocol, bench, virtual=True, set_name=set_name, parameters=parameters, devices=devices)
    results = run_request(request, folder / f"{bench}.h5").results
    return {(each.symbol, conditions(each)): each for each in results}


def conditions(result: Result) -> tuple[tuple[str, float], ...]:
    """What the protocol asked for; delivered values differ in their last digits from bench to bench."""
    asked = {name: value for name, value in result.at.items() if name in ("interval", "state", "level", "pulses")}
    return tuple((name, float(f"{value:.2g}")) for name, value in sorted(asked.items()))


def estimate_of(result: Result) -> Estimate | None:
    return result.variants.get(PER_IRRADIANCE, result.estimate)


def normalized_error(one: Estimate, other: Estimate) -> float:
    """E_n of ISO 13528: the difference over the root of the sum of squared expanded uncertainties."""
    expanded = [(each.interval.high - each.interval.low) / 2 for each in (one, other)]
    length = sum(each**2 for each in expanded) ** 0.5
    return abs(one.value - other.value) / length if length else float(one.value != other.value)


def errors(found: Mapping[str, Mapping[Key, Result]], left_out: Container[str]) -> Iterator[tuple[str, float]]:
    for (name, ours), (other, theirs) in combinations(found.items(), 2):
        for key in ours:
            one, two = estimate_of(ours[key]), estimate_of(theirs[key])
            if one is not None and two is not None and key[0] not in left_out:
                yield f"{key[0]} {dict(key[1])} on {name} and {other}", normalized_error(one, two)


@pytest.mark.parametrize("protocol", list(CASES))
def test_three_benches_agree_on_the_device(protocol: str, tmp_path: Path) -> None:
    place = 0 if protocol.endswith("optical") else 1
    found = {name: run(protocol, benches[place], tmp_path) for name, benches in BENCHES.items()}
    keys = [set(results) for results in found.values()]
    assert keys[0] == keys[1] == keys[2]
    compared = dict(errors(found, OF_THE_BENCH.get(protocol, ())))
    assert len(compared) >= 12
    beyond = {name: error for name, error in compared.items() if error > MOST}
    assert len(beyond) <= 0.1 * len(compared), beyond
    assert max(compared.values()) < ALL, beyond
    for results in found.values():
        assert not any(Flag.SATURATED in each.flags or Flag.COMPLIANCE in each.flags for each in results.values())
