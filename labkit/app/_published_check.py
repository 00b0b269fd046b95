"""Published numbers on virtual devices sized after them: run an experiment, set each result beside its truth."""

import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf, isclose, isfinite
from pathlib import Path

from labkit.app._prepare import describe, prepare
from labkit.app._request import Request
from labkit.app._run import open_session, plan_on
from labkit.core import ExpectedValue, Interval, LabkitError, PublishedTruths, Result, TruthExperiment, load_plugin
from labkit.engine import run_plan
from labkit.literature import PublishedDevice, Quantity
from labkit.metrics import compute_metrics
from labkit.storage import RunWriter, read_run

CLOSE = 0.02
"""A value that is so near to the truth counts, whatever its interval."""
LEFT = 0.5
"""What has to be left at the least for a device to count as having retained."""
WIDE = 0.2
"""Half an interval over the value, from which on holding the truth says little."""
BY_CONSTRUCTION = frozenset(map(str, (Quantity.STATES, Quantity.ENDURANCE_TWO_STATE, Quantity.ENDURANCE_LTP_LTD)))
"""What no preset could fail: pulses are counted as programmed, and nothing in the presets wears."""


@dataclass(frozen=True, slots=True)
class CheckedValue:
    """A published number, the truth in its place, and what the whole chain measured.

    `truth`, `value`, `low` and `high` are in `unit`; those that are infinite do not limit that side, NaN stands for no
    value. `passed` says whether the interval holds the truth or the value is within 2 % of it; for counts and times
    that were published as reached, whether they were. `reason` tells why not, or what it rests on.
    """

    quantity: str
    confidence: str
    published: float
    symbol: str
    truth: float
    value: float
    low: float
    high: float
    unit: str
    passed: bool
    reason: str
    protocol: str

    @property
    def half_interval(self) -> float:
        """Half of the interval over the value; 0 where a side is open or there is no value."""
        width = self.high - self.low
        return width / 2 / abs(self.value) if isfinite(width) and isfinite(self.value) and self.value else 0.0

    @property
    def is_weak(self) -> bool:
        """Whether it passed with an interval so wide that much else would have."""
        return self.passed and self.half_interval > WIDE

    @property
    def by_construction(self) -> bool:
        """Whether nothing in a preset could have made it fail; it still shows that the chain goes through."""
        return self.quantity in BY_CONSTRUCTION


@dataclass(frozen=True, slots=True)
class CheckedDevice:
    """All that was measured on the preset of one published device; `seconds` is the time of a processor."""

    reference: int
    name: str
    preset: str
    values: tuple[CheckedValue, ...]
    ran: tuple[str, ...]
    seconds: float


def experiments_of(device: PublishedDevice) -> Sequence[TruthExperiment]:
    """Give the experiments on the preset of a published device. Raises PluginError without simulated devices."""
    source: PublishedTruths = load_plugin("labkit.truths", "published")
    return source(device.reference.number)


def check_device(device: PublishedDevice) -> CheckedDevice:
    """Run all experiments of a published device on its virtual bench."""
    begun = time.process_time()
    experiments = experiments_of(device)
    values = [value for each in experiments for value in _checked(device, each)]
    shown = {value.quantity for value in values}
    values += [_not_shown(device, quantity) for quantity in device.values if str(quantity) not in shown]
    return CheckedDevice(
        device.reference.number,
        device.name,
        experiments[0].preset if experiments else "",
        tuple(values),
        tuple(each.protocol for each in experiments),
        time.process_time() - begun,
    )


def _checked(device: PublishedDevice, experiment: TruthExperiment) -> Iterator[CheckedValue]:
    try:
        results = measure(experiment, device.reference.number)
    except LabkitError as error:
        results = ()
        failure = f"{error.message}; {error.remedy}"
    else:
        failure = ""
    for expected in experiment.expected:
        confidence = device.values[Quantity(expected.quantity)].confidence
        yield _compared(expected, str(confidence), results, experiment.protocol, failure)


def measure(experiment: TruthExperiment, seed: int) -> tuple[Result, ...]:
    """Run an experiment through drivers, simulated firmware, planner and run file, and compute its metrics."""
    with tempfile.TemporaryDirectory(prefix="labkit-published-") as folder:
        bench, path = Path(folder) / "bench.yaml", Path(folder) / "run.h5"
        bench.write_text(experiment.bench_text, encoding="utf-8")
        request = Request(experiment.protocol, str(bench), virtual=True, parameters=experiment.parameters, seed=seed)
        prepared = prepare(request)
        prepared = replace(prepared, program=replace(prepared.program, metrics=experiment.metrics))
        with open_session(prepared) as session:
            plan = plan_on(session, prepared).require()
            description = describe(prepared, plan, session.capabilities)
            with RunWriter(path) as writer:
                run_plan(session, plan, description, [writer])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return compute_metrics(read_run(path), experiment.metrics)


def _compared(
    expected: ExpectedValue, confidence: str, results: Sequence[Result], protocol: str, failure: str
) -> CheckedValue:
    result = _beside(expected, results)
    estimate = None if result is None else result.estimate
    bound = Interval(-inf, inf) if result is None or result.bound is None else result.bound
    interval = bound if estimate is None else estimate.interval
    value = float("nan") if estimate is None else float(estimate.value)
    passed, reason = _verdict(expected, value, interval)
    flags = "" if result is None else " ".join(flag.value for flag in result.flags)
    told = (failure or (f"no {expected.symbol}" if result is None else result.reason), flags)
    return CheckedValue(
        expected.quantity,
        confidence,
        expected.published,
        expected.symbol,
        expected.truth,
        value,
        float(interval.low),
        float(interval.high),
        "1" if result is None else result.unit,
        passed,
        "; ".join(words for words in (reason, *told) if words),
        protocol,
    )


def _beside(expected: ExpectedValue, results: Sequence[Result]) -> Result | None:
    """Find the result of the metric and symbol under the conditions; of several states the fullest."""
    found = [
        result
        for result in results
        if (result.metric, result.symbol) == (expected.metric, expected.symbol)
        and all(isclose(result.at.get(name, value), value, rel_tol=0.01) for name, value in expected.at.items())
    ]
    return max(found, key=lambda result: result.at.get("state", 0.0), default=None)


def _verdict(expected: ExpectedValue, value: float, interval: Interval) -> tuple[bool, str]:
    if expected.kind == "alive":
        alive = bool(interval.low >= expected.truth)
        return alive, "" if alive else "it failed before"
    if value != value:  # NaN: there is no value
        return False, "no value"
    near = interval.low <= expected.truth <= interval.high or abs(value / expected.truth - 1) <= CLOSE
    if not near:
        return False, f"off by {value / expected.truth - 1:+.1%}"
    if expected.kind == "remaining" and value < LEFT:
        return False, "less than half is left"
    return True, ""


def _not_shown(device: PublishedDevice, quantity: Quantity) -> CheckedValue:
    number, nothing = device.values[quantity], float("nan")
    reason = f"no preset is sized after a number of {number.confidence} confidence"
    if number.confidence != "low":
        reason = "no experiment on a virtual device shows it"
    return CheckedValue(
        str(quantity),
        str(number.confidence),
        number.value,
        "",
        nothing,
        nothing,
        -inf,
        inf,
        number.unit,
        False,
        reason,
        "",
    )
