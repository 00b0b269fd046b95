"""What tools/fuzz.py found stays found: each finding, as short as it could be made, and a few fresh cases."""

import gc
import importlib
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from labkit_sim import FIRMWARE, ThorlabsDC2200
from labkit_sim.tsp import _interpreter

TOOLS = Path(__file__).parents[2] / "tools"

FOUND: list[tuple[str, list[tuple[Any, ...]]]] = [
    ("keysight_b2201a", [("message", b"SYSTEM:DISP:LED 1e400")]),
    ("keysight_33622a", [("message", b"APPL:DC ,1e400")]),
    ("thorlabs_dc2200", [("message", b"OUTP 1e400")]),
    ("lakeshore_336", [("message", b"*ese 1e\t9")]),
    ("lakeshore_336", [("message", b"htr? 1\x0be4")]),
]


def unwatched(step: object, lines: int) -> AbstractContextManager[None]:
    """Leave the time to pytest, whose time-out uses the same signals."""
    return nullcontext()


@pytest.fixture(scope="module")
def fuzz() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TOOLS))
        yield importlib.import_module("fuzz")


@pytest.mark.parametrize(("firmware", "steps"), FOUND, ids=lambda value: value if isinstance(value, str) else "")
def test_a_finding_is_no_finding_any_more(fuzz: Any, firmware: str, steps: list[tuple[Any, ...]]) -> None:
    fuzz.run_case(firmware, steps, unwatched)


@pytest.mark.parametrize("firmware", sorted(FIRMWARE))
def test_each_firmware_stands_a_few_cases(fuzz: Any, firmware: str) -> None:
    for seed in range(2):
        fuzz.run_case(firmware, fuzz.case(firmware, seed), unwatched)


def test_a_case_is_remade_by_its_seed(fuzz: Any) -> None:
    assert fuzz.case("keithley_2450", 7) == fuzz.case("keithley_2450", 7)
    assert fuzz.case("keithley_2450", 7) != fuzz.case("keithley_2450", 8)


def test_an_exception_that_escapes_is_found_and_cut_to_the_command(fuzz: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(instrument: ThorlabsDC2200) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ThorlabsDC2200, "reset", fail)
    monkeypatch.setattr(fuzz, "limited", unwatched)
    steps = [("message", b"*IDN?\n"), ("wait", 0.1), ("message", b"OUTP 0;*RST;*CLS\n"), ("read",)]
    reason = fuzz.broken("thorlabs_dc2200", steps)
    assert "ZeroDivisionError" in reason
    assert fuzz.shortened("thorlabs_dc2200", steps, reason)[0] == [("message", b"*RST")]


def test_an_instrument_that_forgets_who_it_is_is_found(fuzz: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ThorlabsDC2200, "identity", lambda instrument: "nobody")
    monkeypatch.setattr(fuzz, "limited", unwatched)
    assert "answers" in fuzz.broken("thorlabs_dc2200", [])


def test_the_runtime_of_an_instrument_that_is_gone_is_swept_and_kept(fuzz: Any) -> None:
    """One that Python's collector took down in the wrong order crashed the process, after some hundred instruments."""
    _, instrument = fuzz.rig("keithley_707b")
    runtime = instrument.interpreter._runtime
    full = runtime.get_memory_used()
    del _, instrument
    gc.collect()
    fuzz.rig("keithley_707b")
    assert runtime in _interpreter._KEPT
    assert runtime.get_memory_used() < full / 2
