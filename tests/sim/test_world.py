"""The world: what instruments see does not depend on how time is cut, and processes keep their times."""

import time
from collections.abc import Generator
from math import exp
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labkit_sim import Sampling, Signal, Task, Until, World
from labkit_sim.devices import Photoconductor, Phototransistor, Resistor, ResistorCapacitor, load_preset

from labkit.core import FloatArray, IntArray, Nanoseconds

MILLISECOND = 1_000_000
TAU = 1e-3


def relaxing() -> ResistorCapacitor:
    """A device whose current decays with TAU after each step."""
    return ResistorCapacitor(resistance=1e6, capacitance=1e-9, series=1e6)


class Readings:
    def __init__(self) -> None:
        self.parts: list[tuple[IntArray, FloatArray, FloatArray]] = []

    def __call__(self, times: IntArray, voltage: FloatArray, current: FloatArray) -> None:
        self.parts.append((times, voltage, current))

    @property
    def times(self) -> IntArray:
        return np.concatenate([part[0] for part in self.parts])

    @property
    def current(self) -> FloatArray:
        return np.concatenate([part[2] for part in self.parts])


def sampled(start: int, period: int, count: int, aperture: int, sink: Readings) -> Sampling:
    return Sampling("top", Nanoseconds(start), Nanoseconds(period), count, Nanoseconds(aperture), sink)


def staircase(world: World, terminal: str, levels: list[float], dwell: int) -> Generator[Until, None, None]:
    for level in levels:
        world.set_drive(terminal, level, 1e-3)
        yield Until(Nanoseconds(world.now + dwell))


def observed(preset: str, cuts: list[int]) -> tuple[FloatArray, tuple[float, float]]:
    """Step and light a device and sample it for 20 ms, looking at it at `cuts` (ns) on the way."""
    world = World(load_preset(preset, 1))
    terminal = world.device.terminals[0]
    readings = Readings()
    world.spawn(staircase(world, terminal, [1.0, -0.5, 0.0, 2.0], 3_700_000))
    world.at(5_100_000, lambda: world.set_irradiance("lamp", 455e-9, 1.0))
    world.sample(Sampling(terminal, Nanoseconds(123_457), Nanoseconds(250_000), 70, Nanoseconds(200_000), readings))
    for cut in sorted(cuts):
        world.advance_to(cut)
        world.response(terminal)
        world.collect()
    world.advance_to(20 * MILLISECOND)
    return readings.current, world.response(terminal)


@pytest.mark.parametrize("preset", ["resistor_capacitor", "halide_memristor", "heterojunction_phototransistor"])
@settings(max_examples=20)
@given(cuts=st.lists(st.integers(0, 20 * MILLISECOND), max_size=12))
def test_looking_on_the_way_changes_nothing(preset: str, cuts: list[int]) -> None:
    plain, last = observed(preset, [])
    cut, last_of_cut = observed(preset, cuts)
    assert len(plain) == 70
    assert np.array_equal(plain, cut)
    assert last == last_of_cut


def decay_mean(begin: float, end: float) -> float:
    """Mean of exp(-t / TAU) over an aperture."""
    return TAU * (exp(-begin / TAU) - exp(-end / TAU)) / (end - begin)


@pytest.mark.parametrize("aperture", [1e-5, 1e-4, 1e-3, 1e-2, 1e-1])
def test_a_reading_is_the_mean_over_its_aperture(aperture: float) -> None:
    world = World(relaxing())
    readings = Readings()
    world.set_drive("top", 1.0, 1.0)
    length = round(aperture * 1e9)
    world.sample(sampled(0, length, 5, length, readings))
    world.advance_to(5 * length)
    expected = [1e-6 * (1 + decay_mean(k * aperture, (k + 1) * aperture)) for k in range(5)]
    assert readings.current == pytest.approx(expected, rel=1e-5)


@given(st.integers(1, 999_999))
def test_an_aperture_across_an_edge_weighs_both_sides(edge: int) -> None:
    world = World(Resistor(1e6))
    readings = Readings()
    world.set_drive("top", 1.0, 1.0)
    world.sample(sampled(0, MILLISECOND, 2, MILLISECOND, readings))
    world.advance_to(edge)
    world.set_drive("top", -3.0, 1.0)
    world.advance_to(2 * MILLISECOND)
    share = edge / MILLISECOND
    assert readings.current == pytest.approx([1e-6 * (share - 3 * (1 - share)), -3e-6], rel=1e-9)


def test_a_reading_of_an_instant_at_an_edge_sees_the_new_level() -> None:
    world = World(Resistor(1e6))
    readings = Readings()
    world.set_drive("top", 1.0, 1.0)
    world.sample(sampled(0, MILLISECOND, 3, 0, readings))
    world.advance_to(MILLISECOND)
    world.set_drive("top", 2.0, 1.0)
    world.advance_to(2 * MILLISECOND)
    assert readings.current == pytest.approx([1e-6, 2e-6, 2e-6])
    assert list(readings.times) == [0, MILLISECOND, 2 * MILLISECOND]


def test_light_of_one_wavelength_adds_up_and_changes_the_current() -> None:
    world = World(Photoconductor(dark=0.0, responsivity=1.0, area=1e-6))
    world.set_drive("top", 1.0, 1.0)
    world.set_irradiance("a", 455e-9, 2.0)
    world.set_irradiance("b", 455e-9, 1.0)
    assert world.response("top") == pytest.approx((1.0, 3e-6))
    assert world.stimulus.irradiance == {455e-9: 3.0}
    world.set_irradiance("a", 455e-9, 0.0)
    world.set_irradiance("b", 455e-9, 0.0)
    assert world.lights_off()
    assert world.stimulus.irradiance == {}


