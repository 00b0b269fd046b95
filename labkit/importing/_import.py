"""From a file of foreign make and its map to what a run file takes."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from labkit import __version__
from labkit.core import (
    AcquisitionGrew,
    Event,
    Identity,
    LabkitError,
    RunDescription,
    RunFinished,
    RunStarted,
    SamplesTaken,
    TimelineGrew,
    Warned,
)
from labkit.importing._arranged import Arranged
from labkit.importing._columns import Readings, read_columns
from labkit.importing._endurance import arrange_endurance
from labkit.importing._grid import read_grid
from labkit.importing._map import ImportMap, KnownMap, ProtocolName
from labkit.importing._pulses import arrange_pulses
from labkit.importing._reads import arrange_cycles, arrange_retention
from labkit.importing._sweeps import arrange_sweeps
from labkit.importing._table import Table, find_table
from labkit.importing._timeline import timeline_columns, vocabulary
from labkit.importing._transfer import arrange_transfer


@dataclass(frozen=True, slots=True)
class Importable:
    """One kind of data that can be imported: the protocol that it is closest to, its metrics, how it is arranged."""

    protocol: str
    implements: ProtocolName
    title: str
    metrics: tuple[str, ...]
    arrange: Callable[[Readings, ImportMap], Arranged]


_LONG_TERM = ("conductance_curve", "nonlinearity", "nonlinearity_forms", "states", "dynamic_range", "cycle_variation")
_LOOP = ("on_off_ratio", "switching_voltage", "hysteresis_index", "memory_window")

IMPORTABLE: Mapping[ProtocolName, Importable] = {
    kind.implements: kind
    for kind in (
        Importable("epsc_optical", "P02", "Imported response to pulses", ("baseline", "epsc", "decay"), arrange_pulses),
        Importable("ppf_optical", "P03", "Imported paired pulses", ("epsc", "ppf_index", "ppf_decay"), arrange_pulses),
        Importable("ltp_ltd", "P10", "Imported LTP/LTD reads", _LONG_TERM, arrange_cycles),
        Importable("iv_hysteresis", "P15", "Imported current-voltage loops", _LOOP, arrange_sweeps),
        Importable("endurance", "P16", "Imported endurance", ("endurance",), arrange_endurance),
        Importable("retention", "P17", "Imported retention", ("retention",), arrange_retention),
        Importable("transfer", "P18", "Imported transfer curves", ("transistor",), arrange_transfer),
    )
}
"""What can be imported, by the number of the standard protocol."""


def open_table(path: Path, mapped: ImportMap | None = None) -> Table:
    """Read the table of a file, as the map says or as it is found; raises LabkitError and DocumentError."""
    how = mapped.table if mapped is not None else None
    if how is None:
        return find_table(read_grid(path))
    return find_table(read_grid(path, how.delimiter, how.decimal, how.sheet), how.header)


def imported_events(path: Path, mapped: ImportMap, sample_text: str) -> Iterator[Event]:
    """Give the events of a run that holds the data of a file.

    Nothing is made up: what the file and the map do not tell is NaN in the acquisition table, and told as a warning.
    Raises LabkitError and DocumentError before the first event.
    """
    table = open_table(path, mapped)
    readings = read_columns(table, mapped)
    kind = IMPORTABLE[mapped.protocol]
    arranged = kind.arrange(readings, mapped)
    measured = mapped.known.measured_at or _modified(path)
    return _events(path, mapped, sample_text, kind, arranged, measured)


def _events(
    path: Path, mapped: ImportMap, sample_text: str, kind: Importable, arranged: Arranged, measured: str
) -> Iterator[Event]:
    description = _description(path, mapped, sample_text, kind, arranged)
    instruments = (Identity("unknown", "imported", "", mapped.known.instrument),)
    yield RunStarted(description, instruments, measured)
    traces = {mapped.response: arranged.samples, **arranged.others}
    for terminal, samples in traces.items():
        yield SamplesTaken(terminal, samples)
    yield TimelineGrew(timeline_columns(arranged.rows, description.vocabulary))
    yield AcquisitionGrew(_acquisition(mapped.known, len(arranged.samples)))
    for terminal, samples in arranged.others.items():
        place = description.vocabulary.terminals.index(terminal)
        yield AcquisitionGrew(_acquisition(KnownMap(aperture=mapped.known.aperture), len(samples), place))
    for sentence in (*arranged.open_questions, *_unknown(mapped)):
        yield Warned(0.0, sentence)
    yield RunFinished("complete", f"imported from {path.name}", measured, float("nan"), float("nan"))


def _modified(path: Path) -> str:
    """Give when the file was last written, which is the latest that it can have been measured."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")


