"""A new run file: everything that it will ever hold while the run goes on, empty, and then given its name."""

import os
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from labkit.core import RunDescription, RunStarted, Sample, StorageError
from labkit.storage._failures import told
from labkit.storage._hdf5 import File, Group, add_group, add_value, create_file, describe, text_array
from labkit.storage._layout import (
    ACQUISITIONS,
    DEFINITION,
    DEFINITION_VERSION,
    DOCUMENTS,
    ENTRY,
    FORMAT_VERSION,
    JOURNAL,
    JOURNAL_CHUNK,
    JOURNAL_LINES,
    OUTCOME_BYTES,
    SAMPLE_NAMES,
    SAMPLE_UNITS,
    TABLE_CHUNK,
    TIME_BYTES,
    TIMELINE,
    TRACE_CHUNK,
    TRACE_COLUMNS,
    acquisition_columns,
    add_program,
    node_name,
    timeline_columns,
    trace_name,
)
from labkit.storage._sample_text import parse_sample
from labkit.storage._table import create_columns


def create_run_file(path: Path, started: RunStarted) -> None:
    """Make the file of a run that is about to begin.

    It is made under another name and renamed when it is whole and closed, so that whatever bears the run's name opens.
    Raises StorageError, also when the name is taken.
    """
    unfinished = path.with_name(path.name + ".part")
    with told("write", path):
        try:
            with create_file(unfinished) as file:
                _fill(file, path.name, started)
            _take_name(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)


def refuse_existing(path: Path) -> None:
    """Raise StorageError when the name is taken, with one that is free."""
    if path.exists():
        raise StorageError(f"{path} exists already", f"choose another name, for example {free_name(path).name}")


def free_name(path: Path) -> Path:
    """Give the path itself or, where it is taken, the first of name-2, name-3, ... that is free."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free


def _take_name(unfinished: Path, path: Path) -> None:
    """Rename without ever replacing: a link fails where the name is taken, and a rename on Windows does."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        refuse_existing(path)
        raise
    except OSError:  # a file system without links
        refuse_existing(path)
        unfinished.rename(path)


def _fill(file: File, name: str, started: RunStarted) -> None:
    description = started.description
    file.attrs["NX_class"] = "NXroot"
    file.attrs["default"] = ENTRY
    file.attrs["file_name"] = name
    file.attrs["file_time"] = started.started_at
    file.attrs["creator"] = "labkit"
    file.attrs["creator_version"] = description.labkit_version
    file.attrs["HDF5_Version"] = h5py.version.hdf5_version
    file.attrs["h5py_version"] = h5py.version.version
    entry = add_group(file, ENTRY, "NXentry")
    _add_heading(entry, started)
    _add_provenance(entry, description)
    _add_sample(entry, parse_sample(description.sample_text))
    _add_documents(entry, description)
    _add_bench(entry, started)
    _add_tables(entry, description)


def _add_heading(entry: Group, started: RunStarted) -> None:
    description = started.description
    definition = add_value(entry, "definition", DEFINITION, "", "NeXus application definition")
    definition.attrs["version"] = DEFINITION_VERSION
    add_value(entry, "title", description.title, "", "title of the protocol")
    add_value(entry, "identifier_experiment", description.run_id, "", "the run's own name")
    add_value(entry, "experiment_description", description.protocol_name, "", "name of the protocol")
    add_value(entry, "implements", description.implements, "", "standard protocol that it implements, P01 to P24")
    add_value(entry, "start_time", started.started_at, "", "ISO 8601 with the zone")
    _add_blank_text(entry, "finished_at", TIME_BYTES, "ISO 8601 with the zone; blank until the run is over")
    _add_blank_text(entry, "outcome", OUTCOME_BYTES, "complete, aborted or failed; blank while the run goes on")
    add_value(entry, "occupied", np.nan, "s", "time that the bench was in use; NaN until the run is over")
    add_value(entry, "demanded", np.nan, "s", "time that the protocol itself asks for; NaN until the run is over")


def _add_blank_text(parent: Group, name: str, length: int, description: str) -> None:
    """Add a text of fixed length, which can be filled in while others read: its place in the file is given already."""
    dataset = parent.create_dataset(name, shape=(), dtype=h5py.string_dtype("utf-8", length), data=b"")
    describe(dataset, "", description)


def _add_provenance(entry: Group, description: RunDescription) -> None:
    process = add_group(entry, "labkit", "NXprocess", format_version=FORMAT_VERSION)
    add_program(process, description.labkit_version, "what ran the protocol")
    add_value(process, "seed", np.int64(description.seed), "", "seed of every random order")
    add_value(process, "virtual", np.uint8(description.virtual), "", "1 on a virtual bench, 0 on instruments")
    process.attrs["metrics"] = text_array(description.metrics)
    _add_pairs(process, "parameters", description.parameters)
    _add_pairs(process, "environment", description.environment)


