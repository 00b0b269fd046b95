"""Every command of the page of behaviours can be planned, and every metric that it names is installed."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from labkit.cli._main import labkit
from labkit.metrics import metric_names, set_metric_names

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "behaviours.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"`labkit run ([^`]+)`", PAGE)))


def test_every_row_has_a_way_or_says_what_is_missing() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (PR|ME|AR|AP|RE)\d\d ", line)]
    assert len(rows) == 28 + 19 + 13 + 14 + 11
    assert not [row for row in rows if all(not cell.strip() for cell in row.split("|")[3:5])]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_delivered_by_its_bench(command: str) -> None:
    planned = CliRunner().invoke(labkit, ["plan", *shlex.split(command)])
    assert planned.exit_code == 0, planned.output


def test_the_metrics_that_are_named_are_there() -> None:
    named = set(re.findall(r"^\| ME\d\d \|[^|]*\| `(\w+)`", PAGE, re.MULTILINE))
    assert named <= {*metric_names(), *set_metric_names()}
