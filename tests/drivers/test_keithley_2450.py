"""The 2450's driver on the wire: what it sends before an output may go on, and what it makes of the answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labkit.core import InstrumentError, Nanoseconds, SampleStatus, SourceMeterSetting, Step

OpenRig = Callable[..., Any]

SETTING = SourceMeterSetting(voltage_range=1.0, current_range=1e-4, compliance=1e-4, aperture=0.02)


def test_compliance_is_written_and_read_back_before_the_output_goes_on(open_rig: OpenRig) -> None:
    rig = open_rig("demo_memristor")
    rig.switched_on(SETTING)
    written = rig.wire.written()
    on = written.index(":OUTP 1")
    set_at = max(k for k, text in enumerate(written[:on]) if text == ":SOUR:VOLT:ILIM 0.0001")
    assert ":SOUR:VOLT:ILIM?" in written[set_at:on]
    assert written[on - 1] == ":SOUR:VOLT 0"


def test_a_limit_that_the_instrument_does_not_take_keeps_the_output_off(open_rig: OpenRig) -> None:
    rig = open_rig("demo_memristor")
    smu = rig.role("top")
    with pytest.raises(InstrumentError, match="current limit"):
        smu.configure(SourceMeterSetting(1.0, 1e-4, 1e-7, 0.02))
    with pytest.raises(InstrumentError, match="no compliance"):
        smu.enable_output()
    assert rig.virtual.world.outputs_off()


@pytest.mark.parametrize("language", ["TSP", "SCPI2400"])
def test_another_language_is_refused_with_what_to_do(open_rig: OpenRig, language: str) -> None:
    def speaking(document: Any) -> Any:
        entry = document.instruments["smu"].model_copy(update={"options": {"language": language}, "timeout": 0.5})
        return document.model_copy(update={"instruments": {"smu": entry}})

    with pytest.raises(InstrumentError) as refused:
        open_rig("demo_memristor", speaking)
    assert "command set" in refused.value.remedy or "check" in refused.value.remedy


def test_an_overflow_is_nan_and_a_flag_never_a_number(open_rig: OpenRig) -> None:
    rig = open_rig("demo_memristor")
    smu = rig.switched_on(SourceMeterSetting(1.0, 1e-8, 1e-7, 0.02))
    smu.set_level(0.3)
    voltage, current, status = smu.measure()
    assert np.isnan(current)
    assert status & SampleStatus.OVERLOAD
    assert voltage == pytest.approx(0.3)
    smu.load((Step(0.3, Nanoseconds(500_000_000), 5, Nanoseconds(0), Nanoseconds(50_000_000)),))
    smu.start()
    rig.session.clock.sleep_until(Nanoseconds(rig.session.clock.now() + 1_000_000_000))
    assert smu.finished()
    samples = smu.fetch()
    assert np.all(np.isnan(samples.current))
    assert np.all(samples.status & SampleStatus.OVERLOAD)


def test_what_is_loaded_already_is_not_sent_again(open_rig: OpenRig) -> None:
    rig = open_rig("demo_memristor")
    smu = rig.role("top")
    smu.configure(SETTING)
    sequence = (Step(0.1, Nanoseconds(100_000_000), 1),)
    smu.load(sequence)
    before = len(rig.wire.messages)
    smu.load(sequence)
    assert len(rig.wire.messages) == before


def test_the_level_after_a_sequence_is_that_of_its_last_step_read_or_not(open_rig: OpenRig) -> None:
    rig = open_rig("demo_memristor")
    smu = rig.switched_on(SETTING)
    pulse = Step(0.2, Nanoseconds(200_000_000), 3, Nanoseconds(0), Nanoseconds(50_000_000))
    rig.run(smu, (pulse, Step(0.0, Nanoseconds(100_000_000))))
    again = rig.run(smu, (pulse,))
    assert rig.virtual.world.drive("top").voltage == pytest.approx(0.2, abs=1e-3)
    assert np.allclose(again.voltage, 0.2)


def test_loading_levels_leaves_the_sample_alone(open_rig: OpenRig) -> None:
    rig = open_rig("demo_memristor")
    smu = rig.switched_on(SETTING)
    smu.set_level(0.05)
    smu.load(tuple(Step(level, Nanoseconds(50_000_000), 1) for level in (0.0, 0.5, -0.5)))
    assert rig.virtual.world.drive("top").voltage == pytest.approx(0.05, abs=1e-3)


def test_a_ramp_goes_in_small_steps(open_rig: OpenRig) -> None:
    rig = open_rig("demo_memristor")
    smu = rig.switched_on(SETTING)
    began = rig.session.clock.now()
    smu.ramp_to(1.0, 10.0)
    levels = [float(text.split()[1]) for text in rig.wire.written() if text.startswith(":SOUR:VOLT ")]
    assert max(abs(np.diff(levels))) < 0.051
    assert rig.session.clock.now() - began >= 100_000_000
