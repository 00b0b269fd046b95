"""A generator pulses the device while a source meter on its other electrode measures, triggers, and limits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from labkit_sim import VirtualBench, open_virtual_bench

from labkit.app import Request, describe, load_bench, plan_on, prepare
from labkit.core import Kind, Nanoseconds, Run
from labkit.engine import open_bench, run_plan
from labkit.storage import RunWriter, read_run

BENCH = """\
schema_version: 1
name: generator
instruments:
  smu: {driver: keithley_2450, address: "USB0::0x05E6::0x2450::04454321::INSTR"}
  generator: {driver: keysight_33522b, address: "TCPIP0::192.168.1.33::5025::SOCKET"}
terminals:
  top:
    {instrument: smu, maximum_voltage: 5 V, maximum_current: 10 mA, low_side: true, wired_to: bottom, pulses: word_line}
  word_line: {instrument: generator, channel: "1", load: high, wired_to: top, maximum_voltage: 5 V}
trigger_lines: [{from: "smu:1", to: "generator:EXT"}]
line_frequency: 50
virtual: {device: halide_memristor, seed: 1}
"""

PROTOCOL = """\
schema_version: 1
name: pulses
title: Pulses and reads
implements: P10
terminals: {top: {kind: electrical, compliance: 1 mA, current_range: 100 uA}}
steps:
  - hold: {top: 0 V}
  - repeat: 5
    steps:
      - pulse: {terminal: top, level: 1.3 V, width: 50 us, mark: potentiation}
      - wait: 20 ms
      - read: {terminal: top, level: 0.1 V, count: 3, mark: potentiation}
      - wait: 10 ms
  - repeat: 5
    steps:
      - pulse: {terminal: top, level: -1.1 V, width: 80 us, mark: depression}
      - wait: 30 ms
