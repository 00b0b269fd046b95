"""Spikes of two terminals at a signed interval: their order, and overlap that is refused unless it is declared."""

from pathlib import Path

import pytest

from labkit.core import DocumentError
from labkit.protocol import Program, Together, compile_program, load_protocol

MS = 1_000_000

PAIR = """\
# yaml-language-server: $schema=schema.json
schema_version: 1
name: pair
title: Two spikes
description: two spikes
terminals:
  top: {kind: electrical, compliance: 1 mA, current_range: 10 uA}
  bottom: {kind: electrical, compliance: 1 mA, current_range: 10 uA}
parameters:
  interval: {default: 50 ms, description: signed}
  overlap: {default: 0 s, description: allowed}
steps:
  - together:
      overlap: $overlap
      pulses:
        - {at: "max(0 s, -$interval)", terminal: bottom, level: 0.5 V, width: 20 ms, mark: pre}
        - {at: "max(0 s, $interval)", terminal: top, level: 0.5 V, width: 20 ms, mark: post}
metrics: []
"""


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    file = tmp_path / "pair.yaml"
    file.write_text(PAIR)
    return file


def compiled(file: Path, **parameters: str) -> Program:
    return compile_program(load_protocol(str(file)), parameters)


@pytest.mark.parametrize(("interval", "order"), [("50 ms", ["pre", "post"]), ("-50 ms", ["post", "pre"])])
def test_the_sign_of_the_interval_is_the_order_of_the_spikes(pair: Path, interval: str, order: list[str]) -> None:
    (together,) = compiled(pair, interval=interval).instructions
    assert isinstance(together, Together)
    assert [pulse.mark for _, pulse in together.pulses] == order
    assert [start // MS for start, _ in together.pulses] == [0, 50]


@pytest.mark.parametrize("interval", ["10 ms", "-10 ms", "0 s"])
def test_spikes_that_overlap_are_refused_at_their_line(pair: Path, interval: str) -> None:
    with pytest.raises(DocumentError, match=r"pair.yaml:1[67]:.* overlaps that on .*allows 0 s: start it later"):
        compiled(pair, interval=interval)


def test_spikes_that_touch_do_not_overlap(pair: Path) -> None:
    assert compiled(pair, interval="20 ms").instructions


def test_overlap_may_be_declared_up_to_a_length(pair: Path) -> None:
    assert compiled(pair, interval="15 ms", overlap="5 ms").instructions
    with pytest.raises(DocumentError, match="by 6 ms, and `overlap` allows 5 ms"):
        compiled(pair, interval="14 ms", overlap="5 ms")


def test_without_the_key_light_and_voltage_may_go_together(tmp_path: Path) -> None:
    text = PAIR.replace("      overlap: $overlap\n", "")
    file = tmp_path / "free.yaml"
    file.write_text(text)
    assert compiled(file, interval="0 s").instructions


def test_pulses_of_one_terminal_never_overlap(tmp_path: Path) -> None:
    file = tmp_path / "same.yaml"
    file.write_text(PAIR.replace("terminal: bottom", "terminal: top"))
    with pytest.raises(DocumentError, match="begins before the pulse before it on top has ended"):
        compiled(file, interval="10 ms", overlap="1 s")
