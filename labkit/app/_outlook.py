"""What a run will do, for a window: the plan, its course in time, and why it is as it is."""

from dataclasses import dataclass

from labkit.app._prepare import Prepared, prepare
from labkit.app._request import Request
from labkit.engine import Plan, described_capabilities, explain, plan_course, plan_program
from labkit.protocol import Course, asked_course


@dataclass(frozen=True, slots=True)
class Outlook:
    """A plan with its course and the sentences that explain it.

    Where the bench refuses something the course is that of what was asked for; `refused` are the lines of the protocol
    at which it is refused.
    """

    request: Request
    plan: Plan
    course: Course
    explained: tuple[str, ...]

    @property
    def refused(self) -> frozenset[int]:
        """The lines that are refused."""
        return frozenset(line for refusal in self.plan.refusals for line in (refusal.line, *refusal.also))

    @property
    def runnable(self) -> bool:
        """Whether nothing is refused."""
        return not self.plan.refusals


def outlook(request: Request) -> Outlook:
    """Plan a request from data sheets alone and say what will happen when; nothing is connected.

    Raises LabkitError and DocumentError for a request that cannot be prepared; refusals stand in the plan.
    """
    return outlook_of(prepare(request))


def outlook_of(prepared: Prepared) -> Outlook:
    """As `outlook`, of a request that has been prepared."""
    bench = prepared.bench.bench
    capabilities = described_capabilities(bench)
    plan = plan_program(prepared.program, bench, capabilities, prepared.devices)
    if plan.refusals:
        return Outlook(prepared.request, plan, asked_course(plan.program), ())
    course = plan_course(plan, bench, capabilities)
    return Outlook(prepared.request, plan, course, explain(plan, bench, capabilities))
