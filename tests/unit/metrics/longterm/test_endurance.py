"""M24: the cycle in which a window is lost, what counts as a loss, and cycles that nobody saw."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.validation.generators import SwitchingRun
from labkit.core import Flag, LabkitError, Result
from labkit.metrics import ENDURANCE
from labkit.metrics._endurance import first_failure


def endurance(device: SwitchingRun) -> Result:
    (found,) = ENDURANCE.compute(device.run(np.random.default_rng(1)))
    return found


@pytest.mark.parametrize(("stuck", "word"), [("on", "low-resistance"), ("off", "high-resistance")])
def test_the_first_of_three_lost_cycles_is_the_failure(stuck: str, word: str) -> None:
    found = endurance(SwitchingRun(fails=31, stuck=stuck))
    assert found.estimate is not None
    assert found.estimate.value == 31
    assert f"stuck in the {word} state" in found.notes["failure"]


def test_single_and_double_slips_are_no_failure() -> None:
    found = endurance(SwitchingRun(slips=(10, 11, 20, 30, 31)))
    assert found.estimate is None
    assert found.bound is not None
    assert (found.bound.low, found.bound.high) == (50, np.inf)
    assert found.reason == "no failure: more than 50 cycles"
    assert found.notes["failure"] == "5 cycles below W, never three in a row"


def test_a_test_that_ends_in_the_middle_of_a_failure_claims_no_more_than_it_saw() -> None:
    found = endurance(SwitchingRun(fails=49))
    assert found.bound is not None
    assert found.bound.low == 48


def test_the_window_is_the_one_that_the_protocol_declares() -> None:
    device = SwitchingRun(low=1e-5, high=2e-6, fails=40)
    analogue = endurance(device)
    assert analogue.estimate is not None
    assert analogue.at["window"] == 2
    memory = endurance(SwitchingRun(low=1e-5, high=2e-6, window="10"))
    assert memory.estimate is not None
    assert memory.estimate.value == 1
    assert memory.notes["failure"] == "from the first cycle on the states differ by less than W"


@pytest.mark.parametrize("every", [2, 10])
def test_blind_cycles_forbid_a_value_and_leave_the_failure_between_two_reads(every: int) -> None:
    found = endurance(SwitchingRun(cycles=300, fails=101, every=every))
    assert found.estimate is None
    assert Flag.BLIND in found.flags
    assert found.bound is not None
    assert (found.bound.low, found.bound.high) == (100, 100 + every)
    assert "of 300 cycles went unread" in found.reason


def test_fewer_than_twenty_points_tell_no_endurance() -> None:
    found = endurance(SwitchingRun(cycles=19, fails=10))
    assert Flag.REPEATS in found.flags
    assert "fewer than 20 points" in found.reason


def test_pulses_are_counted_apart_from_cycles() -> None:
    found = endurance(SwitchingRun(fails=31, pulses=5))
    assert found.estimate is not None
    assert found.estimate.value == 31
    assert found.variants["pulses"].value == 310
    assert found.notes["pulses"] == "10 pulses a cycle: 500 pulses are not 500 cycles"


def test_reads_of_one_state_alone_are_no_cycles() -> None:
    with pytest.raises(LabkitError, match="no reads of the state marked hrs: pulses are no cycles"):
        endurance(SwitchingRun(states=("lrs",)))


def test_a_state_read_at_compliance_forbids_the_value_unless_the_device_had_failed() -> None:
    assert Flag.COMPLIANCE in endurance(SwitchingRun(fails=40, compliance=(12,))).flags
    assert endurance(SwitchingRun(fails=40, compliance=(45,))).reportable


def test_one_device_is_said_to_be_one() -> None:
    found = endurance(SwitchingRun(fails=31))
    assert found.counts["device"] == 1
    assert found.notes["devices"].startswith("one device")


@settings(max_examples=60)
@given(lost=st.lists(st.booleans(), min_size=3, max_size=40))
def test_a_failure_is_the_first_cycle_that_begins_three_lost_ones(lost: list[bool]) -> None:
    ratio = np.where(lost, 1.0, 8.0)
    found = first_failure(np.arange(1, len(lost) + 1), ratio, 2.0)
    rows = [k + 1 for k in range(len(lost) - 2) if all(lost[k : k + 3])]
    assert found.cycle == (rows[0] if rows else None)
    before = [k for k, gone in enumerate(lost, 1) if not gone and (not rows or k < rows[0])]
    assert found.seen == (before[-1] if before else 0)
