"""The presets of published devices are what their designs give today."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
import yaml
from labkit_sim.published import calibrated, preset_name, preset_text

from labkit.literature import published_devices

DEVICES = {device.reference.number: device for device in published_devices()}
QUICK = (72, 89, 93, 95, 101, 75, 118, 114, 119, 126, 140, 148)
"""Of every table and kind of number, each solved within half a second."""
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
SAME = 2e-3
"""What a solution may differ by from machine to machine, relative: a current range has four digits, and a nearly
straight train tells its curvature no better."""


def leaves(data: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Give every value of a file as text, with where it stands."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, f"{path}/{key}")
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from leaves(value, f"{path}/{place}")
    else:
        yield path, str(data)


def check(reference: int) -> None:
    name = f"{preset_name(reference)}.yaml"
    folder = files("labkit_sim") / "devices" / "presets" / "published"
    written = dict(leaves(yaml.safe_load((folder / name).read_text(encoding="utf-8"))))
    solved = dict(leaves(yaml.safe_load(preset_text(calibrated(DEVICES[reference])))))
    say = f"{name} is stale: say `python tools/write_published_presets.py {reference}`"
    assert list(written) == list(solved), say
    for place, value in solved.items():
        assert NUMBER.sub("#", written[place]) == NUMBER.sub("#", value), f"{say} ({place})"
        numbers = [float(number) for number in NUMBER.findall(value)]
        assert [float(number) for number in NUMBER.findall(written[place])] == pytest.approx(numbers, rel=SAME), say


@pytest.mark.parametrize("reference", QUICK)
def test_a_preset_is_what_its_design_gives(reference: int) -> None:
    check(reference)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("reference", sorted(set(DEVICES) - set(QUICK)))
def test_every_other_preset_is_what_its_design_gives(reference: int) -> None:
    check(reference)
