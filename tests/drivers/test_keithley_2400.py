"""The 2400's driver on the wire: what it sends before an output may go on, and lists at one pace."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from labkit_drivers import KEITHLEY_2450_SCPI2400
from labkit_drivers._keithley_2400_list import compile_list
from labkit_sim import FaultKind, FaultPlan

from labkit.core import (
    Connection,
    Cycle,
    InstrumentError,
    Nanoseconds,
    PlanRefused,
    SampleStatus,
    SourceMeterSetting,
    Step,
)

OpenRig = Callable[..., Any]
MILLISECOND = 1_000_000
SETTING = SourceMeterSetting(voltage_range=1.0, current_range=1e-4, compliance=1e-4, aperture=0.002)
BENCHES = ("smu_2400", "smu_2450_scpi2400")


def step(level: float, milliseconds: float, samples: int = 0, first: float = 0, period: float = 0) -> Step:
    times = [Nanoseconds(round(value * MILLISECOND)) for value in (milliseconds, first, period)]
    return Step(level, times[0], samples, times[1], times[2])


@pytest.mark.parametrize("bench", BENCHES)
def test_compliance_is_written_and_read_back_before_the_output_goes_on(open_rig: OpenRig, bench: str) -> None:
    rig = open_rig(bench)
    rig.switched_on(SETTING)
    written = rig.wire.written()
    on = written.index(":OUTP 1")
    set_at = max(k for k, text in enumerate(written[:on]) if text == ":SENS:CURR:PROT 0.0001")
    assert ":SENS:CURR:PROT?" in written[set_at:on]
    assert written[on - 1] == ":SOUR:VOLT 0"


def test_a_measure_range_above_the_compliance_keeps_the_output_off(open_rig: OpenRig) -> None:
    rig = open_rig("smu_2400")
    smu = rig.role("top")
    with pytest.raises(InstrumentError, match="824"):
        smu.configure(SourceMeterSetting(1.0, 1e-4, 1e-7, 0.02))
    with pytest.raises(InstrumentError, match="no compliance"):
        smu.enable_output()
    assert rig.virtual.world.outputs_off()


def test_a_2450_in_another_language_is_refused_with_what_to_do(open_rig: OpenRig) -> None:
    rig = open_rig("demo_memristor")
    native = Connection("smu", rig.bench.instruments["smu"].address, rig.virtual.visa_library)
    with pytest.raises(InstrumentError, match="speaks SCPI, not SCPI2400") as refused:
        KEITHLEY_2450_SCPI2400.open(native, {"top": rig.bench.terminals["top"]}, rig.session.clock)
    assert "keithley_2450" in refused.value.remedy


@pytest.mark.parametrize("bench", BENCHES)
def test_a_staircase_is_read_at_its_pace(open_rig: OpenRig, bench: str) -> None:
    rig = open_rig(bench)
    smu = rig.switched_on(SETTING)
    levels = [0.0, 0.1, 0.2, 0.1, 0.0]
    samples = rig.run(smu, tuple(step(level, 50, 1, 20, 3) for level in levels))
    assert samples.voltage == pytest.approx(levels)
    assert samples.time == pytest.approx(np.arange(5) * 0.05 + 0.02, abs=1e-3)
    assert samples.current[2] > samples.current[1] > abs(samples.current[0])
    assert rig.virtual.world.drive("top").voltage == pytest.approx(0.0, abs=1e-3)


def test_pulses_and_readings_on_one_grid_run_in_the_instrument(open_rig: OpenRig) -> None:
    rig = open_rig("smu_2400")
    smu = rig.switched_on(SETTING)
    body = (step(0.3, 20, 5, 0, 4), step(0.0, 40), step(0.1, 8, 2, 0, 4))
    samples = rig.run(smu, (Cycle(3, body), step(0.0, 1)))
    assert len(samples) == 21
    assert samples.voltage[:7] == pytest.approx([0.3] * 5 + [0.1] * 2)
    gaps = np.diff(samples.time[:7])
    assert gaps == pytest.approx([0.004] * 4 + [0.044, 0.004], abs=2e-4)


def test_what_does_not_fit_one_pace_is_refused_before_anything_is_sent(open_rig: OpenRig) -> None:
    rig = open_rig("smu_2400")
    smu = rig.role("top")
    smu.configure(SETTING)
    before = len(rig.wire.messages)
    with pytest.raises(PlanRefused, match=r"grid of 0\.5 ms"):
        smu.load((step(0.3, 100, 9, 0, 10.5), step(0.0, 1)))
    with pytest.raises(PlanRefused, match="3000 points"):
        smu.load(tuple(step(0.01, 10, 1) for _ in range(3000)))
    assert len(rig.wire.messages) == before


def test_the_last_step_may_be_of_any_length() -> None:
    program = compile_list((step(0.2, 30, 3, 0, 10), step(0.0, 1)), Nanoseconds(2 * MILLISECOND))
    assert program.levels == (0.2, 0.2, 0.2, 0.0)
    assert list(program.read) == [0, 1, 2]


def test_compliance_is_a_flag(open_rig: OpenRig) -> None:
    rig = open_rig("smu_2400")
    smu = rig.switched_on(SourceMeterSetting(1.0, 3e-7, 3e-7, 0.02))
    smu.set_level(0.3)
    rig.session.clock.sleep_until(Nanoseconds(rig.session.clock.now() + 50 * MILLISECOND))
    _, current, status = smu.measure()
    assert current == pytest.approx(3e-7, rel=5e-3)
    assert status & SampleStatus.COMPLIANCE


def test_the_level_after_a_sequence_is_that_of_its_last_step(open_rig: OpenRig) -> None:
    rig = open_rig("smu_2400")
    smu = rig.switched_on(SETTING)
    rig.run(smu, (step(0.1, 50, 1), step(0.2, 50, 1)))
    assert rig.virtual.world.drive("top").voltage == pytest.approx(0.2, abs=1e-3)
    voltage, _, _ = smu.measure()
    assert voltage == pytest.approx(0.2)


def test_what_is_loaded_already_is_not_sent_again(open_rig: OpenRig) -> None:
    rig = open_rig("smu_2400")
    smu = rig.role("top")
    smu.configure(SETTING)
    sequence = (step(0.1, 100, 1),)
    smu.load(sequence)
    before = len(rig.wire.messages)
    smu.load(sequence)
    assert len(rig.wire.messages) == before


def test_safe_in_the_middle_of_a_list_ramps_from_where_the_source_is(open_rig: OpenRig) -> None:
    rig = open_rig("smu_2400")
    smu, clock = rig.role("top"), rig.session.clock
    smu.configure(SETTING)
    smu.enable_output()
    smu.load((step(0.5, 500, 1), step(0.0, 500, 1)))
    smu.start()
    clock.sleep_until(Nanoseconds(clock.now() + 100 * MILLISECOND))
    smu.make_safe()
    assert rig.virtual.world.outputs_off()
    levels = [float(text.split()[1].split(";")[0]) for text in rig.wire.written() if text.startswith(":SOUR:VOLT ")]
    assert max(levels) > 0.4, "the ramp began at the level of the list"


def test_an_overflow_is_nan_and_a_flag_never_a_number(open_rig: OpenRig) -> None:
    rig = open_rig("smu_2400")
    smu = rig.switched_on(SETTING)
    rig.virtual.faults.add(FaultPlan(rig.virtual.faults.operations + 1, FaultKind.OVERLOAD))
    _, current, status = smu.measure()
    assert np.isnan(current)
    assert status & SampleStatus.OVERLOAD
    samples = rig.run(smu, (step(0.1, 30, 3, 0, 10), step(0.0, 1)))
    assert np.all(np.isnan(samples.current))
    assert np.all(samples.status & SampleStatus.OVERLOAD)