def _description(
    path: Path, mapped: ImportMap, sample_text: str, kind: Importable, arranged: Arranged
) -> RunDescription:
    response, stimulus = mapped.response, mapped.terminals.stimulus
    with_pulses = any(row.terminal == stimulus for row in arranged.rows)
    if with_pulses and stimulus == response:
        raise LabkitError(f"stimulus and response are both called {stimulus}", "give them two names under `terminals`")
    terminals = {response: "electrical"} | ({stimulus: mapped.terminals.stimulus_kind} if with_pulses else {})
    terminals |= dict.fromkeys(arranged.others, "electrical")
    optical = with_pulses and mapped.terminals.stimulus_kind == "optical"
    light, length = mapped.pulses.light_uncertainty, mapped.pulses.wavelength
    return RunDescription(
        run_id=uuid.uuid4().hex,
        title=f"{kind.title}: {path.name}",
        protocol_name=kind.protocol,
        implements=kind.implements,
        protocol_text="",
        bench_text="",
        sample_text=sample_text,
        parameters={"imported from": path.name, "map": mapped.model_dump_json(exclude_defaults=True)},
        metrics=(*kind.metrics, *arranged.metrics),
        terminals=terminals,
        wavelengths={stimulus: length} if optical and length is not None else {},
        light_uncertainty={stimulus: float("nan") if light is None else light} if optical else {},
        vocabulary=vocabulary(arranged.rows, tuple(terminals)),
        plan="{}",
        seed=0,
        virtual=False,
        labkit_version=__version__,
        environment={},
    )


def _acquisition(known: KnownMap, count: int, terminal: int = 0) -> dict[str, np.ndarray]:
    accuracy = known.accuracy
    unknown = float("nan")
    values: dict[str, float] = {
        "current_range": unknown if known.current_range is None else known.current_range,
        "aperture": unknown if known.aperture is None else known.aperture,
        "compliance": unknown if known.compliance is None else known.compliance,
        "gain": unknown if accuracy is None else accuracy.gain,
        "offset": unknown if accuracy is None else accuracy.offset,
        "voltage_gain": unknown if accuracy is None else accuracy.voltage_gain,
        "voltage_offset": unknown if accuracy is None else accuracy.voltage_offset,
    }
    whole: dict[str, np.ndarray] = {
        "terminal": np.full(1, terminal, np.int16),
        "executor": np.full(1, -1, np.int16),
        "first_sample": np.zeros(1, np.int64),
        "sample_count": np.full(1, count, np.int64),
    }
    return whole | {name: np.array([value]) for name, value in values.items()}


def _unknown(mapped: ImportMap) -> Iterator[str]:
    known = mapped.known
    if known.accuracy is None:
        yield "the accuracy of the instrument is unknown; `known: {accuracy: ...}` in the map takes the data sheet's"
    if known.aperture is None:
        yield "the integration time of the readings is unknown"
    if known.current_range is None:
        yield "the measure range is unknown"
    if known.compliance is None:
        yield "the current limit is unknown: readings at it could not be told from others"
    if not known.history:
        yield "what was done to the device before is unknown"
    if not known.measured_at:
        yield "when it was measured is unknown: the time of the file's last change stands in its place"
