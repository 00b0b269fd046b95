"""Faults that a test or a bench file injects: at which operation of the bus, and what goes wrong there."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from labkit.core import LabkitError
from labkit_sim._addresses import canonical_address


class FaultKind(StrEnum):
    """What goes wrong."""

    NO_ANSWER = "no_answer"
    """The operation times out: what was written is lost, what was to be read does not come."""
    LATE_ANSWER = "late_answer"
    """The answer comes after `delay` (s); by default just after the time-out, and it is then in the way."""
    GARBAGE = "garbage"
    """Bytes arrive that mean nothing, in either direction."""
    DROPPED_LINE = "dropped_line"
    """The connection is lost, until it is opened anew."""
    ERROR_IN_QUEUE = "error_in_queue"
    """The instrument puts an error into its queue and goes on; `code` and `message` say which."""
    OVERLOAD = "overload"
    """From now on the meter sees a current beyond every range."""
    COMPLIANCE = "compliance"
    """From now on the source is at its limit."""
    STUCK_OUTPUT = "stuck_output"
    """From now on the output follows no command."""
    KILL = "kill"
    """The process is killed at once (SIGKILL), as by the power going."""


OPERATIONS = ("open", "write", "read", "clear", "poll", "trigger")


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """One fault: it strikes at operation number `at` (from 1), and with `lasting` at all after it.

    Counted are the operations on `address` (any when None) of the kind `operation` (any when None).
    """

    at: int
    kind: FaultKind
    address: str | None = None
    operation: str | None = None
    lasting: bool = False
    delay: float | None = None
    code: int = -310
    message: str = ""

    def __post_init__(self) -> None:
        if self.at < 1:
            raise LabkitError(f"a fault at operation {self.at}", "count operations from 1")
        if self.operation is not None and self.operation not in OPERATIONS:
            raise LabkitError(f"no operation {self.operation!r} of a bus", f"use one of: {', '.join(OPERATIONS)}")
        if self.address is not None:
            object.__setattr__(self, "address", canonical_address(self.address))
        try:
            object.__setattr__(self, "kind", FaultKind(self.kind))
        except ValueError:
            known = ", ".join(FaultKind)
            raise LabkitError(f"no fault named {self.kind!r}", f"use one of: {known}") from None


def fault_plan(entry: Mapping[str, Any]) -> FaultPlan:
    """Read a fault of a bench file (`virtual: faults:`).

    Raises LabkitError with what is wrong and what may stand there.
    """
    known = {found.name for found in fields(FaultPlan)}
    if unknown := set(entry) - known:
        raise LabkitError(f"a fault does not have {', '.join(sorted(unknown))}", f"use: {', '.join(sorted(known))}")
    if missing := {"at", "kind"} - set(entry):
        raise LabkitError(
            f"a fault without {' and '.join(sorted(missing))}", "write for example {at: 17, kind: garbage}"
        )
    return FaultPlan(**entry)


class Faults:
    """The faults to come, and the count of the bus's operations, so that a test can strike at each in turn."""

    def __init__(self, plans: Iterable[FaultPlan] = ()) -> None:
        self.plans = list(plans)
        self.operations = 0
        self.struck: list[tuple[int, FaultPlan]] = []
        """The number of the operation (of all) and the plan, for each time that a fault struck."""
        self._counts: Counter[tuple[str | None, str | None]] = Counter()

    def add(self, plan: FaultPlan) -> None:
        """Plan a fault."""
        self.plans.append(plan)

    def clear(self) -> None:
        """Plan nothing more; the count goes on."""
        self.plans.clear()

    def next_operation(self, address: str, operation: str) -> FaultPlan | None:
        """Count an operation; give the fault that strikes at it, the first one planned if several do."""
        self.operations += 1
        for key in ((None, None), (address, None), (None, operation), (address, operation)):
            self._counts[key] += 1
        for plan in self.plans:
            if self._strikes(plan, address, operation):
                self.struck.append((self.operations, plan))
                return plan
        return None

    def _strikes(self, plan: FaultPlan, address: str, operation: str) -> bool:
        if plan.address not in (None, address) or plan.operation not in (None, operation):
            return False
        count = self._counts[(plan.address, plan.operation)]
        return count == plan.at or (plan.lasting and count > plan.at)
