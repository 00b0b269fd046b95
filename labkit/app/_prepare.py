"""From what the user asks for to a Plan: the part that `plan` and `run` share."""

import json
import platform
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from labkit import __version__
from labkit.app._documents import BenchFile, load_bench, load_criteria, load_sample
from labkit.app._plan_text import plan_summary
from labkit.app._request import Request
from labkit.core import (
    Capabilities,
    LabkitError,
    LightCapabilities,
    RunDescription,
    Sample,
    StageCapabilities,
    VirtualWorld,
    load_yaml,
    read_text,
)
from labkit.engine import Plan, described_capabilities, explain, plan_program
from labkit.protocol import Program, compile_program, load_protocol, protocol_from_text, vocabulary


@dataclass(frozen=True, slots=True)
class Prepared:
    """The documents of a request, read and compiled; nothing is connected."""

    request: Request
    program: Program
    bench: BenchFile
    sample: Sample
    sample_text: str
    criteria_text: str = ""

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices of the chip that are asked for."""
        switch = self.bench.bench.switch
        everything = self.request.devices == ("all",) and switch is not None
        return tuple(switch.wiring()) if everything and switch is not None else self.request.devices

    @property
    def seed(self) -> int:
        """The seed in force."""
        world = self.bench.bench.virtual
        default = world.seed if world is not None else 0
        return default if self.request.seed is None else self.request.seed


def prepare(request: Request) -> Prepared:
    """Read and compile a request.

    Raises LabkitError and DocumentError, and PluginError for a metric that is not installed.
    """
    bench = _on_twin(load_bench(request.bench), request)
    sample, sample_text = load_sample(request.sample)
    world = bench.bench.virtual
    seed = request.seed if request.seed is not None else world.seed if world is not None else 0
    values = None
    if request.parameters_file is not None:
        values = load_yaml(read_text(Path(request.parameters_file)), request.parameters_file)
    text = request.protocol_text
    protocol = load_protocol(request.protocol) if text is None else protocol_from_text(text, request.protocol)
    program = compile_program(protocol, dict(request.parameters), request.set_name, seed, values)
    from labkit.metrics import load_metric, load_set_metric, set_metric_names  # loads every fit: only now

    for name in program.metrics:
        load_set_metric(name) if name in set_metric_names() else load_metric(name)
    criteria_text = "" if request.criteria is None else load_criteria(request.criteria)[1]
    return Prepared(request, program, bench, sample, sample_text, criteria_text)


def _on_twin(file: BenchFile, request: Request) -> BenchFile:
    """Put the twin of a request in the place of the bench's virtual device; the text stays that of the bench."""
    if request.twin is None:
        return file
    if not request.virtual:
        raise LabkitError("a twin can only be rehearsed on a virtual bench", "add --virtual, or leave --twin out")
    _twin_told(request)  # a file that is not there is told before anything else is done
    device = str(Path(request.twin).resolve()) if _is_file(request.twin) else request.twin
    world = file.bench.virtual or VirtualWorld(device=device)
    world = world.model_copy(update={"device": device})
    return replace(file, bench=file.bench.model_copy(update={"virtual": world}))


def _twin_told(request: Request) -> dict[str, str]:
    """Tell which twin stood for the device, word for word where it is a file."""
    if request.twin is None:
        return {}
    text = read_text(Path(request.twin)) if _is_file(request.twin) else request.twin
    return {"rehearsed on the twin": text}


def _is_file(preset: str) -> bool:
    return preset.endswith((".yaml", ".yml"))


def plan_request(request: Request) -> Plan:
    """Plan a request from data sheets alone: no instrument is touched. Refusals stand in the Plan."""
    prepared = prepare(request)
    bench = prepared.bench.bench
    return plan_program(prepared.program, bench, described_capabilities(bench), prepared.devices)


def explain_request(request: Request) -> tuple[str, ...]:
    """Say why the plan of a request is as it is, in sentences; nothing is connected."""
    prepared = prepare(request)
    bench = prepared.bench.bench
    capabilities = described_capabilities(bench)
    return explain(plan_program(prepared.program, bench, capabilities, prepared.devices), bench, capabilities)


def describe(prepared: Prepared, plan: Plan, capabilities: Mapping[str, Capabilities]) -> RunDescription:
    """Gather what the run file keeps about a run before it starts."""
    program = plan.program
    lights = {
        name: able
        for name, able in capabilities.items()
        if isinstance(able, LightCapabilities) and name in program.terminals
    }
    stages = {name: able for name, able in capabilities.items() if isinstance(able, StageCapabilities)}
    return RunDescription(
        run_id=uuid.uuid4().hex,
        title=program.title,
        protocol_name=program.name,
        implements=program.implements,
        protocol_text=program.text,
        bench_text=prepared.bench.text,
        sample_text=prepared.sample_text,
        parameters=program.parameters,
        metrics=program.metrics,
        terminals={name: terminal.kind for name, terminal in program.terminals.items()},
        wavelengths={name: able.wavelength for name, able in lights.items()},
        light_uncertainty={name: able.relative_uncertainty for name, able in lights.items()},
        vocabulary=replace(vocabulary(program), devices=plan.devices),
        plan=json.dumps(plan_summary(plan), ensure_ascii=False),
        seed=prepared.seed,
        virtual=prepared.request.virtual,
        labkit_version=__version__,
        environment={
            "python": platform.python_version(),
            "system": platform.platform(),
            **_twin_told(prepared.request),
        },
        criteria_text=prepared.criteria_text,
        temperature_accuracy={name: able.accuracy for name, able in stages.items() if name in program.terminals},
        wavelength_uncertainty={
            name: light.wavelength_uncertainty
            for name, light in prepared.bench.bench.optical().items()
            if name in lights and light.wavelength_uncertainty
        },
        gaussian_beams={
            name: light.gaussian_beam
            for name, light in prepared.bench.bench.optical().items()
            if name in lights and light.gaussian_beam
        },
    )
