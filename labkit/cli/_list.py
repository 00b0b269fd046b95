"""`labkit list`."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labkit.core import Driver


def _protocols() -> dict[str, str]:
    from labkit.protocol import load_protocol, protocol_names

    documents = {name: load_protocol(name).document for name in protocol_names()}
    return {
        name: f"{document.implements:<4} {document.title}"
        + (f" (sets: {', '.join(document.sets)})" if document.sets else "")
        for name, document in documents.items()
    }


def _benches() -> dict[str, str]:
    from labkit.app import bench_names, load_bench

    return {name: load_bench(name).bench.description for name in bench_names()}


def _presets() -> dict[str, str]:
    from labkit.core import load_plugin, plugin_names

    found: dict[str, str] = {}
    for name in plugin_names("labkit.presets"):
        if name != _PUBLISHED:
            found.update(load_plugin("labkit.presets", name)())
    return found


def _published() -> dict[str, str]:
    from labkit.core import load_plugin, plugin_names

    if _PUBLISHED not in plugin_names("labkit.presets"):
        return {}
    found: dict[str, str] = load_plugin("labkit.presets", _PUBLISHED)()
    return found


def _drivers() -> dict[str, str]:
    from labkit.core import load_plugin, plugin_names

    found = {}
    for name in plugin_names("labkit.drivers"):
        driver: Driver = load_plugin("labkit.drivers", name)
        found[name] = f"{driver.title}; {driver.role}; {driver.verified}"
    return found


def _metrics() -> dict[str, str]:
    from labkit.metrics import load_metric, load_set_metric, metric_names, set_metric_names

    metrics = {name: load_metric(name) for name in metric_names()}
    told = {name: f"{metric.definition:<8} {metric.title}" for name, metric in metrics.items()}
    of_sets = {name: load_set_metric(name) for name in set_metric_names()}
    return told | {name: f"{metric.definition:<8} {metric.title}, of a set" for name, metric in of_sets.items()}


_PUBLISHED = "published"
"""The presets sized after published devices are a list of their own: there are seventy of them."""
KINDS: Mapping[str, Callable[[], dict[str, str]]] = {
    "protocols": _protocols,
    "benches": _benches,
    "presets": _presets,
    "published": _published,
    "drivers": _drivers,
    "metrics": _metrics,
}


@click.command("list")
@click.argument("kind", type=click.Choice(list(KINDS)), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(kind: str | None, as_json: bool) -> None:
    """List what there is: protocols, benches, presets (devices), drivers, metrics; all of them without KIND.

    `published` are presets sized after the published devices, one for each of the review's tables.
    """
    found = {name: KINDS[name]() for name in ([kind] if kind else KINDS)}
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for name, entries in found.items():
        click.secho(name, bold=True)
        width = max((len(entry) for entry in entries), default=0)
        for entry, text in entries.items():
            click.echo(f"  {entry:<{width}}  {text}")
