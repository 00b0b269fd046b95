"""The page of a population: maps of the chip, each device beside the others, and what the set comes to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from labkit import __version__
from labkit.core import Result
from labkit.metrics import GOOD, DeviceSet, Identity, MeasuredDevice, SetMetric, SetValue, Verdict, set_values
from labkit.report._chip_map import chip_map
from labkit.report._flags import FLAG_WORDS
from labkit.report._notation import format_number
from labkit.report._page import page_environment, page_resource
from labkit.report._strip_plot import strip_plot
from labkit.report._svg import Placed
from labkit.report._table import format_conditions, metrics_table

_MOST_PICTURES = 24
"""Values that a page shows; the others are in the tables."""
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class PopulationEntry:
    """A set of devices with the results of the set, each device's verdict where there are criteria, and its sources.

    `metrics` are the declarations behind the results, by name.
    """

    devices: DeviceSet
    results: Sequence[Result]
    verdicts: Sequence[Verdict]
    sources: Sequence[str]
    virtual: bool
    metrics: Mapping[str, SetMetric]


@dataclass(frozen=True, slots=True)
class _Picture:
    title: str
    caption: str
    map: Markup | None
    strip: Markup


def population_page(entry: PopulationEntry, path: Path, title: str = "") -> None:
    """Write a population as a single HTML file that asks nothing of a network. Equal entries give equal bytes."""
    page = page_environment().get_template("population.html.j2")
    text = page.render(
        title=title or f"{len(entry.devices)} devices of {entry.devices.name}",
        entry=entry,
        rows=metrics_table(entry.results),
        definitions=[
            entry.metrics[name] for name in dict.fromkeys(one.metric for one in entry.results) if name in entry.metrics
        ],
        fates=fates(entry.verdicts),
        pictures=list(_pictures(entry)),
        style=Markup(page_resource("style.css")),  # noqa: S704 - our own file
        flag_words=FLAG_WORDS,
        labkit_version=__version__,
    )
    path.write_text(text, encoding="utf-8", newline="\n")


def _names(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(result.metric for result in results))


def fates(verdicts: Sequence[Verdict]) -> dict[str, tuple[int, list[str]]]:
    """Count the devices that are not good, by what they are, with their names."""
    found: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.mode != GOOD:
            found.setdefault(verdict.mode, []).append(verdict.device.sample.device)
    return {mode: (len(names), names) for mode, names in found.items()}


def _pictures(entry: PopulationEntry) -> Iterator[_Picture]:
    fate = {one.device.identity: one.mode for one in entry.verdicts if one.mode != GOOD}
    wanted = [value for value in pictured_values(entry.devices) if len(value.values) >= _FEWEST]
    for value in wanted[:_MOST_PICTURES]:
        placed = placed_devices(entry.devices, value, fate)
        on_chip = [one for one in placed if one.row >= 0]
        conditions = format_conditions(value.at)
        yield _Picture(
            title=value.symbol + (f", {conditions}" if conditions else ""),
            caption=f"{len(value.values)} of {len(entry.devices)} devices; bars are standard uncertainties (k=1), "
            "the mean of each group has its 95 % interval.",
            map=chip_map(on_chip, value.symbol, value.unit, value.logarithmic) if on_chip else None,
            strip=strip_plot(placed, value.symbol, value.unit, value.logarithmic),
        )


def pictured_values(devices: DeviceSet) -> list[SetValue]:
    """Give the kinds of value worth a picture of the whole set.

    One that every device has under a condition of its own (what a pixel saw) is one picture, not one for each.
    """
    found: dict[tuple[str, str], list[SetValue]] = {}
    for value in set_values(devices, by_area=False):
        taken = found.setdefault((value.metric, value.symbol), [])
        names = {device.identity for device, _ in value.members}
        apart = next((k for k, one in enumerate(taken) if names.isdisjoint(d.identity for d, _ in one.members)), None)
        if apart is None:
            taken.append(value)
        else:
            taken[apart] = _joined(taken[apart], value)
    return [value for values in found.values() for value in values]


def _joined(one: SetValue, other: SetValue) -> SetValue:
    at = {name: value for name, value in one.at.items() if other.at.get(name) == value}
    return SetValue(
        one.metric, one.symbol, one.unit, at, (*one.members, *other.members), (), (*one.again, *other.again)
    )


def placed_devices(devices: DeviceSet, value: SetValue, fate: Mapping[Identity, str]) -> list[Placed]:
    """Give every device of the set with its place, its group (area, or batch) and its value of one kind."""
    found = {device.identity: result.estimate for device, result in value.members}
    group = _grouping(devices)
    return [
        Placed(
            device.sample.device,
            -1 if device.sample.row is None or device.sample.column is None else device.sample.row,
            -1 if device.sample.column is None else device.sample.column,
            group(device),
            found.get(device.identity),
            fate.get(device.identity, ""),
        )
        for device in devices
    ]


def _grouping(devices: DeviceSet) -> Callable[[MeasuredDevice], str]:
    """Group devices by what differs among them: the active area, else the batch, else the sample."""
    if len({device.sample.active_area for device in devices}) > 1:
        return lambda device: format_number(device.sample.active_area or 0.0, "m^2")
    if len({device.sample.batch for device in devices}) > 1:
        return lambda device: device.sample.batch or "no batch"
    if len({device.sample.name for device in devices}) > 1:
        return lambda device: device.sample.name
    return lambda device: ""
