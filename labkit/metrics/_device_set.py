"""From run files to a set of devices: a device that was measured several times counts once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from labkit.core import VISIT, Criteria, Result, Run
from labkit.metrics._metric import NotMeasured
from labkit.metrics._set_metric import DeviceSet, Identity, MeasuredDevice


def device_set(
    measured: Iterable[tuple[Run, Sequence[Result]]],
    name: str = "",
    criteria: Criteria | None = None,
    registered: bool = False,
    offered: int = 0,
    random: bool = False,
) -> DeviceSet:
    """Put runs with their results together: chip runs give a device for each cell, others one each.

    Devices are told apart by sample and device name; several measurements of one device are one device, its first
    measurement counts (metric standard, trap 6). Raises NotMeasured when there is no device.
    """
    visits = [visit for run, results in measured for visit in _visits(run, results)]
    if not visits:
        raise NotMeasured("there is no measured device in the set", "give run files that hold results")
    ordered = sorted(visits, key=lambda visit: (visit.begun != visit.begun, visit.begun, visit.visit))
    first: dict[Identity, MeasuredDevice] = {}
    again = []
    for visit in ordered:
        if visit.identity in first:
            again.append(visit)
        else:
            first[visit.identity] = visit
    return DeviceSet(
        name=name or ", ".join(dict.fromkeys(visit.sample.name for visit in ordered)),
        devices=tuple(first.values()),
        again=tuple(again),
        criteria=criteria,
        registered=registered,
        offered=offered,
        random=random,
        remarks=tuple(_remarks(tuple(first.values()), again)),
    )


def _visits(run: Run, results: Sequence[Result]) -> Iterator[MeasuredDevice]:
    """Give the devices of a run, those that it came back to once for each visit."""
    started = _posix(run.started_at)
    if not run.devices:
        yield MeasuredDevice(run.sample, tuple(results), started, 0, run)
        return
    by_device: dict[tuple[str, int], list[Result]] = {}
    for result in results:
        if result.device:
            by_device.setdefault((result.device, int(result.at.get(VISIT, 0))), []).append(result)
    for device in run.devices:
        for number, part in enumerate(run.visits(device)):
            own_rows = part.timeline["device"] >= 0
            begun = started + float(part.timeline.loc[own_rows, "begin"].min())
            own = tuple(by_device.get((device, number), ()))
            yield MeasuredDevice(run.sample.of_cell(device), own, begun, number, part)


def _posix(started_at: str) -> float:
    try:
        return datetime.fromisoformat(started_at).timestamp()
    except ValueError:  # an imported file that does not tell when it was measured
        return float("nan")


def _remarks(devices: Sequence[MeasuredDevice], again: Sequence[MeasuredDevice]) -> Iterator[str]:
    repeated = dict.fromkeys(visit.identity for visit in again)
    if repeated:
        names = ", ".join(f"{one.sample}/{one.device}" for one in list(repeated)[:4])
        yield (
            f"{len(again)} further measurements are of devices that are in the set already ({names}): they repeat "
            "these devices and do not count as devices"
        )
    unnamed = [one for one in devices if one.sample.name == "unnamed"]
    if unnamed and repeated:
        yield "runs without a sample file cannot be told apart; give each device its sample.yaml"
