"""What instruments tell of themselves for `labkit bench test`, nothing energized."""

from collections.abc import Callable
from typing import Any

import pytest

from labkit.core import ElectricalTerminal, Finding

OpenRig = Callable[..., Any]


def with_limit(volts: str) -> Callable[[Any], Any]:
    def changed(document: Any) -> Any:
        terminal = ElectricalTerminal.model_validate(
            {"instrument": "smu", "maximum_voltage": volts, "maximum_current": "1 mA"}
        )
        return document.model_copy(update={"terminals": {**document.terminals, "top": terminal}})

    return changed


@pytest.mark.parametrize(("volts", "finding"), [("5 V", Finding.RIGHT), ("40 V", Finding.WRONG)])
def test_an_open_interlock_matters_above_21_volts(open_rig: OpenRig, volts: str, finding: Finding) -> None:
    rig = open_rig("demo_memristor", with_limit(volts))
    (interlock,) = rig.role("top").checks()
    assert interlock.what == "interlock"
    assert interlock.finding is finding
    assert rig.virtual.world.outputs_off()


def test_a_lights_interlock_is_told(open_rig: OpenRig) -> None:
    rig = open_rig("demo_optical")
    (interlock,) = rig.role("light").checks()
    assert interlock.finding is Finding.RIGHT
    assert rig.virtual.world.lights_off()
