"""Check files without a bench: protocols, benches and samples, told apart by what stands in them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labkit.core import (
    Bench,
    Criteria,
    DocumentError,
    LabkitError,
    Located,
    Problem,
    Sample,
    did_you_mean,
    in_order,
    load_yaml,
    read_text,
    validate,
)
from labkit.metrics import metric_names, set_metric_names
from labkit.protocol import check_protocol, find_protocol


def check_file(name: str) -> tuple[Problem, ...]:
    """Give every fault of a file; none when it is right.

    A protocol is compiled with its defaults and with each of its parameter sets. Raises LabkitError when there is no
    such file.
    """
    path = Path(name) if Path(name).is_file() else find_protocol(name)
    try:
        located = load_yaml(read_text(path), str(path))
        if not isinstance(located.data, dict) or "steps" in located.data or "parameters" in located.data:
            return tuple(in_order([*check_protocol(path), *unknown_metrics(located)]))
        validate(_model(located.data), located)
    except DocumentError as error:
        return error.problems
    return ()


def _model(data: Mapping[str, Any]) -> type[Bench] | type[Sample] | type[Criteria]:
    if "instruments" in data:
        return Bench
    return Criteria if "criteria" in data else Sample


def unknown_metrics(source: Located) -> list[Problem]:
    """Give the metrics of a protocol that are not installed, each at its place."""
    known = (*metric_names(), *set_metric_names())
    wanted = source.data.get("metrics") if isinstance(source.data, dict) else None
    return [
        source.problem(("metrics", k), f'no metric "{metric}"{did_you_mean(str(metric), known)}')
        for k, metric in enumerate(wanted if isinstance(wanted, list) else [])
        if metric not in known
    ]


def checked(names: tuple[str, ...]) -> dict[str, tuple[Problem, ...]]:
    """Check several files; a file that is not there is a problem at its line 1."""
    found: dict[str, tuple[Problem, ...]] = {}
    for name in names:
        try:
            found[name] = check_file(name)
        except LabkitError as error:
            found[name] = (Problem(name, 1, 1, error.message),)
    return found
