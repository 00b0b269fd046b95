"""Runs with a known truth: what was done to the device is written down, and so is every reading."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from labkit.core import TIMELINE_COLUMNS, Run, RunDescription, RunFinished, Sample, Samples, Vocabulary

MakeRun = Callable[..., Run]


def timeline(rows: Sequence[dict[str, Any]], loops: Sequence[str]) -> pd.DataFrame:
    full = []
    for row in rows:
        begin, end = row["span"]
        full.append(
            {
                **dict.fromkeys(TIMELINE_COLUMNS, 0),
                **dict.fromkeys(loops, -1),
                **{"mark": "", "first_sample": -1, "level": 0.0, "begin": begin, "end": end},
                **{name: value for name, value in row.items() if name != "span"},
                "kind": str(row["kind"]),
            }
        )
    columns = [*TIMELINE_COLUMNS, *loops]
    return pd.DataFrame(full, columns=columns)


@pytest.fixture
def make_run() -> MakeRun:
    def make(
        rows: Sequence[dict[str, Any]],
        traces: dict[str, Samples],
        loops: Sequence[str] = (),
        devices: Sequence[str] = (),
        virtual: bool = False,
        run_id: str = "1",
        day: int = 1,
        outcome: str | None = "complete",
    ) -> Run:
        kinds = {**dict.fromkeys(traces, "electrical"), "light": "optical"}
        description = RunDescription(
            run_id=run_id,
            title="",
            protocol_name="made_up",
            implements="",
            protocol_text="",
            bench_text="",
            sample_text="",
            parameters={},
            metrics=(),
            terminals=kinds,
            wavelengths={"light": 500e-9},
            light_uncertainty={},
            vocabulary=Vocabulary((), tuple(kinds), tuple(loops), (), tuple(devices)),
            plan="{}",
            seed=0,
            virtual=virtual,
            labkit_version="0",
            environment={},
        )
        start, end = f"2026-11-{day:02d}T10:00:00.000+00:00", f"2026-11-{day:02d}T10:01:00.000+00:00"
        finished = RunFinished(outcome, "", end, 60, 60) if outcome else None
        sample = Sample(name="chip 7", device="A1")
        return Run(description, start, (), sample, traces, timeline(rows, loops), pd.DataFrame(), (), finished)

    return make
