"""What a request will take and whether it can run, in what a queue of runs shows of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from labkit.app._prepare import Prepared, describe, prepare
from labkit.app._request import Request
from labkit.core import Capabilities, LabkitError
from labkit.engine import Plan, described_capabilities, plan_program
from labkit.storage import run_path


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A request, planned from data sheets.

    `changed` are the parameters that are not what the protocol says, as text with units. `duration` (s of the bench)
    leaves out what `relax` waits beyond its least, `longest` counts every time-out. `dose` (J/m^2) is per light.
    `refused` tells why it cannot run, None if it can.
    """

    title: str
    protocol: str
    changed: Mapping[str, str]
    duration: float
    longest: float
    pulses: int
    samples: int
    bytes: int
    dose: Mapping[str, float]
    remarks: tuple[str, ...]
    devices: tuple[str, ...]
    refused: LabkitError | None


def foresee(request: Request) -> Foreseen:
    """Plan a request; nothing is connected. Raises LabkitError where its documents cannot be used."""
    prepared, plan, _ = _planned(request)
    estimates = plan.estimates
    return Foreseen(
        title=plan.program.title,
        protocol=plan.program.name,
        changed=_changed(prepared),
        duration=estimates.duration,
        longest=estimates.longest,
        pulses=estimates.pulses,
        samples=estimates.samples,
        bytes=estimates.bytes,
        dose=dict(estimates.dose),
        remarks=plan.remarks,
        devices=plan.devices,
        refused=_refused(plan),
    )


def new_run_file(request: Request, folder: Path) -> Path:
    """Give the name that the run file of a request gets in a folder, which is made; the file is not.

    Raises PlanRefused where the plan is refused, and LabkitError.
    """
    prepared, plan, described = _planned(request)
    return run_path(folder, describe(prepared, plan.require(), described))


def _planned(request: Request) -> tuple[Prepared, Plan, Mapping[str, Capabilities]]:
    prepared = prepare(request)
    bench = prepared.bench.bench
    described = described_capabilities(bench)
    return prepared, plan_program(prepared.program, bench, described, prepared.devices), described


def _changed(prepared: Prepared) -> Mapping[str, str]:
    """Give the parameters that are not the protocol's defaults; all where it has no defaults of its own."""
    taken = prepared.program.parameters
    try:
        bare = replace(prepared.request, parameters={}, set_name=None, parameters_file=None)
        usual = prepare(bare).program.parameters
    except LabkitError:
        return dict(taken)
    return {name: text for name, text in taken.items() if usual.get(name) != text}


def _refused(plan: Plan) -> LabkitError | None:
    if not plan.refusals:
        return None
    first, *others = plan.refusals
    more = f" (and {len(others)} more)" if others else ""
    return LabkitError(f"{first.place}: {first.message}{more}", first.remedy)
