"""The 33522B on the wire: APPLy, arbitrary waveforms, wrong commands, status."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyvisa.errors import VisaIOError

Station = Any
OpenGenerator = Any


def test_apply_sets_all_switches_on_and_gives_back_a_quoted_string(gen: Station) -> None:
    gen.write("BURS:STAT ON;:SOUR1:APPL:PULS 1 KHZ, 0.1, 0")
    assert gen.ask("SOUR1:APPL?") == '"PULS +1.00000000000000E+03,+1.00000000000000E-01,+0.00000000000000E+00"'
    assert gen.ask("OUTP1?;:BURS:STAT?;:TRIG1:SOUR?") == "1;0;IMM"
    assert gen.errors() == []


def test_apply_takes_defaults_and_what_it_left_out(gen: Station) -> None:
    gen.write("APPL:SQU 5E3")
    assert gen.ask("APPL?").startswith('"SQU +5.00000000000000E+03,+1.00000000000000E-01,+0.0')
    gen.write("APPL:SIN DEF, MAX, DEF")
    assert gen.value("VOLT?") == 10.0
    gen.write("OUTP:LOAD INF;:APPL:DC DEF, DEF, -2.5")
    assert gen.ask("FUNC?") == "DC"
    assert gen.at_device() == pytest.approx(-2.5, rel=0.02)
    gen.write("APPL2:NOIS DEF, 1, 0", "SOUR2:APPL:NOIS DEF, 1, 0")
    assert gen.errors() == [-113]
    assert gen.ask("SOUR2:FUNC?") == "NOIS"


SAMPLES = np.array([-32767, 0, 16384, 32767, 0, 0, -16384, -32767])


def block(samples: "np.ndarray[Any, Any]", kind: str) -> bytes:
    data = samples.astype(kind).tobytes()
    length = str(len(data)).encode()
    return b"#" + str(len(length)).encode() + length + data


@pytest.mark.parametrize(
    "message",
    [
        b"SOUR1:DATA:ARB:DAC steps," + block(SAMPLES, ">i2"),
        b"FORM:BORD SWAP;:DATA:ARB:DAC steps," + block(SAMPLES, "<i2"),
        b"DATA:ARB:DAC steps, " + ", ".join(map(str, SAMPLES)).encode(),
        b"DATA:ARB steps, " + ", ".join(f"{value / 32767:.6f}" for value in SAMPLES).encode(),
        b"DATA:ARB steps," + block(SAMPLES / 32767, ">f4"),
    ],
)
def test_an_upload_is_played_at_its_sample_rate(gen: Station, message: bytes) -> None:
    gen.wire.write_raw(message + b"\n")
    gen.write("OUTP:LOAD INF;:VOLT 4;VOLT:OFFS 1;:FUNC:ARB 'STEPS';:FUNC:ARB:SRAT 1E4;:FUNC ARB")
    assert gen.errors() == []
    gen.write("TRIG:SOUR BUS;:BURS:NCYC 2;STAT ON;:OUTP ON")
    assert gen.at_device() == pytest.approx(-1.0, rel=0.02), "it rests at its first sample"
    edges = gen.watch()
    gen.write("*TRG")
    begin = gen.bench.world.now + 135
    gen.ask("*OPC?")
    gen.pass_time(1e-3)
    played = [*(SAMPLES / 32767 * 2 + 1)] * 2
    changes = [k for k, value in enumerate(played) if k > 0 and value != played[k - 1]]
    expected = {k * 100_000: played[k] for k in changes}
    found = {time - begin: voltage for time, voltage in edges if time >= begin}
    assert {time: found[time] for time in expected} == {
        time: pytest.approx(value, rel=0.02, abs=0.03) for time, value in expected.items()
    }


def test_the_memory_of_waveforms(gen: Station) -> None:
    gen.write("DATA:ARB one, 0,0,0,0,1,1,1,1", "DATA:ARB one, 0,0,0,0,1,1,1,1")
    assert gen.errors() == [786]
    gen.write("FUNC:ARB nowhere")
    assert gen.errors() == [785]
    gen.write("FUNC:ARB one")
    assert gen.ask("FUNC:ARB?") == '"ONE"'
    assert gen.ask("FUNC:ARB:POIN?") == "+8"
    assert '"ONE"' in gen.ask("DATA:VOL:CAT?")
    assert gen.ask("DATA:ATTR:POIN? one") == "+8"
    gen.write("FUNC:ARB:PER 8E-3")
    assert gen.value("FUNC:ARB:SRAT?") == pytest.approx(1000)
    gen.write("DATA:VOL:CLE")
    assert '"ONE"' not in gen.ask("DATA:VOL:CAT?")
    assert gen.errors() == []


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("DATA:ARB:DAC short, 1, 2, 3", -222),
        ("DATA:ARB:DAC high, 0,0,0,0,0,0,0,40000", -222),
        ("DATA:ARB high, 0,0,0,0,0,0,0,1.5", -222),
        ("DATA:ARB:DAC odd,#219" + "a" * 19, -161),
        ("VOLTT 1", -113),
        ("SOUR3:VOLT 1", -114),
        ("FUNC TRAPEZOID", -224),
        ("VOLT", -109),
        ("VOLT 1, 2", -108),
        ("VOLT one", -104),
        ("VOLT 1 S", -131),
        ("OUTP MAYBE", -104),
        ("BURS:MODE SOMETIMES", -224),
        ("*TRG", -211),
        ("TRIG1", -211),
    ],
)
def test_what_is_wrong_is_refused_with_its_code_and_changes_nothing(gen: Station, command: str, code: int) -> None:
    state = "VOLT?;:FUNC?;:OUTP?;:BURS:MODE?;:DATA:VOL:CAT?"
    before = gen.ask(state)
    gen.write(command)
    assert gen.errors() == [code]
    assert gen.ask(state) == before


def test_the_queue_overflows_and_the_status_byte_tells(gen: Station) -> None:
    for _ in range(30):
        gen.write("NONSENSE")
    assert gen.wire.read_stb() & 4
    assert gen.errors() == [-113] * 19 + [-350]
    assert not gen.wire.read_stb() & 4
    assert int(gen.ask("*ESR?")) & 32


def test_an_answer_that_nobody_read_and_one_that_nobody_asked_for(gen: Station) -> None:
    gen.wire.write("VOLT?")
    gen.write("VOLT 1")
    assert gen.errors() == [-410]
    with pytest.raises(VisaIOError):
        gen.wire.read()
    assert gen.errors() == [-420]


def test_line_ends_of_both_kinds(gen: Station) -> None:
    gen.wire.write_raw(b"VOLT 2\r\n")
    gen.wire.write_raw(b"VOLT?\r\n")
    assert float(gen.wire.read()) == 2.0


def test_status_registers_and_operation_complete(gen: Station) -> None:
    gen.write("STAT:OPER:ENAB 32;:STAT:QUEStionable:ENAB 1")
    assert gen.ask("STAT:OPER:ENAB?;:STAT:QUEStionable:COND?;:STAT:OPER?") == "+32;+0;+0"
    gen.write("STAT:PRESet;*ESE 1;*SRE 32;*OPC")
    assert gen.wire.read_stb() & 96 == 96


def test_path_carries_over_and_both_forms_are_taken(gen: Station) -> None:
    gen.write("SOURce1:BURSt:MODE TRIGgered;NCYCles 7;:sour1:volt:offs 100 mv;")
    assert gen.value("SOUR1:BURS:NCYCLes?") == 7
    assert gen.value("VOLT:OFFS?") == 0.1
    assert gen.errors() == []


@pytest.mark.parametrize(
    ("setting", "value", "default"),
    [
        ("SOUR2:FREQ:MODE", "FIX", "CW"),
        ("FUNC:ARB:FILT", "OFF", "NORM"),
        ("OUTP:SYNC:MODE", "CARR", "NORM"),
        ("DISP", "0", "1"),
        ("TRIG2:LEV", "+2.00000000000000E+00", "+1.65000000000000E+00"),
    ],
)
def test_settings_without_an_effect_are_kept_until_a_reset(
    gen: Station, setting: str, value: str, default: str
) -> None:
    assert gen.ask(f"{setting}?") == default
    gen.write(f"{setting} {value}")
    assert gen.ask(f"{setting}?") == value
    gen.write("*RST")
    assert gen.ask(f"{setting}?") == default
    assert gen.errors() == []


@pytest.mark.parametrize("switch", ["AM:STAT", "SOUR2:SWE:STAT", "SUM:STAT", "VOLT:COUP:STAT"])
def test_what_is_not_simulated_says_so_when_it_is_switched_on(gen: Station, switch: str) -> None:
    gen.write(f"{switch} OFF")
    assert gen.errors() == []
    gen.write(f"{switch} ON")
    assert gen.ask("SYST:ERR?").startswith("-241,")
    assert gen.ask(f"{switch}?") == "0"


VOCABULARY = """VOLT FUNC PULS WIDT BURS NCYC INF ON 1 -1e30 ? : ; , # #15ab " *TRG OUTP LOAD MAX DATA:ARB x ARB STAT
TRIG SOUR BUS APPL:SIN INT:PER MIN FREQ 1e7"""
WORDS = st.sampled_from([*VOCABULARY.split(), " ", " ", "\x00"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=12))
def test_nonsense_never_silences_it(generator: OpenGenerator, words: list[str]) -> None:
    gen = generator("keysight_33522b")
    gen.wire.write_raw("".join(words).encode("latin-1") + b"\n")
    gen.wire.clear()
    gen.write("*CLS;:OUTP1 OFF")
    assert gen.ask("*IDN?").startswith("Agilent")
