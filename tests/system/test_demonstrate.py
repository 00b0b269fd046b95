"""`labkit demonstrate`: list, run, begin one of one's own, write data and pictures."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from labkit.cli._main import labkit


def call(*words: str) -> Result:
    return CliRunner().invoke(labkit, ["demonstrate", *words])


def test_all_are_listed() -> None:
    told = call().output
    assert [line.split()[0] for line in told.splitlines()] == [
        "crossbar_product",
        "crossbar_read",
        "denoising",
        "motion",
    ]


def test_one_of_ones_own_is_begun_from_one_that_there_is(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    assert call("motion", "--write", str(mine)).exit_code == 0
    mine.write_text(mine.read_text().replace("videos: 100", "videos: 5"))
    output = tmp_path / "motion.json"
    found = call(str(mine), "--seed", "2", "-o", str(output))
    assert found.exit_code == 0, found.output
    assert "99.1 %" in found.output
    told = json.loads(output.read_text())
    assert told["rows"][0][0] == "none"
    assert set(told["images"]) == {
        "confusion, strong",
        *(f"spikes, {way} (s)" for way in ("right", "left", "down", "up")),
    }
    assert call("motion", "--write", str(mine)).exit_code == 1


def test_a_picture_is_drawn(tmp_path: Path) -> None:
    picture = tmp_path / "product.svg"
    assert call("crossbar_product", "-o", str(picture)).exit_code == 0
    assert "8 x 8, with wires" in picture.read_text()


def test_what_there_is_not_is_told_with_what_there_is() -> None:
    found = call("denoise")
    assert found.exit_code == 1
    assert 'did you mean "denoising"' in str(found.exception)
