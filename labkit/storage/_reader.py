"""From the file to a Run."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from labkit.core import (
    Identity,
    Run,
    RunDescription,
    RunFinished,
    Samples,
    StorageError,
    Vocabulary,
    Warned,
)
from labkit.storage._failures import told
from labkit.storage._hdf5 import File, Group, open_to_read, text, texts
from labkit.storage._layout import (
    ACQUISITIONS,
    DOCUMENTS,
    ENTRY,
    FORMAT_VERSION,
    JOURNAL,
    JOURNAL_LINES,
    TIMELINE,
    TRACE_COLUMNS,
    acquisition_columns,
    node_meaning,
    timeline_columns,
    trace_name,
)
from labkit.storage._recover import left_open
from labkit.storage._sample_text import parse_sample
from labkit.storage._table import read_columns


def read_run(path: Path) -> Run:
    """Read a run: finished, still being written, or cut off by a kill. The file is not changed.

    `finished` is None where the end is missing. Raises StorageError.
    """
    with told("read", path), open_run_file(path) as file:
        return _run(file[ENTRY])


def open_run_file(path: Path) -> File:
    """Open a run file to read, whatever state its writer left it in; raises StorageError or OSError."""
    file = open_to_read(path, swmr=left_open(path))
    if ENTRY not in file or "labkit" not in file[ENTRY]:
        file.close()
        raise StorageError(f"{path} is not a run file of labkit", "give the .h5 file that `labkit run` wrote")
    version = int(file[ENTRY]["labkit"].attrs["format_version"])
    if version > FORMAT_VERSION:
        file.close()
        raise StorageError(f"{path} has format {version}, newer than this labkit knows", "update labkit")
    return file


def _run(entry: Group) -> Run:
    description = read_description(entry)
    words = description.vocabulary
    return Run(
        description=description,
        started_at=text(entry["start_time"][()]),
        instruments=tuple(_identity(node_meaning(name), entry["instrument"][name]) for name in entry["instrument"]),
        sample=parse_sample(description.sample_text),
        traces={
            terminal: Samples(**read_columns(entry[trace_name(terminal)], TRACE_COLUMNS))
            for terminal, kind in description.terminals.items()
            if kind == "electrical"
        },
        timeline=words.frame(read_columns(entry[TIMELINE], timeline_columns(words))),
        acquisitions=_acquisitions(entry, words),
        warnings=tuple(
            Warned(event["time"], event["message"], event["remedy"])
            for event in _journal(entry)
            if event["event"] == "warning"
        ),
        finished=read_finished(entry),
    )


def read_finished(entry: Group) -> RunFinished | None:
    """Read how a run ended; None when it goes on or was cut off."""
    finished = [_finished(event) for event in _journal(entry) if event["event"] == "finished"]
    return finished[-1] if finished else None


def read_description(entry: Group) -> RunDescription:
    """Read all that was known of a run before it started."""
    process, terminals = entry["labkit"], entry["terminals"]
    # Files of earlier versions have no criteria.
    documents = {field: _document(entry[name]) if name in entry else "" for name, (field, _, _) in DOCUMENTS.items()}
    words = entry[TIMELINE].attrs
    return RunDescription(
        run_id=text(entry["identifier_experiment"][()]),
        title=text(entry["title"][()]),
        protocol_name=text(entry["experiment_description"][()]),
        implements=text(entry["implements"][()]),
        protocol_text=documents["protocol_text"],
        bench_text=documents["bench_text"],
        sample_text=documents["sample_text"],
        parameters=_pairs(process["parameters"]),
        metrics=texts(process.attrs["metrics"]),
        terminals={node_meaning(name): text(terminals[name]["kind"][()]) for name in terminals},
        wavelengths=_present(terminals, "wavelength"),
        light_uncertainty=_present(terminals, "irradiance_uncertainty"),
        vocabulary=Vocabulary(
            marks=texts(words["marks"]),
            terminals=texts(words["terminals"]),
            loops=texts(words["loops"]),
            valued_loops=texts(words["valued_loops"]),
            devices=texts(words["devices"]) if "devices" in words else (),
        ),
        plan=documents["plan"],
        seed=int(process["seed"][()]),
        virtual=bool(process["virtual"][()]),
        labkit_version=text(process["version"][()]),
        environment=_pairs(process["environment"]),
        criteria_text=documents["criteria_text"],
        temperature_accuracy=_present(terminals, "temperature_accuracy"),
        wavelength_uncertainty=_present(terminals, "wavelength_uncertainty"),
        gaussian_beams=_present(terminals, "gaussian_beam"),
    )


def _document(note: Group) -> str:
    data = note["data"]
    return "" if data.shape is None else text(data[()])


def _pairs(group: Group) -> dict[str, str]:
    return {name: text(value) for name, value in group.attrs.items() if name != "NX_class"}


def _present(groups: Group, field: str) -> dict[str, float]:
    return {node_meaning(name): float(groups[name][field][()]) for name in groups if field in groups[name]}


def _identity(name: str, group: Group) -> Identity:
    return Identity(
        name=name,
        driver=text(group["driver"][()]),
        address=text(group["address"][()]),
        idn=text(group["idn"][()]),
        settings=tuple(_pairs(group["settings"]).items()),
    )


def _acquisitions(entry: Group, words: Vocabulary) -> pd.DataFrame:
    table = pd.DataFrame(read_columns(entry[ACQUISITIONS], acquisition_columns()))
    codes = table["terminal"].to_numpy().astype(np.int64)
    table["terminal"] = pd.Categorical.from_codes(codes, categories=pd.Index(list(words.terminals)))
    return table


def _journal(entry: Group) -> Iterator[Mapping[str, Any]]:
    """Give the events of the journal; a kill may have cut its last line."""
    for line in entry[JOURNAL][JOURNAL_LINES][()].tobytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            yield json.loads(line)


def _finished(event: Mapping[str, Any]) -> RunFinished:
    return RunFinished(
        outcome=event["outcome"],
        message=event["message"],
        finished_at=event["finished_at"],
        occupied=event["occupied"],
        demanded=event["demanded"],
        unconfirmed=tuple(event["unconfirmed"]),
    )
