"""Blocks of a 2450's trigger model that branch: by count, once, by time, by a reading, by an event."""

from dataclasses import dataclass

from labkit.core import Nanoseconds
from labkit_sim._keithley_2450_block import ActingBlock, Effect, InstantBlock
from labkit_sim._keithley_2450_run import TriggerRun


@dataclass(frozen=True, slots=True)
class BranchAlways(InstantBlock):
    """Go to a block."""

    NAME = "BRANCH_ALWAYS"
    target: int

    def act(self, run: TriggerRun) -> int:
        """Branch."""
        return self.target

    def settings(self) -> str:
        """Tell the target."""
        return f"BRANCH_BLOCK: {self.target}"

    def targets(self) -> tuple[int, ...]:
        """Give the target."""
        return (self.target,)


@dataclass(frozen=True, slots=True)
class BranchCount(InstantBlock):
    """Go to a block until it has been reached `count` times; then go on, and count anew the next time."""

    NAME = "BRANCH_COUNTER"
    count: int
    target: int

    def act(self, run: TriggerRun) -> int:
        """Count and compare."""
        place = run.place
        reached = run.counters.get(place, 0)
        reached = 1 if reached >= self.count else reached + 1
        run.counters[place] = reached
        return self.target if reached < self.count else place + 1

    def settings(self) -> str:
        """Tell count and target."""
        return f"VALUE: {self.count} BRANCH_BLOCK: {self.target}"

    def targets(self) -> tuple[int, ...]:
        """Give the target."""
        return (self.target,)


@dataclass(frozen=True, slots=True)
class ResetCount(InstantBlock):
    """Let a counting block begin anew."""

    NAME = "RESET_BRANCH_COUNT"
    counter: int

    def act(self, run: TriggerRun) -> int:
        """Reset the counter."""
        run.counters[self.counter] = 0
        return run.place + 1

    def settings(self) -> str:
        """Tell the counting block."""
        return f"COUNTER_BLOCK: {self.counter}"

    def targets(self) -> tuple[int, ...]:
        """Give the counting block."""
        return (self.counter,)


@dataclass(frozen=True, slots=True)
class BranchOnce(InstantBlock):
    """Go to a block the first time, or, `excluded`, every time but the first."""

    NAME = "BRANCH_ONCE"
    target: int
    excluded: bool = False

    def act(self, run: TriggerRun) -> int:
        """Branch or not."""
        first = run.place not in run.passed
        run.passed.add(run.place)
        return self.target if first is not self.excluded else run.place + 1

    def settings(self) -> str:
        """Tell the target."""
        return f"BRANCH_BLOCK: {self.target}{' EXCLUDED' if self.excluded else ''}"

    def targets(self) -> tuple[int, ...]:
        """Give the target."""
        return (self.target,)


@dataclass(frozen=True, slots=True)
class BranchWithin(InstantBlock):
    """Go to a block while the run is younger than a time; what the duration template is made of."""

    NAME = "BRANCH_DURATION"
    duration: Nanoseconds
    target: int

    def act(self, run: TriggerRun) -> int:
        """Compare the run's age."""
        return self.target if run.at - run.began < self.duration else run.place + 1

    def settings(self) -> str:
        """Tell time and target."""
        return f"DURATION: {self.duration / 1e9:.9f} BRANCH_BLOCK: {self.target}"

    def targets(self) -> tuple[int, ...]:
        """Give the target."""
        return (self.target,)


@dataclass(frozen=True, slots=True)
class BranchLimit(InstantBlock):
    """Go to a block when a reading is above, below, inside or outside of limits."""

    NAME = "BRANCH_LIMIT_CONSTANT"
    kind: str
    low: float
    high: float
    target: int
    measure: int = 0

    def act(self, run: TriggerRun) -> int:
        """Compare the latest reading of the measure block, or of the one before."""
        value = run.latest.get(self.measure or run.latest_measure, (0.0, float("nan")))[1]
        inside = self.low <= value <= self.high
        meets = {"ABOV": value > self.high, "BEL": value < self.low, "IN": inside, "OUT": not inside}[self.kind]
        return self.target if meets else run.place + 1

    def settings(self) -> str:
        """Tell limits and target."""
        return (
            f"LIMIT: {self.kind} {self.low:g} {self.high:g} BRANCH_BLOCK: {self.target} MEASURE_BLOCK: {self.measure}"
        )

    def targets(self) -> tuple[int, ...]:
        """Give target and measure block."""
        return (self.target, self.measure) if self.measure else (self.target,)


@dataclass(frozen=True, slots=True)
class BranchDelta(InstantBlock):
    """Go to a block when the latest two readings differ by no more than a value."""

    NAME = "BRANCH_DELTA"
    difference: float
    target: int
    measure: int = 0

    def act(self, run: TriggerRun) -> int:
        """Subtract the latest reading from the one before."""
        before, latest = run.latest.get(self.measure or run.latest_measure, (float("nan"),) * 2)
        return self.target if before - latest <= self.difference else run.place + 1

    def settings(self) -> str:
        """Tell difference and target."""
        return f"VALUE: {self.difference:g} BRANCH_BLOCK: {self.target} MEASURE_BLOCK: {self.measure}"

    def targets(self) -> tuple[int, ...]:
        """Give target and measure block."""
        return (self.target, self.measure) if self.measure else (self.target,)


@dataclass(frozen=True, slots=True)
class BranchEvent(ActingBlock):
    """Go to a block when an event has happened since the model last looked."""

    NAME = "BRANCH_EVENT"
    event: str
    target: int

    def act(self, run: TriggerRun) -> Effect:
        """Look, and forget the event."""
        yield run.catch_up()
        return self.target if run.parts.board.take(self.event) else run.place + 1

    def settings(self) -> str:
        """Tell event and target."""
        return f"EVENT: {self.event} BRANCH_BLOCK: {self.target}"

    def targets(self) -> tuple[int, ...]:
        """Give the target."""
        return (self.target,)