"""


class Watched:
    """A run whose voltages across the device are kept as they changed."""

    def __init__(self, folder: Path, seed: int = 1, protocol: str = PROTOCOL) -> None:
        (folder / "bench.yaml").write_text(BENCH)
        (folder / "protocol.yaml").write_text(protocol)
        request = Request(str(folder / "protocol.yaml"), str(folder / "bench.yaml"), virtual=True)
        prepared = prepare(request)
        bench = load_bench(request.bench).bench
        virtual = open_virtual_bench(bench, folder, seed)
        assert isinstance(virtual, VirtualBench)
        self.edges: list[tuple[Nanoseconds, float]] = []
        self._watch(virtual)
        with open_bench(bench, virtual) as session:
            self.origin = session.clock.now()
            plan = plan_on(session, prepared).require()
            with RunWriter(folder / "run.h5") as writer:
                run_plan(session, plan, describe(prepared, plan, session.capabilities), [writer])
        self.run: Run = read_run(folder / "run.h5")

    def _watch(self, virtual: VirtualBench) -> None:
        advance = virtual.world.device.advance

        def watched(stimulus: Any, duration: float) -> None:
            drives = stimulus.drives
            across = sum(sign * drives[name].voltage for name, sign in (("top", 1), ("bottom", -1)) if name in drives)
            self.edges.append((virtual.world.now, across))
            advance(stimulus, duration)

        virtual.world.device.advance = watched  # type: ignore[method-assign] # a probe on the device, as a scope would be


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return Watched(tmp_path_factory.mktemp("generator"))


def stretches(watched: Watched, wanted: Callable[[float], bool]) -> list[tuple[float, float, float]]:
    """Give (begin, end, mean voltage) of each stretch in which the voltage across the device is wanted."""
    found, begin = [], 0
    for end, across in watched.edges:
        if wanted(across):
            found.append((begin / 1e9, end / 1e9, across))
        begin = end
    return found


def test_each_pulse_reaches_the_device_with_its_level_width_and_sign(watched: Watched) -> None:
    up = stretches(watched, lambda across: across > 0.6)
    down = stretches(watched, lambda across: across < -0.6)
    assert len(up) == len(down) == 5
    for begin, end, across in up:
        assert end - begin == pytest.approx(50e-6, abs=1e-7)
        assert across == pytest.approx(1.3, rel=0.02)
    for begin, end, across in down:
        assert end - begin == pytest.approx(80e-6, abs=1e-7)
        assert across == pytest.approx(-1.1, rel=0.02)


def test_the_rows_tell_when_the_pulses_really_began(watched: Watched) -> None:
    rows = watched.run.rows(Kind.PULSE, terminal="top")
    acted = stretches(watched, lambda across: abs(across) > 0.6)
    began = np.array([begin for begin, _, _ in acted])
    told = rows["begin"].to_numpy(float) + watched.origin / 1e9
    # The start command's instant is known to its transfer on the bus; within a block the 2450's time stamps tell.
    assert np.abs(told - began).max() < 2e-3
    doubts = rows["time_uncertainty"].to_numpy(float)
    for part in (slice(0, 5), slice(5, 10)):
        late = told[part] - began[part]
        limits = np.sqrt(3) * (doubts[part] + np.median(doubts[part])) + 20e-6
        assert np.all(np.abs(late - np.median(late)) < limits)


def test_reads_are_at_the_read_voltage_with_the_sign_of_the_terminal(watched: Watched) -> None:
    for _, row in watched.run.rows(Kind.READ).iterrows():
        samples = watched.run.samples_of(row)
        assert samples.voltage == pytest.approx(0.1)
        assert np.all(samples.current > 0)


def test_potentiation_raises_the_conductance(watched: Watched) -> None:
    means = [float(watched.run.samples_of(row).current.mean()) for _, row in watched.run.rows(Kind.READ).iterrows()]
    assert means[-1] > means[0]


def test_the_uncertainty_of_the_voltage_holds_the_rest_of_a_generator_between_pulses(tmp_path: Path) -> None:
    """Offset and amplitude of a train are each off by their per cent, so that its base is not at 0 V."""
    errors = []
    for seed in range(1, 7):
        folder = tmp_path / str(seed)
        folder.mkdir()
        watched = Watched(folder, seed)
        errors.append(max(abs(across) for _, across in watched.edges if abs(across) < 0.05))
        assert errors[-1] < watched.run.acquisitions["voltage_offset"].max()
    assert max(errors) > 5e-3, "more than the generator is off at a steady 0 V"


PAIRS = """\
schema_version: 1
name: pairs
title: Pairs that no source meter could make
implements: P04
terminals: {top: {kind: electrical, compliance: 1 mA, current_range: 100 uA}}
steps:
  - hold: {top: 0 V}
  - repeat: 3
    steps:
      - together:
          - {at: 0 s, terminal: top, level: 1.3 V, width: 10 us, mark: first}
          - {at: 25 us, terminal: top, level: 1.3 V, width: 10 us, mark: second}
      - wait: 20 ms
      - read: {terminal: top, level: 0.1 V, count: 3, mark: second}
      - wait: 10 ms
"""


def test_a_pair_on_one_time_base_is_as_exact_as_the_generator(tmp_path: Path) -> None:
    watched = Watched(tmp_path, protocol=PAIRS)
    acted = stretches(watched, lambda across: across > 0.6)
    assert len(acted) == 6
    for first, second in zip(acted[::2], acted[1::2], strict=True):
        assert first[1] - first[0] == pytest.approx(10e-6, abs=1e-8)
        assert second[0] - first[0] == pytest.approx(25e-6, abs=1e-8)
    rows = watched.run.rows(Kind.PULSE, terminal="top")
    assert list(rows["mark"]) == ["first", "second"] * 3
    told = rows["begin"].to_numpy(float)
    assert told[1::2] - told[::2] == pytest.approx(25e-6, abs=1e-9)
    assert list(rows["repeat"]) == [0, 0, 1, 1, 2, 2]
