"""Old data of foreign make into run files, with the same metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.app._documents import load_sample
from labkit.core import LabkitError, Result, did_you_mean
from labkit.importing import (
    IMPORTABLE,
    ImportMap,
    ProtocolName,
    imported_events,
    map_text,
    open_table,
    propose,
    read_map,
)
from labkit.metrics import compute_metrics
from labkit.storage import RunWriter, read_run, write_results


@dataclass(frozen=True, slots=True)
class Imported:
    """A run file made of a foreign file, its metrics, and what was guessed or remains unknown, in sentences."""

    path: Path
    results: tuple[Result, ...]
    guessed: tuple[str, ...]
    unknown: tuple[str, ...]


def standard_protocol(name: str | None) -> ProtocolName | None:
    """Give the number of a protocol that can be imported, by its number or name; raises LabkitError."""
    if name is None:
        return None
    names: dict[str, ProtocolName] = {each.protocol: number for number, each in IMPORTABLE.items()}
    names |= {number: number for number in IMPORTABLE}
    if name in names:
        return names[name]
    known = ", ".join(f"{number} ({each.protocol})" for number, each in IMPORTABLE.items())
    raise LabkitError(f'data of the protocol "{name}" cannot be imported{did_you_mean(name, names)}', f"use {known}")


def propose_map(path: Path, protocol: str | None = None) -> str:
    """Guess the map of a file, as commented YAML; raises LabkitError and DocumentError."""
    return map_text(propose(open_table(path), standard_protocol(protocol)), path)


def import_file(
    path: Path, output: Path, map_path: Path | None = None, protocol: str | None = None, sample: str | None = None
) -> Imported:
    """Make a run file of a foreign file and compute its metrics.

    Without a map, one is guessed, and refused unless names or units tell every column. Raises LabkitError, and
    DocumentError at the cell that cannot be read; the run file then is not begun.
    """
    mapped, guessed = _map(path, map_path, standard_protocol(protocol))
    events = iter(imported_events(path, mapped, load_sample(sample)[1]))
    first = next(events)
    with RunWriter(output) as writer:
        writer(first)
        for event in events:
            writer(event)
    run = read_run(output)
    results = compute_metrics(run, run.description.metrics)
    write_results(output, results)
    return Imported(output, results, tuple(guessed), tuple(warning.message for warning in run.warnings))


def _map(path: Path, map_path: Path | None, protocol: ProtocolName | None) -> tuple[ImportMap, Sequence[str]]:
    if map_path is not None:
        mapped = read_map(map_path)
        return (mapped.model_copy(update={"protocol": protocol}) if protocol else mapped), ()
    proposal = propose(open_table(path), protocol)
    if proposal.doubt:
        raise LabkitError(
            f"{path.name} was taken for {proposal.mapped.protocol}, but {proposal.doubt}",
            f"say `labkit import {path} --propose > map.yaml`, correct it, and give it with `--map map.yaml`",
        )
    return proposal.mapped, (f"taken as {proposal.mapped.protocol}", *proposal.told)
