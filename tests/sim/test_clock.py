"""The clocks: a virtual one that jumps, a real one that the world follows."""

import time
from collections.abc import Generator

import pytest
from labkit_sim import RealClock, Until, VirtualClock, World
from labkit_sim.devices import Resistor

from labkit.core import Clock, Nanoseconds, nanoseconds


def test_a_virtual_wait_is_a_jump() -> None:
    clock: Clock = VirtualClock(World(Resistor(1.0)))
    started = time.perf_counter()
    clock.sleep_until(nanoseconds(10_000.0))
    assert clock.now() == nanoseconds(10_000.0)
    clock.sleep_until(Nanoseconds(5))
    assert clock.now() == nanoseconds(10_000.0), "it never runs backwards"
    assert time.perf_counter() - started < 1.0


def test_a_real_clock_takes_the_wall_time_divided_by_its_factor() -> None:
    world = World(Resistor(1.0))
    clock: Clock = RealClock(world, factor=100.0)
    started = time.perf_counter()
    clock.sleep_until(nanoseconds(5.0))
    passed = time.perf_counter() - started
    assert 0.05 <= passed < 0.5
    assert clock.now() >= nanoseconds(5.0)


@pytest.mark.parametrize("real", [False, True])
def test_waiting_for_something_ends_when_it_happens(real: bool) -> None:
    world = World(Resistor(1.0))
    happened: list[int] = []

    def process() -> Generator[Until, None, None]:
        yield Until(Nanoseconds(20_000_000))
        happened.append(world.now)
        yield Until(Nanoseconds(400_000_000))
        happened.append(world.now)

    world.spawn(process())
    clock = RealClock(world) if real else VirtualClock(world)
    assert clock.wait_until(lambda: bool(happened), Nanoseconds(10**9))
    assert happened == [20_000_000]
    assert clock.now() < 400_000_000
    assert not clock.wait_until(lambda: len(happened) > 1, Nanoseconds(50_000_000))
    assert clock.now() >= 50_000_000
