"""Where within a transfer an instrument acts on a command."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_sim import VirtualBench
from labkit_sim._places import Places
from pyvisa.resources import MessageBasedResource
from scipy import stats

UNIT, OTHER = "USB0::0x05E6::0x2450::04412345::INSTR", "USB0::0x05E6::0x2450::04467890::INSTR"
ON = "OUTP1:STAT ON"
OpenBench = Callable[..., VirtualBench]
Connect = Callable[[VirtualBench], MessageBasedResource]


def test_a_unit_acts_on_a_command_always_at_one_place() -> None:
    places = Places(1)
    assert places.of(UNIT, b"SOUR:VOLT 1") == places.of(UNIT, b"SOUR:VOLT -2.5") == places.of(UNIT, b"SOUR:VOLT?")
    assert places.of(UNIT, b"smua.source.levelv = 1") == places.of(UNIT, b"smua.source.levelv=2")
    assert places.of(UNIT, b"beeper.beep(1, 2)") == places.of(UNIT, b"beeper.beep(2, 3)")


def test_other_commands_units_and_seeds_have_other_places() -> None:
    found = [Places(1).of(UNIT, b"INIT"), Places(1).of(UNIT, b"ABOR"), Places(1).of(OTHER, b"INIT")]
    assert len({*found, Places(2).of(UNIT, b"INIT")}) == 4


def test_what_was_sent_before_does_not_matter() -> None:
    used = Places(3)
    for command in (b"*RST", b"OUTP ON", b"SOUR:VOLT 1"):
        used.of(UNIT, command)
    assert used.of(UNIT, b"INIT") == Places(3).of(UNIT, b"INIT")


def test_all_places_are_as_likely() -> None:
    drawn = [Places(seed).of(UNIT, b"INIT") for seed in range(1000)]
    assert stats.kstest(drawn, "uniform").pvalue > 0.01


@pytest.mark.parametrize("given", [0.0, 0.25, 1.0])
def test_the_light_goes_on_at_the_place_of_its_command(open_bench: OpenBench, connect: Connect, given: float) -> None:
    begin, lit, end = lighting(open_bench(acts_at=given), connect)
    of_bytes = round(1e9 * 0.1e-6 * len(ON + "\n"))
    assert lit - begin == pytest.approx(of_bytes + given * (end - begin - of_bytes), abs=2)


def test_without_a_place_given_the_light_goes_on_within_its_command(open_bench: OpenBench, connect: Connect) -> None:
    shares = []
    for seed in range(40):
        begin, lit, end = lighting(open_bench(seed), connect)
        shares.append((lit - begin) / (end - begin))
    assert min(shares) > 0
    assert max(shares) < 1
    assert np.ptp(shares) > 0.8


def test_the_same_seed_acts_at_the_same_instants(open_bench: OpenBench, connect: Connect) -> None:
    assert lighting(open_bench(5), connect) == lighting(open_bench(5), connect)


def lighting(bench: VirtualBench, connect: Connect) -> tuple[int, int, int]:
    """Switch the light on; when the command began, the light was there, and the controller went on (ns)."""
    led = connect(bench)
    led.write("SOUR1:CCUR:CURR 0.1")
    world: Any = bench.world
    seen: list[int] = []
    set_irradiance = world.set_irradiance

    def noting(source: str, wavelength: float, irradiance: float) -> None:
        seen.append(bench.world.now)
        set_irradiance(source, wavelength, irradiance)

    world.set_irradiance = noting
    begin = bench.clock.now()
    led.write(ON)
    return begin, seen[0], bench.clock.now()
