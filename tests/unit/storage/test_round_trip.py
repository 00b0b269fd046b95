"""What a run tells is what is read back from its file."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labkit.core import (
    ACQUISITION_COLUMNS,
    Identity,
    Kind,
    MetricComputed,
    Progress,
    Result,
    RunDescription,
    RunFinished,
    RunStarted,
    Samples,
    SamplesTaken,
    StorageError,
    Vocabulary,
    Warned,
)
from labkit.storage import RunWriter, read_run, recover, run_to_frame

ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True, width=64)
SomeSamples = Callable[[int, int], Samples]
Filled = Callable[..., dict[str, np.ndarray]]
READING = st.tuples(ANY_FLOAT, ANY_FLOAT, ANY_FLOAT, st.integers(0, 255))


def as_samples(readings: Sequence[tuple[float, float, float, int]]) -> Samples:
    columns = np.array([reading[:3] for reading in readings], np.float64).reshape(-1, 3).T
    return Samples(columns[0], columns[1], columns[2], np.array([reading[3] for reading in readings], np.uint8))


def assert_same_samples(found: Samples, expected: Samples) -> None:
    for column in ("time", "voltage", "current", "status"):
        np.testing.assert_array_equal(
            {"time": found.time, "voltage": found.voltage, "current": found.current, "status": found.status}[column],
            {
                "time": expected.time,
                "voltage": expected.voltage,
                "current": expected.current,
                "status": expected.status,
            }[column],
        )


def test_what_was_declared_reads_back_word_for_word(
    store: Callable[..., Path], description: RunDescription, some_samples: SomeSamples, filled: Filled
) -> None:
    assert read_run(store()).description == description


def test_the_instruments_read_back_in_their_order(
    store: Callable[..., Path], instruments: tuple[Identity, ...]
) -> None:
    assert read_run(store()).instruments == instruments


def test_the_sample_is_in_si(store: Callable[..., Path]) -> None:
    sample = read_run(store()).sample
    assert sample.active_area == pytest.approx(1e-8)
    assert sample.device == "D3/a"


def test_a_run_without_any_text_reads_back(store: Callable[..., Path]) -> None:
    run = read_run(store(protocol_text="", bench_text="", sample_text="", plan="", parameters={}, metrics=()))
    assert run.description.protocol_text == ""
    assert run.description.metrics == ()
    assert run.sample.name == "unnamed"


def test_a_name_may_hold_any_character(
    tmp_path: Path, started: RunStarted, finished: RunFinished, some_samples: SomeSamples
) -> None:
    terminals = {"left/top": "electrical", ".": "electrical", "50 % light%2F": "optical"}
    words = Vocabulary(("a/b",), tuple(terminals), ("interval",), ())
    description = replace(
        started.description, terminals=terminals, vocabulary=words, wavelengths={"50 % light%2F": 455e-9}
    )
    instruments = (Identity("rack/1.smu", "d", "a", "i"),)
    path = tmp_path / "run.h5"
    writer = RunWriter(path)
    writer(replace(started, description=replace(description, light_uncertainty={}), instruments=instruments))
    writer(SamplesTaken("left/top", some_samples(0, 5)))
    writer(finished)
    run = read_run(path)
    assert run.description.terminals == terminals
    assert run.description.wavelengths == {"50 % light%2F": 455e-9}
    assert run.description.vocabulary == words
    assert run.instruments == instruments
    assert len(run.traces["left/top"]) == 5


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(st.lists(READING, max_size=40), max_size=12))
def test_readings_come_back_bit_for_bit_however_they_were_divided(
    blocks: list[list[tuple[float, float, float, int]]],
    tmp_path_factory: pytest.TempPathFactory,
    started: RunStarted,
    finished: RunFinished,
) -> None:
    path = tmp_path_factory.mktemp("blocks") / "run.h5"
    writer = RunWriter(path)
    writer(started)
    for block in blocks:
        writer(SamplesTaken("gate", as_samples(block)))
    writer(finished)
    run = read_run(path)
    assert_same_samples(run.traces["gate"], as_samples([reading for block in blocks for reading in block]))
    assert len(run.traces["drain"]) == 0


def test_readings_of_many_chunks_come_back(
    tmp_path: Path, started: RunStarted, finished: RunFinished, some_samples: SomeSamples
) -> None:
    path = tmp_path / "run.h5"
    sizes = [1, 16_383, 16_384, 100_000, 7, 50_000]
    writer = RunWriter(path)
    writer(started)
    first = 0
    for size in sizes:
        writer(SamplesTaken("drain", some_samples(first, size)))
        first += size
    writer(finished)
    assert_same_samples(read_run(path).traces["drain"], some_samples(0, sum(sizes)))


def test_the_timeline_reads_back_with_words(
    store: Callable[..., Path], description: RunDescription, filled: Filled
) -> None:
    run = read_run(store())
    expected = description.vocabulary.frame(filled(description.vocabulary.columns(), 4))
    pd.testing.assert_frame_equal(run.timeline, expected)
    assert run.rows(Kind.READ)["mark"].tolist() == ["first"]


def test_the_acquisitions_read_back_with_words(store: Callable[..., Path], filled: Filled) -> None:
    acquisitions = read_run(store()).acquisitions
    assert acquisitions["terminal"].tolist() == ["drain", "gate"]
    expected = filled(ACQUISITION_COLUMNS, 2)
    for name in set(ACQUISITION_COLUMNS) - {"terminal"}:
        np.testing.assert_array_equal(acquisitions[name], expected[name])


def test_warnings_and_the_end_read_back(store: Callable[..., Path], finished: RunFinished) -> None:
    run = read_run(store())
    assert run.warnings == (Warned(3.5, "the baseline of drain was not restored within 30 s", "wait longer: 5 µs ≪ τ"),)
    assert run.finished == finished
    assert run.finished.efficiency == pytest.approx(0.975)
    assert run.started_at == "2026-11-22T10:15:00+01:00"


def test_a_run_that_nobody_ended_has_no_end(tmp_path: Path, started: RunStarted, some_samples: SomeSamples) -> None:
    path = tmp_path / "run.h5"
    with RunWriter(path) as writer:
        writer(started)
        writer(SamplesTaken("drain", some_samples(0, 10)))
    run = read_run(path)
    assert run.finished is None
    assert len(run.traces["drain"]) == 10


def test_progress_and_metrics_are_no_part_of_the_raw_data(
    tmp_path: Path, started: RunStarted, finished: RunFinished, results: tuple[Result, ...]
) -> None:
    path = tmp_path / "run.h5"
    writer = RunWriter(path)
    writer(Progress(0.0, 60.0, "before"))
    writer(started)
    writer(Progress(1.0, 60.0, "pairs"))
    writer(finished)
    writer(MetricComputed(results[0]))
    assert read_run(path).warnings == ()


def test_data_before_the_start_and_after_the_end_are_refused(
    tmp_path: Path, started: RunStarted, finished: RunFinished, some_samples: SomeSamples
) -> None:
    writer = RunWriter(tmp_path / "run.h5")
    late = SamplesTaken("drain", some_samples(0, 10))
    with pytest.raises(StorageError, match="not open"):
        writer(late)
    writer(started)
    writer(finished)
    with pytest.raises(StorageError, match="not open"):
        writer(late)


def test_a_trace_as_a_table(store: Callable[..., Path]) -> None:
    frame = run_to_frame(read_run(store()), "drain")
    assert list(frame) == ["time", "voltage", "current", "status"]
    assert frame["current"].iloc[-1] == pytest.approx(999e-9 - 1e-6)
    assert frame.attrs["units"]["current"] == "A"
    with pytest.raises(StorageError, match=r"(?s)no trace of 'light'.*drain, gate"):
        run_to_frame(read_run(store("again.h5")), "light")


def test_readings_of_unequal_length_are_refused(tmp_path: Path, started: RunStarted, some_samples: SomeSamples) -> None:
    broken = replace(some_samples(0, 10), current=np.zeros(9))
    writer = RunWriter(tmp_path / "run.h5")
    writer(started)
    writer(SamplesTaken("gate", some_samples(0, 7)))
    time.sleep(0.3)
    writer(SamplesTaken("drain", broken))
    with pytest.raises(StorageError, match="unequal length"):
        writer.close()
    assert not recover(writer.path), "the file was not closed"
    assert len(read_run(writer.path).traces["gate"]) == 7