def _add_pairs(parent: Group, name: str, pairs: Mapping[str, str]) -> None:
    """Add a group with names and texts as its attributes, whose names may hold any character."""
    add_group(parent, name, "NXparameters").attrs.update(pairs)


def _add_sample(entry: Group, sample: Sample) -> None:
    user = add_group(entry, "operator", "NXuser")
    add_value(user, "name", sample.operator or "unknown", "", "operator, from the sample file")
    group = add_group(entry, "sample", "NXsample")
    fields = sample.model_dump(exclude_none=True, exclude={"schema_version", "operator", "cells", "transitions"})
    for name, value in fields.items():
        if value != "":
            add_value(
                group,
                SAMPLE_NAMES.get(name, name),
                value,
                SAMPLE_UNITS.get(name, ""),
                Sample.model_fields[name].description or "",
            )


def _add_documents(entry: Group, description: RunDescription) -> None:
    contents = {
        "protocol_text": description.protocol_text,
        "bench_text": description.bench_text,
        "sample_text": description.sample_text,
        "criteria_text": description.criteria_text,
        "plan": description.plan,
    }
    for name, (field, media_type, meaning) in DOCUMENTS.items():
        note = add_group(entry, name, "NXnote")
        add_value(note, "type", media_type, "", "media type")
        add_value(note, "description", meaning, "", "what it is")
        add_value(note, "data", np.bytes_(contents[field].encode()), "", "the text, UTF-8")


def _add_bench(entry: Group, started: RunStarted) -> None:
    description = started.description
    bench = add_group(entry, "instrument", "NXinstrument")
    for identity in started.instruments:
        group = add_group(bench, node_name(identity.name), "NXcollection")
        add_value(group, "driver", identity.driver, "", "entry of `labkit list drivers`")
        add_value(group, "address", identity.address, "", "VISA resource")
        add_value(group, "idn", identity.idn, "", "answer to *IDN?")
        _add_pairs(group, "settings", dict(identity.settings))
    terminals = add_group(entry, "terminals", "NXcollection")
    for terminal, kind in description.terminals.items():
        group = add_group(terminals, node_name(terminal), "NXcollection")
        add_value(group, "kind", kind, "", "electrical, optical or thermal")
        if terminal in description.wavelengths:
            add_value(group, "wavelength", description.wavelengths[terminal], "m", "of the light")
        if terminal in description.temperature_accuracy:
            limit = description.temperature_accuracy[terminal]
            add_value(group, "temperature_accuracy", limit, "K", "limit of the reading's deviation from the device")
        if terminal in description.light_uncertainty:
            uncertainty = description.light_uncertainty[terminal]
            add_value(group, "irradiance_uncertainty", uncertainty, "1", "relative standard uncertainty (k=1)")
        if terminal in description.wavelength_uncertainty:
            spread = description.wavelength_uncertainty[terminal]
            add_value(group, "wavelength_uncertainty", spread, "m", "standard uncertainty (k=1)")
        if terminal in description.gaussian_beams:
            add_value(group, "gaussian_beam", description.gaussian_beams[terminal], "m", "1/e^2 diameter")


def _add_tables(entry: Group, description: RunDescription) -> None:
    electrical = [name for name, kind in description.terminals.items() if kind == "electrical"]
    for terminal in electrical:
        _add_trace(entry, terminal)
    if electrical:
        entry.attrs["default"] = trace_name(electrical[0])
    words = description.vocabulary
    timeline = add_group(entry, TIMELINE, "NXcollection")
    for name, values in (
        ("kinds", words.kinds),
        ("marks", words.marks),
        ("terminals", words.terminals),
        ("loops", words.loops),
        ("valued_loops", words.valued_loops),
        ("devices", words.devices),
    ):
        timeline.attrs[name] = text_array(values)
    create_columns(timeline, timeline_columns(words), TABLE_CHUNK, "begin")
    acquisitions = add_group(entry, ACQUISITIONS, "NXcollection")
    acquisitions.attrs["terminals"] = text_array(words.terminals)
    create_columns(acquisitions, acquisition_columns(), TABLE_CHUNK, "first_sample")
    journal = add_group(entry, JOURNAL, "NXcollection")
    lines = journal.create_dataset(JOURNAL_LINES, shape=(0,), dtype=np.uint8, maxshape=(None,), chunks=(JOURNAL_CHUNK,))
    describe(lines, "", "JSON lines: blocks, warnings and the end of the run")
    lines.make_scale(JOURNAL_LINES)


def _add_trace(entry: Group, terminal: str) -> None:
    group = add_group(entry, trace_name(terminal), "NXdata", signal="current", axes=["time"], time_indices=0)
    group.attrs["terminal"] = terminal
    add_value(group, "title", f"current of {terminal}", "", "title of the plot")
    create_columns(group, TRACE_COLUMNS, TRACE_CHUNK, "time")
    for name in TRACE_COLUMNS:
        group[name].attrs["long_name"] = name if name == "time" else f"{name} of {terminal}"
