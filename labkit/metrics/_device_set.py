"""From run files to a set of devices: a device that was measured several times counts once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from labkit.core import VISIT, Bench, Criteria, LabkitError, Result, Run, load_yaml, validate
from labkit.metrics._metric import NotMeasured
from labkit.metrics._set_metric import DeviceSet, Identity, MeasuredDevice


def device_set(
    measured: Iterable[tuple[Run, Sequence[Result]]],
    name: str = "",
    criteria: Criteria | None = None,
) -> DeviceSet:
    """Put runs with their results together: chip runs give a device for each cell, others one each.

    Devices are told apart by sample and device name; several measurements of one device are one device, its first
    measurement counts (metric standard, trap 6). Without `criteria`, those that all runs kept from before they began;
    other ones count as made up afterwards. Raises NotMeasured when there is no device, DocumentError for criteria in
    a file that cannot be read any more.
    """
    measured = list(measured)
    runs = [run for run, _ in measured]
    kept = _kept_criteria(runs)
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
        criteria=criteria or kept,
        registered=kept is not None and criteria in (None, kept),
        offered=sum(_offered(run) for run in runs),
        random=all(_drawn(run) for run in runs),
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


def _kept_criteria(runs: Sequence[Run]) -> Criteria | None:
    """Give the criteria that stood in every run file before the first pulse, if they are the same in all."""
    texts = {run.description.criteria_text for run in runs}
    if len(texts) != 1 or not (text := texts.pop()).strip():
        return None
    return validate(Criteria, load_yaml(text, "criteria.yaml"))


def _offered(run: Run) -> int:
    """Give how many devices there were to choose from, as far as the bench tells; 0 when it does not."""
    with suppress(LabkitError):
        bench = validate(Bench, load_yaml(run.description.bench_text, "bench.yaml"))
        return len(bench.switch.wiring()) if bench.switch is not None else 0
    return 0


def _drawn(run: Run) -> bool:
    """Tell whether the protocol went to the devices of a chip in a random order."""
    with suppress(LabkitError):
        return _has_random_loop(load_yaml(run.description.protocol_text, "protocol.yaml").data)
    return False


def _has_random_loop(data: object) -> bool:
    if isinstance(data, Mapping):
        loop = data.get("for_each_device")
        if isinstance(loop, Mapping) and loop.get("order") == "random":
            return True
        return any(_has_random_loop(value) for value in data.values())
    return isinstance(data, list) and any(_has_random_loop(item) for item in data)


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
