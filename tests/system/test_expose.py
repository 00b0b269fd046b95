"""Exposures through a mask: every cell sees its share, instants are known, and hands are asked for or refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from labkit_sim import VirtualBench

from labkit.app import Request, describe, load_bench, plan_on, plan_request, prepare
from labkit.core import Kind, LabkitError, PlanRefused, Run
from labkit.engine import open_bench, open_virtual, run_plan
from labkit.storage import RunWriter, read_run

PROTOCOL = """\
schema_version: 1
name: image
title: Image
implements: P22
terminals: {{drain: {{kind: electrical, compliance: 1 mA, current_range: 1 uA}}, light: optical}}
steps:
  - expose: {{terminal: light, mask: {mask}, level: 0.1 mW/cm^2, width: {width}, mark: image}}
  - for_each_device: all
    steps:
      - read: {{terminal: drain, level: 0.1 V, count: 5, mark: frame}}
metrics: [pixel, contrast]
"""
MASK = '["#....", ".0.0.", "..#..", ".#.#.", "#...#"]'


def request(folder: Path, mask: str = MASK, width: str = "1 s", more: str = "") -> Request:
    (folder / "image.yaml").write_text(PROTOCOL.format(mask=mask, width=width).replace("metrics", f"{more}metrics"))
    return Request(str(folder / "image.yaml"), "demo_array_5x5", virtual=True)


def made(folder: Path, virtual_hands: bool, operator: Callable[[str, str], None] | None) -> tuple[Run, VirtualBench]:
    """Run on the virtual bench; without `virtual_hands` it is taken for a real one, whose masks a person places."""
    prepared = prepare(request(folder))
    file = load_bench("demo_array_5x5")
    virtual = open_virtual(file.bench, file.folder)
    assert isinstance(virtual, VirtualBench)
    with open_bench(file.bench, virtual) as session:
        plan = plan_on(session, prepared).require()
        told = describe(prepared, plan, session.capabilities)
        taken = session if virtual_hands else replace(session, virtual=None)
        with RunWriter(folder / "run.h5") as writer:
            run_plan(taken, plan, told, [writer], operator)
    return read_run(folder / "run.h5"), virtual


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return made(tmp_path_factory.mktemp("image"), True, None)[0]


def test_every_device_has_a_row_with_the_light_that_it_saw(run: Run) -> None:
    images = run.rows(Kind.PULSE, "image")
    assert len(images) == 25
    levels = {run.devices[int(row["device"])]: float(row["level_requested"]) for _, row in images.iterrows()}
    assert levels["r1c1"] == pytest.approx(1.0)
    assert levels["r1c2"] == 0
    assert sum(level > 0 for level in levels.values()) == 6
    assert images["begin"].nunique() == 1


def test_the_instants_are_known_and_each_read_comes_later(run: Run) -> None:
    image = run.rows(Kind.PULSE, "image").iloc[0]
    assert image["end"] - image["begin"] == pytest.approx(1.0, abs=0.1)
    assert 0 < image["time_uncertainty"] < 0.1
    reads = run.rows(Kind.READ, "frame")
    assert len(reads) == 25
    assert reads["begin"].is_monotonic_increasing
    assert reads["begin"].min() > image["end"]


def test_the_cells_of_the_world_are_shaded_as_the_mask_says(run: Run) -> None:
    lit = [run.of_device(name).rows(Kind.READ, "frame").iloc[0] for name in ("r1c1", "r3c3")]
    dark = [run.of_device(name).rows(Kind.READ, "frame").iloc[0] for name in ("r1c2", "r3c2")]
    currents = [[float(run.samples_of(row).current.mean()) for row in rows] for rows in (lit, dark)]
    assert min(currents[0]) > 5 * max(currents[1])


def test_someone_is_asked_for_the_mask_with_everything_off(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []
    made(tmp_path, False, lambda mask, request: asked.append((mask, request)))
    ((mask, words),) = asked
    assert mask == "written out"
    assert "All relays are open and all lights are off" in words


def test_where_nobody_answers_it_is_refused_before_anything_is_on(tmp_path: Path) -> None:
    with pytest.raises(PlanRefused) as refused:
        made(tmp_path, False, None)
    assert "--mask-in-place" in refused.value.remedy
    assert not (tmp_path / "run.h5").exists()


def test_someone_who_cannot_ends_the_run_safely(tmp_path: Path) -> None:
    def cannot(mask: str, request: str) -> None:
        raise LabkitError("no such mask in the drawer", "cut one")

    with pytest.raises(LabkitError, match="drawer"):
        made(tmp_path, False, cannot)
    assert len(read_run(tmp_path / "run.h5").rows(Kind.PULSE)) == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mask": "h", "width": "1 ms"}, "shorter than 20 ms"),
        ({"more": "  - pulse: {terminal: light, level: 0.1 mW/cm^2, width: 1 s}\n"}, "without a mask"),
        ({"mask": '["......", "......"]'}, "larger than the array of 5 x 5"),
    ],
)
def test_what_a_bench_cannot_expose_is_refused(changed: dict[str, str], words: str, tmp_path: Path) -> None:
    refusals = plan_request(request(tmp_path, **changed)).refusals
    assert any(words in refusal.message for refusal in refusals)
