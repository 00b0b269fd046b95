"""Check files without a bench: protocols, benches and samples, told apart by what stands in them."""

from pathlib import Path

from labkit.core import (
    Bench,
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
from labkit.metrics import metric_names
from labkit.protocol import compile_program, find_protocol, protocol_from_text


def check_file(name: str) -> tuple[Problem, ...]:
    """Give every fault of a file; none when it is right.

    A protocol is compiled with its defaults and with each of its parameter sets. Raises LabkitError when there is no
    such file.
    """
    path = Path(name) if Path(name).is_file() else find_protocol(name)
    text = read_text(path)
    try:
        located = load_yaml(text, str(path))
        if "instruments" in located.data:
            validate(Bench, located)
        elif "steps" in located.data or "parameters" in located.data:
            _check_protocol(text, str(path))
        else:
            validate(Sample, located)
    except DocumentError as error:
        return error.problems
    return ()


def _check_protocol(text: str, name: str) -> None:
    protocol = protocol_from_text(text, name)
    problems: dict[Problem, None] = {}
    for set_name in (None, *protocol.document.sets):
        try:
            compile_program(protocol, {}, set_name)
        except DocumentError as error:
            problems.update(dict.fromkeys(error.problems))
    problems.update(dict.fromkeys(_unknown_metrics(protocol.source, protocol.document.metrics)))
    if problems:
        raise DocumentError(in_order(problems))


def _unknown_metrics(source: Located, metrics: tuple[str, ...]) -> list[Problem]:
    known = metric_names()
    problems = []
    for k, metric in enumerate(metrics):
        if metric not in known:
            near = did_you_mean(metric, known) or f"; there are: {', '.join(known)}"
            problems.append(source.problem(("metrics", k), f'no metric "{metric}"{near}'))
    return problems


def checked(names: tuple[str, ...]) -> dict[str, tuple[Problem, ...]]:
    """Check several files; a file that is not there is a problem at its line 1."""
    found: dict[str, tuple[Problem, ...]] = {}
    for name in names:
        try:
            found[name] = check_file(name)
        except LabkitError as error:
            found[name] = (Problem(name, 1, 1, error.message),)
    return found
