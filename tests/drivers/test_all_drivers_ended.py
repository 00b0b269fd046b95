"""The contract of every driver on being ended by another thread: between messages, anywhere, unconfused."""

from collections.abc import Callable
from typing import Any

import pytest

from labkit.core import (
    Crosspoint,
    LightSource,
    LightTrain,
    Nanoseconds,
    PulseSource,
    PulseTrain,
    SourceMeter,
    SourceMeterSetting,
    Step,
    SwitchMatrix,
)
from labkit.engine import RunAborted, RunControl, open_bench

OpenRig = Callable[..., Any]
MILLISECOND = Nanoseconds(1_000_000)


class EndsAt(RunControl):
    """Ends what goes on at a look that counts from now on."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0

    def check(self) -> None:
        self.ahead -= 1
        if self.ahead == 0:
            raise RunAborted("ended by the test")


def use(role: Any) -> Any:
    """Use a channel as a run does, and give what it delivers then."""
    if isinstance(role, SourceMeter):
        role.configure(SourceMeterSetting(1.0, 1e-4, 5e-5, 0.02))
        role.enable_output()
        role.load((Step(0.2, Nanoseconds(100 * MILLISECOND), 1), Step(0.1, Nanoseconds(100 * MILLISECOND), 1)))
        role.set_level(0.3)
        return role.output_state()
    if isinstance(role, PulseSource):
        role.enable_output()
        role.load_train(PulseTrain(0.1, -0.4, MILLISECOND, Nanoseconds(10 * MILLISECOND), 3))
        role.set_level(0.3)
        return role.output_state()
    if isinstance(role, SwitchMatrix):
        role.connect(frozenset({Crosspoint(role.capabilities.rows[0], role.capabilities.columns[0])}))
        return role.connected()
    if isinstance(role, LightSource):
        if role.capabilities.pulses:
            role.load_train(LightTrain(0.7, 100 * MILLISECOND, 100 * MILLISECOND, 2))
        role.set_irradiance(1.0)
        return role.output_state()
    role.set_temperature(310.0, 0.05)
    return role.output_state().on


def test_it_is_safe_after_it_was_ended_and_then_does_as_it_is_told(place: Any, rig_of: OpenRig) -> None:
    rig, control = rig_of(place.bench), EndsAt()
    session = open_bench(rig.bench, rig.virtual, control)
    role = session.roles[place.terminal]
    usual = use(role)
    session.make_safe()
    for ahead in range(1, 40):
        control.ahead = ahead
        try:
            use(role)
        except RunAborted:
            ended = True
        else:
            ended = control.ahead <= 0
        control.ahead = 0
        assert session.make_safe() == ()
        assert rig.is_safe()
        assert use(role) == usual
        role.check_errors()
        session.make_safe()
        if not ended:
            break
    assert ahead > 1
    session.close()


@pytest.mark.parametrize(
    ("bench", "bytes_a_reading", "ahead"),
    [("demo_memristor", 24, 5), ("both_channels_2636b", 24, 3), ("memristor_b2902a", 40, 3)],
)
def test_a_long_answer_can_be_ended_while_it_comes(
    bench: str, bytes_a_reading: int, ahead: int, rig_of: OpenRig
) -> None:
    rig, control = rig_of(bench), EndsAt()
    session = open_bench(rig.bench, rig.virtual, control)
    smu = session.roles["top"]
    smu.configure(SourceMeterSetting(1.0, 1e-4, 5e-5, 1e-3))
    smu.enable_output()
    count = 4_500
    smu.load((Step(0.1, Nanoseconds(count * 2 * MILLISECOND), count, Nanoseconds(0), Nanoseconds(2 * MILLISECOND)),))
    smu.start()
    session.clock.sleep_until(session.clock.now() + (count + 100) * 2 * MILLISECOND)
    assert smu.finished()
    rig.wire.messages.clear()
    control.ahead = ahead
    with pytest.raises(RunAborted):
        smu.fetch()
    control.ahead = 0
    taken = sum(len(text) for direction, text in rig.wire.messages if direction == "read")
    assert 0 < taken < bytes_a_reading * count
    assert session.make_safe() == ()
    assert rig.virtual.world.outputs_off()
    smu.configure(SourceMeterSetting(1.0, 1e-4, 5e-5, 1e-3))
    smu.enable_output()
    smu.set_level(0.1)
    assert smu.measure()[0] == pytest.approx(0.1, abs=0.01)
    session.close()