def test_a_mask_shades_each_cell_also_those_that_nothing_is_connected_to() -> None:
    chip = {name: load_preset("heterojunction_phototransistor", seed=1) for name in ("bright", "dim", "dark", "free")}
    pads = {name: {"drain": f"{name} drain", "source": f"{name} source"} for name in chip}
    world = World(chip, seed=1, pads=pads)
    world.set_mask({"bright": 1.0, "dim": 0.25, "dark": 0.0})
    world.set_irradiance("lamp", 455e-9, 1.0)
    world.advance_to(Nanoseconds(10 * MILLISECOND))
    world.set_irradiance("lamp", 455e-9, 0.0)
    world.set_mask({})
    devices = {name: world.device_of(name) for name in chip}
    shifts = {name: device.shift for name, device in devices.items() if isinstance(device, Phototransistor)}
    assert shifts["dark"] == 0
    assert shifts["free"] == shifts["bright"]
    assert shifts["dim"] == pytest.approx(0.25 * shifts["bright"], rel=0.05)


def test_a_released_terminal_carries_no_current_and_a_grounded_one_is_no_output() -> None:
    world = World(Resistor(1e3))
    world.ground("bottom")
    assert world.outputs_off()
    world.set_drive("top", 1.0, 1.0)
    assert world.response("top") == pytest.approx((1.0, 1e-3))
    assert world.response("bottom") == pytest.approx((0.0, -1e-3))
    assert not world.outputs_off()
    world.release("top")
    assert world.response("top")[1] == 0.0
    assert world.outputs_off()


def test_an_open_wire_has_the_voltage_of_its_source_and_no_current() -> None:
    world = World(Resistor(1e3))
    world.set_drive("nowhere", 3.0, 1.0)
    assert world.response("nowhere") == (3.0, 0.0)
    assert world.response("top")[1] == 0.0


def test_processes_wait_for_times_readings_signals_and_each_other() -> None:
    world = World(Resistor(1e6))
    world.set_drive("top", 1.0, 1.0)
    readings = Readings()
    gate = Signal()
    log: list[tuple[str, int]] = []

    def note(name: str) -> None:
        log.append((name, int(world.now)))

    def reader() -> Generator[Any, None, str]:
        yield sampled(world.now + 10, 100, 3, 50, readings)
        note("read")
        return "done"

    def waiter(task: Task) -> Generator[Any, None, None]:
        yield task
        note(f"saw {task.result}")
        yield gate
        note("gate")
        yield Until(Nanoseconds(0))
        note("no wait")

    world.spawn(waiter(world.spawn(reader())))
    world.at(1000, gate.fire)
    world.advance_to(5000)
    assert log == [("read", 260), ("saw done", 260), ("gate", 1000), ("no wait", 1000)]
    assert list(readings.times) == [10, 110, 210]


def test_a_cancelled_process_keeps_the_readings_that_were_over() -> None:
    world = World(Resistor(1e6))
    world.set_drive("top", 1.0, 1.0)
    readings = Readings()
    cleaned: list[int] = []

    def reader() -> Generator[Any, None, None]:
        try:
            yield sampled(0, 100, 10, 50, readings)
        finally:
            cleaned.append(int(world.now))

    task = world.spawn(reader())
    world.advance_to(275)
    task.cancel()
    task.cancel()
    world.advance_to(10_000)
    assert list(readings.times) == [0, 100, 200]
    assert task.cancelled
    assert cleaned == [275]


def test_a_process_cannot_make_time_pass() -> None:
    world = World(Resistor(1e6))

    def impatient() -> Generator[Any, None, None]:
        yield Until(Nanoseconds(10))
        world.advance_to(100)

    world.spawn(impatient())
    with pytest.raises(RuntimeError, match="yields what it waits for"):
        world.advance_to(50)
    world.advance_to(60)
    assert world.now == 60


def test_readings_must_fit_and_begin_now_or_later() -> None:
    world = World(Resistor(1e6))
    world.advance_to(1000)
    with pytest.raises(ValueError, match="cannot begin"):
        world.sample(sampled(999, 10, 1, 0, Readings()))
    with pytest.raises(ValueError, match="longer than the period"):
        sampled(0, 10, 2, 11, Readings())


def test_a_million_readings_take_less_than_a_second() -> None:
    world = World(Resistor(1e6))
    world.set_drive("top", 1.0, 1.0)
    count = 0

    def sink(times: IntArray, voltage: FloatArray, current: FloatArray) -> None:
        nonlocal count
        count += len(times)

    started = time.perf_counter()
    world.sample(Sampling("top", Nanoseconds(0), Nanoseconds(100_000), 1_000_000, Nanoseconds(50_000), sink))
    world.advance_to(100 * 1_000_000_000)
    assert count == 1_000_000
    assert time.perf_counter() - started < 1.0


def test_random_streams_belong_to_seed_and_label() -> None:
    draws = [World(Resistor(1.0), seed).random(label).random() for seed in (1, 2) for label in ("a", "b")]
    assert len(set(draws)) == 4
    assert World(Resistor(1.0), 1).random("a").random() == draws[0]
