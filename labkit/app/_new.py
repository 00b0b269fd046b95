"""A protocol or a metric of one's own, begun from one that works."""

import re
from pathlib import Path

from labkit.core import LabkitError, read_text
from labkit.protocol import find_protocol, protocol_folder

_NAME = re.compile(r"^[a-z][a-z0-9_]*$")

PROTOCOL = """\
# yaml-language-server: $schema=schema.json
# What is asked of the device, without a word of instruments: `labkit check` tells every mistake with its place,
# `labkit plan ... --picture plan.svg --schematic` shows what will happen. Steps: docs/reference/protocol-language.md.
schema_version: 1
name: NAME
title: TITLE
description: >-
  What is measured, on which device, and why so.
terminals:
  # `top` must be a terminal of bench.yaml; light is written `light: optical`.
  top: {kind: electrical, compliance: $compliance, current_range: $current_range}
parameters:
  # Whatever somebody may want to change: -p width="50 ms" on the command line.
  amplitude: {default: 0.5 V, description: write pulse}
  width: {default: 100 ms, min: 1 us, description: width of a write pulse}
  pulses: {default: 20, min: 1, description: pulses in the train}
  read_bias: {default: 0.1 V, description: read voltage; at most a fifth of the switching voltage}
  compliance: {default: 1 mA, description: current limit of the source}
  current_range: {default: 100 uA, description: largest current expected}
steps:
  - hold: {top: 0 V}
  - read: {terminal: top, level: $read_bias, delay: 10 ms, count: 5, mark: initial}
  - repeat: {count: $pulses, as: pulse}
    steps:
      # Metrics find pulses and reads by their marks.
      - pulse: {terminal: top, level: $amplitude, width: $width, mark: potentiation}
      - wait: 10 * $width
      - read: {terminal: top, level: $read_bias, delay: 10 ms, count: 5, mark: potentiation}
metrics: [pulse_energy]
"""

METRIC = '''\
"""TITLE: a metric of our own."""

import numpy as np

from labkit.core import Estimate, Interval, Result, Run
from labkit.metrics import Metric


def compute(run: Run) -> tuple[Result, ...]:
    """Give the mean magnitude of the current of each terminal: put your own formula here."""
    return tuple(_mean(terminal, np.abs(trace.current)) for terminal, trace in run.traces.items())


def _mean(terminal: str, current: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Result:
    value = float(np.mean(current))
    uncertainty = float(np.std(current, ddof=1) / np.sqrt(len(current)))
    interval = Interval(value - 1.96 * uncertainty, value + 1.96 * uncertainty)
    estimate = Estimate(value, uncertainty, interval, len(current) - 1, "A")
    return Result("NAME", CONSTANT.definition, f"NAME ({terminal})", estimate, "A", "mean of all samples")


CONSTANT = Metric(
    name="NAME",
    definition="NAME/1",
    title="TITLE",
    unit="A",
    formula="mean of |I|",
    description="What it says about the device. A changed formula is a new version: NAME/2.",
    requires=("a trace",),
    reference="",
    compute=compute,
)
'''

PACKAGE = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "DISTRIBUTION"
version = "0.1.0"
dependencies = ["labkit"]

[project.entry-points."labkit.metrics"]
NAME = "NAME:CONSTANT"

[tool.hatch.build.targets.wheel]
include = ["NAME.py"]
"""


def new_protocol(name: str, folder: Path, source: str | None = None, begun: str | None = None) -> tuple[Path, ...]:
    """Write `NAME.yaml` and the schema that editors check it by; gives what was written.

    It begins as `source`, a protocol by name or path, or as a commented one; `begun` is the text of the source where
    that is not what its file holds. A copy no longer claims to implement a standard protocol. Raises LabkitError when
    the name is none, the source is not there or the file exists.
    """
    _check_name(name)
    text = PROTOCOL
    if source is not None:
        text = _renamed(read_text(find_protocol(source)) if begun is None else begun, source)
    text = text.replace("NAME", name).replace("TITLE", _title(name))
    schema = read_text(protocol_folder() / "schema.json")
    return _written(folder, {f"{name}.yaml": text}, {"schema.json": schema})


def new_metric(name: str, folder: Path) -> tuple[Path, ...]:
    """Write `NAME/NAME.py` with a metric that computes, and the package file that makes it known to labkit.

    Raises LabkitError when the name is none or a file exists.
    """
    _check_name(name)
    words = {"NAME": name, "CONSTANT": name.upper(), "TITLE": _title(name), "DISTRIBUTION": name.replace("_", "-")}
    texts = {f"{name}.py": METRIC, "pyproject.toml": PACKAGE}
    for word, value in words.items():
        texts = {file: text.replace(word, value) for file, text in texts.items()}
    return _written(folder / name, texts, {})


def _renamed(text: str, source: str) -> str:
    """Put NAME and TITLE into a protocol, and what it implements into a comment."""
    text = re.sub(r"(?m)^name: .*$", "name: NAME", text, count=1)
    text = re.sub(r"(?m)^title: .*$", "title: TITLE", text, count=1)
    origin = f"# Begun from {Path(source).stem}; say so again if its steps still are those of the standard:"
    return re.sub(r"(?m)^implements: (.*)$", rf"{origin}\n# implements: \1", text, count=1)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        raise LabkitError(f'"{name}" cannot be a name', "use small letters, digits and underscores, e.g. my_pulses")


def _written(folder: Path, texts: dict[str, str], shared: dict[str, str]) -> tuple[Path, ...]:
    taken = [str(folder / name) for name in texts if (folder / name).exists()]
    if taken:
        raise LabkitError(f"{', '.join(taken)} exists already", "choose another name or folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (texts | shared).items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in texts)
