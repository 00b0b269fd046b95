"""What a run told, as curves: readings, pulses as steps, marks; and how long the next one will take."""

import numpy as np
import pytest

from labkit.app import Foreseen, Request
from labkit.core import (
    KINDS,
    Kind,
    RunDescription,
    RunStarted,
    Samples,
    SamplesTaken,
    TimelineGrew,
    Vocabulary,
    Warned,
)
from labkit.gui.run._forecast import Forecast
from labkit.gui.run._recording import Recording

WORDS = Vocabulary(marks=("first", "second"), terminals=("drain", "light", "stage"), loops=("repeat",), valued_loops=())
DESCRIPTION = RunDescription(
    run_id="", title="", protocol_name="", implements="", protocol_text="", bench_text="", sample_text="",
    parameters={}, metrics=(), terminals={"drain": "electrical", "light": "optical", "stage": "thermal"},
    wavelengths={}, light_uncertainty={}, vocabulary=WORDS, plan="{}", seed=1, virtual=True, labkit_version="0",
    environment={},
)  # fmt: skip


@pytest.fixture
def recording() -> Recording:
    made = Recording()
    made.take([RunStarted(DESCRIPTION, (), "2026-01-01T00:00:00+00:00")])
    return made


def rows(*told: tuple[Kind, str, str, float, float, float]) -> TimelineGrew:
    """Give rows of the timeline: kind, mark, terminal, begin and end (s), level."""
    kinds, marks, terminals, begins, ends, levels = zip(*told, strict=True)
    return TimelineGrew(
        {
            "kind": np.array([KINDS.index(kind) for kind in kinds], np.int16),
            "mark": np.array([WORDS.marks.index(mark) if mark else -1 for mark in marks], np.int16),
            "terminal": np.array([WORDS.terminals.index(name) for name in terminals], np.int16),
            "begin": np.array(begins),
            "end": np.array(ends),
            "level": np.array(levels),
        }
    )


def readings(time: list[float], current: list[float]) -> SamplesTaken:
    count = len(time)
    return SamplesTaken(
        "drain", Samples(np.array(time), np.full(count, 0.1), np.array(current), np.zeros(count, np.uint8))
    )


def test_readings_grow_the_curves_of_their_terminal(recording: Recording) -> None:
    recording.take([readings([0.0, 0.1], [1e-9, -2e-9]), readings([0.2], [3e-9])])
    assert recording.currents["drain"].values.tolist() == [1e-9, -2e-9, 3e-9]
    assert recording.voltages["drain"].values.tolist() == [0.1, 0.1, 0.1]
    assert recording.end == 0.2


def test_magnitudes_are_there_for_all_readings_from_when_they_are_wanted(recording: Recording) -> None:
    recording.take([readings([0.0, 0.1], [1e-9, -2e-9])])
    recording.keep_magnitudes(True)
    recording.take([readings([0.2], [-3e-9])])
    assert recording.magnitudes is not None
    assert recording.magnitudes["drain"].values.tolist() == [1e-9, 2e-9, 3e-9]
    recording.keep_magnitudes(False)
    assert recording.magnitudes is None


def test_pulses_are_steps_and_their_marks_are_times(recording: Recording) -> None:
    recording.take(
        [
            rows((Kind.PULSE, "first", "light", 1.0, 1.5, 10.0), (Kind.PULSE, "second", "light", 2.0, 2.5, 10.0)),
            rows((Kind.RECORD, "", "drain", 0.0, 5.0, 0.0)),
        ]
    )
    light = recording.levels["light"]
    assert light.times.tolist() == [0.0, 1.0, 1.0, 1.5, 1.5, 2.0, 2.0, 2.5, 2.5]
    assert light.values.tolist() == [0.0, 0.0, 10.0, 10.0, 0.0, 0.0, 10.0, 10.0, 0.0]
    assert {mark: times.values.tolist() for mark, times in recording.marks.items()} == {"first": [1.0], "second": [2.0]}
    assert recording.end == 5.0


def test_a_temperature_is_a_point_where_it_was_reached(recording: Recording) -> None:
    recording.take([rows((Kind.TEMPERATURE, "", "stage", 0.0, 60.0, 310.0))])
    assert recording.levels["stage"].times.tolist() == [60.0]
    assert recording.levels["stage"].values.tolist() == [310.0]


def test_warnings_are_kept(recording: Recording) -> None:
    warned = Warned(1.0, "the baseline drifts")
    recording.take([warned])
    assert recording.warnings == [warned]


def foreseen(duration: float) -> Foreseen:
    return Foreseen("", "", {}, duration, duration, 0, 0, 0, {}, (), (), None)


def test_the_time_that_a_run_takes_is_learned_for_its_protocol_and_pace() -> None:
    forecast = Forecast()
    real, virtual = Request("a", "bench"), Request("a", "bench", virtual=True)
    assert forecast.takes(real, None, foreseen(60.0)) == 60.0
    assert forecast.takes(virtual, 10.0, foreseen(60.0)) == 6.0
    assert forecast.takes(virtual, None, foreseen(60.0)) is None
    forecast.learn(virtual, None, foreseen(60.0), 3.0)
    assert forecast.takes(virtual, None, foreseen(120.0)) == pytest.approx(6.0)
    assert forecast.takes(Request("b", "bench", virtual=True), None, foreseen(20.0)) == pytest.approx(1.0)
    forecast.learn(real, None, foreseen(60.0), 90.0)
    assert forecast.takes(real, None, foreseen(10.0)) == pytest.approx(15.0)
    assert forecast.takes(virtual, 10.0, foreseen(60.0)) == 6.0
