"""One seeded run on a virtual bench, with a witness to all that really acted on the device."""

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labkit_sim import VirtualBench
from labkit_sim.devices import Device, Memristor, Phototransistor, Stimulus, Trace

from labkit.app import Prepared, Request, describe, open_session, plan_on, prepare
from labkit.core import FloatArray, Result, Run
from labkit.engine import run_plan
from labkit.metrics import compute_metrics
from labkit.protocol import protocol_folder
from labkit.storage import RunWriter, read_run


@dataclass(frozen=True, slots=True)
class Acted:
    """A stretch of constant stimulus: its begin and end (s of the world's time)."""

    begin: float
    end: float
    stimulus: Stimulus
    state: tuple[float, ...]
    """The device's state at the begin: threshold shifts (V) or populations."""

    def voltage(self, terminal: str) -> float:
        """Voltage on a driven terminal (V), 0 where nothing drives it."""
        drive = self.stimulus.drives.get(terminal)
        return 0.0 if drive is None else drive.voltage

    @property
    def irradiance(self) -> float:
        """Irradiance of all wavelengths (W/m^2)."""
        return sum(self.stimulus.irradiance.values())


class Witness:
    """A device that remembers what acted on it."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._now = 0.0
        self.acted: list[Acted] = []

    @property
    def terminals(self) -> tuple[str, ...]:
        return self._device.terminals

    def trace(self, stimulus: Stimulus, offsets: FloatArray) -> Trace:
        return self._device.trace(stimulus, offsets)

    def advance(self, stimulus: Stimulus, duration: float) -> None:
        self.acted.append(Acted(self._now, self._now + duration, stimulus, state_of(self._device)))
        self._now += duration
        self._device.advance(stimulus, duration)


def state_of(device: Device) -> tuple[float, ...]:
    """Give the state of a device: a phototransistor's shifts (V), a memristor's populations."""
    if isinstance(device, Phototransistor):
        return tuple(device.shifts)
    return tuple(device.populations) if isinstance(device, Memristor) else ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to run: a shipped protocol with its parameters, on a shipped bench with a preset."""

    protocol: str
    bench: str
    preset: str
    set_name: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    active_area: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A run with its results, and what acted on the device in truth."""

    run: Run
    results: tuple[Result, ...]
    acted: tuple[Acted, ...]

    def lit(self) -> Iterator[tuple[float, Acted]]:
        """Give the width (s) and the first stretch of every light pulse."""
        first: Acted | None = None
        for each in self.acted:
            if each.irradiance > 0:
                first = first or each
            elif first is not None:
                yield each.begin - first.begin, first
                first = None


def observe(recipe: Recipe, seed: int) -> Observation:
    """Run a recipe: driver, simulated firmware, planner, run file, metrics. `seed` makes all that is random."""
    with tempfile.TemporaryDirectory(prefix="labkit-coverage-") as folder:
        path = Path(folder) / "run.h5"
        prepared, metrics = _prepared(recipe, Path(folder), seed)
        with open_session(prepared) as session:
            bench = session.virtual
            assert isinstance(bench, VirtualBench)
            witness = Witness(bench.world.device)
            bench.world.device = witness
            plan = plan_on(session, prepared).require()
            description = describe(prepared, plan, session.capabilities)
            with RunWriter(path) as writer:
                run_plan(session, plan, description, [writer])
        run = read_run(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        results = compute_metrics(run, metrics)
    return Observation(run, results, tuple(witness.acted))


def _prepared(recipe: Recipe, folder: Path, seed: int) -> tuple[Prepared, tuple[str, ...]]:
    shipped = (protocol_folder() / "benches" / f"{recipe.bench}.yaml").read_text()
    bench = folder / "bench.yaml"
    lines = [f"  device: {recipe.preset}" if line.startswith("  device:") else line for line in shipped.splitlines()]
    bench.write_text("\n".join(lines) + "\n")
    sample = None
    if recipe.active_area is not None:
        sample = folder / "sample.yaml"
        sample.write_text(f"schema_version: 1\nname: coverage\nactive_area: {recipe.active_area}\n")
    request = Request(
        recipe.protocol,
        str(bench),
        None if sample is None else str(sample),
        virtual=True,
        set_name=recipe.set_name,
        parameters=recipe.parameters,
        seed=seed,
    )
    prepared = prepare(request)
    return prepared, recipe.metrics or prepared.program.metrics
