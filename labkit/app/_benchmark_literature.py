"""`labkit benchmark literature`: every published number against the preset that is sized after it, on all cores."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from math import isfinite
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from labkit import __version__
from labkit.app._published_check import CheckedDevice, CheckedValue, check_device, experiments_of
from labkit.core import LabkitError, TruthExperiment
from labkit.literature import PublishedDevice, published_devices

FOLDER = Path("runs") / "literature"
"""Where results are kept, one JSON file a device, so that a benchmark that was stopped goes on where it was."""
GOAL = 0.95
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

Told = Callable[["Step"], None]
"""Hears of every device that is done."""


@dataclass(frozen=True, slots=True)
class Step:
    """A device is done: `effort` of the `total` (any unit) is behind us; `again` says that it was kept from before."""

    device: CheckedDevice
    effort: float
    total: float
    kept: bool


@dataclass(frozen=True, slots=True)
class LiteratureBenchmark:
    """What all devices came to, in the order of the tables."""

    devices: tuple[CheckedDevice, ...]

    @property
    def counted(self) -> tuple[CheckedValue, ...]:
        """The published numbers of high and medium confidence."""
        return tuple(value for device in self.devices for value in device.values if value.confidence != "low")

    @property
    def passed(self) -> int:
        """How many of those passed."""
        return sum(value.passed for value in self.counted)

    @property
    def weak(self) -> int:
        """How many of those that passed had an interval wider than a fifth of the value to either side."""
        return sum(value.is_weak for value in self.counted)

    @property
    def by_construction(self) -> int:
        """How many of those that passed nothing in a preset could have made fail."""
        return sum(value.passed and value.by_construction for value in self.counted)

    @property
    def holds(self) -> bool:
        """Whether enough of them passed: 95 %."""
        return self.passed >= GOAL * len(self.counted)


def chosen_devices(references: Sequence[int] = ()) -> tuple[PublishedDevice, ...]:
    """Give the published devices with these numbers of reference, all without. Raises LabkitError for unknown ones."""
    devices = published_devices()
    known = {device.reference.number for device in devices}
    if unknown := sorted(set(references) - known):
        raise LabkitError(
            f"the tables have no device of reference {', '.join(map(str, unknown))}",
            "choose numbers that `labkit literature` lists, for example 76",
        )
    return tuple(device for device in devices if not references or device.reference.number in references)


def benchmark_literature(
    devices: Sequence[PublishedDevice],
    told: Told,
    folder: Path = FOLDER,
    again: bool = False,
    processes: int | None = None,
) -> LiteratureBenchmark:
    """Run the experiments of all devices in processes of their own, those that last longest first.

    What is in the `folder` for the same experiments and the same version of labkit is not run again unless `again`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = {device.reference.number: _Work.of(device) for device in devices}
    done: dict[int, CheckedDevice] = {}
    total = sum(work.effort for work in keys.values())
    behind = 0.0

    def note(found: CheckedDevice, kept: bool) -> None:
        nonlocal behind
        done[found.reference] = found
        behind += keys[found.reference].effort
        told(Step(found, behind, total, kept))

    for reference, work in keys.items():
        found = None if again else _kept(folder, reference, work.key)
        if found is not None:
            note(found, kept=True)
    waiting = [device for device in devices if device.reference.number not in done]
    for found in _measured(sorted(waiting, key=lambda each: -keys[each.reference.number].effort), processes):
        _keep(folder, found, keys[found.reference].key)
        note(found, kept=False)
    return LiteratureBenchmark(tuple(done[device.reference.number] for device in devices))


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be done for a device: a key that changes with it, and about how long it takes."""

    key: str
    effort: float

    @classmethod
    def of(cls, device: PublishedDevice) -> "_Work":
        experiments = experiments_of(device)
        text = f"{__version__} {experiments!r}"
        return cls(hashlib.sha256(text.encode()).hexdigest(), 1.0 + sum(map(_effort, experiments)))


def _effort(experiment: TruthExperiment) -> float:
    """Guess the seconds of an experiment by its cycles and pulses."""
    numbers = {name: text for name, text in experiment.parameters.items() if text.isdigit()}
    cycles, pulses = int(numbers.get("cycles", "1")), int(numbers.get("pulses", "1"))
    return 2.0 + 0.003 * cycles * pulses + 0.06 * pulses


def _measured(devices: Sequence[PublishedDevice], processes: int | None) -> Iterator[CheckedDevice]:
    if not devices:
        return
    count = min(processes or os.cpu_count() or 1, len(devices))
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)  # workers on every core do not fight for threads of linear algebra
    try:
        with ProcessPoolExecutor(count, get_context("spawn")) as pool:
            waiting: list[Future[CheckedDevice]] = [pool.submit(check_device, device) for device in devices]
            try:
                for future in as_completed(waiting):
                    yield future.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
    finally:
        for name, value in before.items():
            _restore(name, value)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _path(folder: Path, reference: int) -> Path:
    return folder / f"{reference:03d}.json"


def _keep(folder: Path, found: CheckedDevice, key: str) -> None:
    path = _path(folder, found.reference)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps({"key": key, "device": device_data(found)}, ensure_ascii=False, indent=1) + "\n")
    draft.replace(path)


def _kept(folder: Path, reference: int, key: str) -> CheckedDevice | None:
    path = _path(folder, reference)
    if not path.exists():
        return None
    read = json.loads(path.read_text(encoding="utf-8"))
    return device_of(read["device"]) if read.get("key") == key else None


_NUMBERS = ("truth", "value", "low", "high")


def device_data(found: CheckedDevice) -> dict[str, Any]:
    """Give what was measured as data for JSON, which has no infinity: such numbers are written as words."""
    data = asdict(found)
    for value in data["values"]:
        value.update({name: value[name] if isfinite(value[name]) else str(value[name]) for name in _NUMBERS})
    return data


def device_of(data: dict[str, Any]) -> CheckedDevice:
    """Read what `device_data` gives."""
    values = tuple(CheckedValue(**value | {name: float(value[name]) for name in _NUMBERS}) for value in data["values"])
    return CheckedDevice(**data | {"values": values, "ran": tuple(data["ran"])})
