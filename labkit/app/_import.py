"""Old data of foreign make into run files, with the same metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.app._documents import load_sample
from labkit.core import LabkitError, Result, did_you_mean, load_yaml, validate
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
from labkit.storage import RunWriter, free_name, read_run, write_results


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


@dataclass(frozen=True, slots=True)
class ForeignTable:
    """The beginning of a foreign table: what its columns are called, its first rows, how many there are."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    length: int


def look_into(path: Path, rows: int = 50) -> ForeignTable:
    """Read the first rows of a foreign table as they stand in the file; raises LabkitError and DocumentError."""
    table = open_table(path)
    shown = range(min(len(table), rows))
    columns = range(len(table.headings))
    cells = tuple(tuple(table.cell(row, column) for column in columns) for row in shown)
    return ForeignTable(tuple(heading.text for heading in table.headings), cells, len(table))


def check_map(text: str, name: str = "map") -> ImportMap:
    """Read a map from its text; raises DocumentError with every fault at its place."""
    return validate(ImportMap, load_yaml(text, name))


def importable() -> dict[str, str]:
    """Give what can be imported: the number of each protocol with its title."""
    return {number: kind.title.removeprefix("Imported ") for number, kind in IMPORTABLE.items()}


def import_file(
    path: Path, output: Path, map_path: Path | None = None, protocol: str | None = None, sample: str | None = None
) -> Imported:
    """Make a run file of a foreign file and compute its metrics.

    Without a map, one is guessed, and refused unless names or units tell every column. Raises LabkitError, and
    DocumentError at the cell that cannot be read; the run file then is not begun.
    """
    mapped, guessed = _map(path, map_path, standard_protocol(protocol))
    return import_mapped(path, output, mapped, sample, guessed)


def import_into(folder: Path, path: Path, map_text: str, sample: str | None = None) -> Imported:
    """Make a run file in a folder, under a name that is free, by the text of a map; raises as `import_file` does."""
    folder.mkdir(parents=True, exist_ok=True)
    return import_mapped(path, free_name(folder / f"{path.stem}.h5"), check_map(map_text), sample)


def import_mapped(
    path: Path, output: Path, mapped: ImportMap, sample: str | None = None, guessed: Sequence[str] = ()
) -> Imported:
    """Make a run file of a foreign file by a map; raises as `import_file` does."""
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
