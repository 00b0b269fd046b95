"""Where the numbers come from: tables of names, versions, settings and estimates."""

import json
import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from labkit.core import Run
from labkit.report._notation import format_number

Rows = list[tuple[str, str]]


def run_facts(run: Run, source: str) -> Rows:
    """Give what identifies the run."""
    said = run.description
    return [
        (name, text)
        for name, text in (
            ("Run", said.run_id),
            ("File", source),
            ("Protocol", f"{said.protocol_name}{f' ({said.implements})' if said.implements else ''}"),
            ("Sample", f"{run.sample.name}, cell {run.sample.device}"),
            ("Operator", run.sample.operator),
            ("Started", readable_time(run.started_at)),
            ("Finished", readable_time(run.finished.finished_at) if run.finished else "cut off"),
            ("Bench occupied", _occupied(run)),
            ("Bench efficiency", _efficiency(run)),
            ("Seed", str(said.seed)),
            ("labkit", said.labkit_version),
        )
        if text
    ]


def environment_facts(run: Run) -> Rows:
    """Give the versions of what ran."""
    return [(name, str(value)) for name, value in run.description.environment.items()]


def plan_facts(run: Run) -> Rows:
    """Give the estimates of the plan, flattened; nothing where the plan is no JSON object."""
    try:
        plan = json.loads(run.description.plan)
    except ValueError:
        return []
    return list(_flat("", plan.get("estimates", {}))) if isinstance(plan, dict) else []


def readable_time(text: str) -> str:
    """Write an ISO time with its zone as people do: `2026-11-22 21:58:01 UTC`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    zone = moment.strftime(" %z") if moment.utcoffset() else " UTC" if moment.tzinfo else ""
    return f"{moment:%Y-%m-%d %H:%M:%S}{zone}"


def readable_setting(text: str) -> str:
    """Write an instrument's answer for people: `1.050000E-04` as `0.000105`."""
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


def format_duration(duration: float) -> str:
    """Write a duration (s) in hours, minutes and seconds.

    >>> format_duration(5230.4)
    '1 h 27 min 10 s'
    """
    if not math.isfinite(duration):
        return "unknown"
    if duration < 120:
        return format_number(duration, "s")
    whole = round(duration)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if count]
    return " ".join(parts)


def _occupied(run: Run) -> str:
    if run.finished is None:
        return ""
    return format_duration(run.finished.occupied) + (", on the virtual clock" if run.description.virtual else "")


def _efficiency(run: Run) -> str:
    if run.finished is None or not run.finished.occupied > 0:
        return ""
    demanded = format_duration(run.finished.demanded)
    return f"{run.finished.efficiency:.3f} (the protocol itself asks for {demanded})"


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{prefix} {name}".strip().replace("_", " "), inner)
    elif isinstance(value, list):
        yield prefix, ", ".join(str(inner) for inner in value)
    else:
        yield prefix, f"{value:.6g}" if isinstance(value, float) else str(value)
