"""What a device went through in its life: one line a run and device, in a file that only grows."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from io import RawIOBase
from pathlib import Path
from typing import Any

from labkit.app._wear import Wear, wear_of
from labkit.core import LabkitError, Run, RunDescription, Sample, Subscriber, Warned
from labkit.storage import read_run

LEDGER = "ledger.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One run of one device. `outcome` is that of the run, or `killed`; times are ISO 8601 with the zone."""

    run_id: str
    run_file: str
    sample: str
    device: str
    protocol: str
    started_at: str
    finished_at: str
    outcome: str
    wear: Wear


@dataclass(frozen=True, slots=True)
class Life:
    """The sum over all runs of one device."""

    sample: str
    device: str
    runs: int
    first_use: str
    last_use: str
    wear: Wear


def ledger_of(folder: Path) -> Path:
    """Give the ledger of a folder with run files: beside a folder `runs`, else within it."""
    folder = folder.absolute()
    return (folder.parent if folder.name == "runs" else folder) / LEDGER


def entries_of(run: Run, run_file: Path) -> tuple[Entry, ...]:
    """Give the entry of each device that a run measured."""
    finished, description = run.finished, run.description
    return tuple(
        Entry(
            run_id=description.run_id,
            run_file=run_file.name,
            sample=run.sample.name,
            device=device,
            protocol=description.protocol_name,
            started_at=run.started_at,
            finished_at=finished.finished_at if finished is not None else "",
            outcome=finished.outcome if finished is not None else "killed",
            wear=wear,
        )
        for device, wear in wear_of(run).items()
    )


def note_run(run_file: Path) -> tuple[Entry, ...]:
    """Write a run into its ledger, and give what was written; a run on a virtual bench wears nothing.

    Raises LabkitError when the run or the ledger cannot be read or written.
    """
    run = read_run(run_file)
    if run.description.virtual:
        return ()
    entries = entries_of(run, run_file)
    _append(ledger_of(run_file.parent), entries)
    return entries


def history(run_file: Path, sample: Sample, devices: Sequence[str]) -> str:
    """Tell in words what the ledger of a run that is to come knows of its devices, none named for the sample's own."""
    wanted = [(sample.name, device) for device in devices or (sample.device,)]
    known = {(life.sample, life.device): life for life in lives(read_ledger(ledger_of(run_file.parent)))}
    return "; ".join(_in_words(known[key]) if key in known else f"{key[1]}: no run" for key in wanted)


def _in_words(life: Life) -> str:
    pulses = ", ".join(f"{count} pulses on {name}" for name, count in life.wear.pulses.items()) or "no pulses"
    return f"{life.device}: {life.runs} runs since {life.first_use[:10]}, {pulses}, {life.wear.cycles} cycles"


def rebuild_ledger(folder: Path) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Go through the run files of a folder, and write what its ledger lacks or tells otherwise.

    Gives what was written, and why files could not be read. Entries whose run files are gone stay. Raises LabkitError.
    """
    known = {(entry.run_id, entry.device): entry for entry in read_ledger(ledger_of(folder))}
    found: list[Entry] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.h5")):
        try:
            run = read_run(path)
        except LabkitError as error:
            problems.append(error.message)
            continue
        if not run.description.virtual:
            found += [one for one in entries_of(run, path) if known.get((one.run_id, one.device)) != one]
    _append(ledger_of(folder), found)
    return tuple(found), tuple(problems)


def not_in_ledger(folder: Path) -> tuple[str, ...]:
    """Name the run files of a folder that its ledger does not know: those of killed runs, of virtual ones, copies."""
    known = {entry.run_file for entry in read_ledger(ledger_of(folder))}
    return tuple(sorted(path.name for path in folder.glob("*.h5") if path.name not in known))


def read_ledger(path: Path) -> tuple[Entry, ...]:
    """Read a ledger, none for a file that is not there; of two entries for one run and device the later counts.

    A line that was cut off when its writer was killed is left out: `rebuild_ledger` brings its run back. Raises
    LabkitError.
    """
    try:
        lines = path.read_bytes().split(b"\n") if path.exists() else []
    except OSError as error:
        raise LabkitError(f"cannot read the ledger {path}: {error.strerror}", "check the folder") from error
    entries: dict[tuple[str, str], Entry] = {}
    for line in lines:
        entry = _entry(line)
        if entry is not None:
            entries[entry.run_id, entry.device] = entry
    return tuple(entries.values())


def lives(entries: Iterable[Entry]) -> tuple[Life, ...]:
    """Add up the entries of each device, by sample and device."""
    found: dict[tuple[str, str], Life] = {}
    for one in sorted(entries, key=lambda entry: (entry.sample, entry.device, entry.started_at)):
        key = one.sample, one.device
        last_use = one.finished_at or one.started_at
        before = found.get(key)
        if before is None:
            found[key] = Life(*key, 1, one.started_at, last_use, one.wear)
        else:
            found[key] = replace(before, runs=before.runs + 1, last_use=last_use, wear=_together(before.wear, one.wear))
    return tuple(found.values())


def _together(one: Wear, other: Wear) -> Wear:
    return Wear(
        pulses={name: int(count) for name, count in _added(one.pulses, other.pulses).items()},
        cycles=one.cycles + other.cycles,
        charge=_added(one.charge, other.charge),
        bias_time=_added(one.bias_time, other.bias_time),
        unread_time=_added(one.unread_time, other.unread_time),
        dose=_added(one.dose, other.dose),
        photons=_added(one.photons, other.photons),
    )


def _added(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in dict.fromkeys((*one, *other))}


def _entry(line: bytes) -> Entry | None:
    try:
        data: dict[str, Any] = json.loads(line)
        return Entry(**{**data, "wear": Wear(**data["wear"])})
    except (ValueError, TypeError, KeyError):
        return None


def _append(path: Path, entries: Iterable[Entry]) -> None:
    """Write whole lines at the end in one go, so that neither a kill nor another process spoils what stands there."""
    lines = "".join(json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries)
    if not lines:
        return
    try:
        with path.open("ab+", buffering=0) as file:
            file.write((b"\n" if _is_cut_off(file) else b"") + lines.encode())
            os.fsync(file.fileno())
    except OSError as error:
        raise LabkitError(
            f"cannot write the ledger {path}: {error.strerror}",
            "see to the folder, then bring the run back with  labkit ledger --rebuild FOLDER",
        ) from error


def _is_cut_off(file: RawIOBase) -> bool:
    """Tell whether the last line has no end: its writer was killed."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"


@contextmanager
def noted(run_file: Path, description: RunDescription, subscribers: Sequence[Subscriber]) -> Iterator[None]:
    """Write a run into its ledger when the body is over, however it ends; a ledger that fails does not fail the run."""
    try:
        yield
    finally:
        if run_file.exists() and not description.virtual:
            try:
                note_run(run_file)
            except LabkitError as error:
                for subscriber in subscribers:
                    subscriber(Warned(0.0, f"the ledger does not know of this run: {error.message}", error.remedy))
