"""What a B2900 says on the wire: identity, errors, status, formats."""

from typing import Any

import numpy as np
import pytest

NO_ERROR = '+0,"No error"'


def test_it_says_who_it_is(connect: Any) -> None:
    for model in ("b2902a", "b2912a"):
        maker, name, serial, _ = connect(model=model).ask("*IDN?").split(",")
        assert (maker, name, serial) == ("Keysight Technologies", model.upper(), "MY51140001")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (":SOUR1:VOLTS 1", -113),
        (":SOUR3:VOLT 1", -114),
        (":SOUR1:VOLT", -109),
        (":SOUR1:VOLT 1,2", -108),
        (":SOUR1:VOLT abc", -104),
        (":SOUR1:VOLT 211", -222),
        (":SOUR1:FUNC:MODE OHM", -224),
        (":SENS1:CURR:PROT 4", -222),
        (":SENS1:CURR:RANG 5", -222),
        (":TRIG1:TIM 19E-6", -222),
        (":TRIG1:COUN 100001", -222),
        (":TRIG1:SOUR EXT15", -224),
        (":SOUR1:PULS:WIDT 49E-6", -222),
        (":INIT (@3)", -222),
        (":INIT 1", -171),
        (":SOUR:DIG:EXT15:FUNC TOUT", -114),
        (":FORM REAL,16", -224),
        (":SOUR1:LIST:VOLT 1,250", -222),
    ],
)
def test_what_is_wrong_is_refused_with_its_code(smu: Any, command: str, code: int) -> None:
    assert smu.refuses(command) == code
    assert smu.ask(":SYST:ERR?") == NO_ERROR


@pytest.mark.parametrize(
    ("header", "value", "refused"),
    [
        (":SOUR1:VOLT", 0.5, 300),
        (":SENS1:CURR:PROT", 1e-3, 10),
        (":TRIG1:TRAN:TIM", 1e-3, 1e6),
        (":SOUR2:PULS:WIDT", 1e-3, 1e-6),
        (":SENS2:CURR:RANG", 1e-3, 100),
        (":SOUR:DIG:EXT3:TOUT:WIDT", 1e-3, 1),
    ],
)
def test_a_refused_setting_keeps_its_old_value(smu: Any, header: str, value: float, refused: float) -> None:
    smu.write(f"{header} {value}")
    assert smu.refuses(f"{header} {refused}") == -222
    assert smu.number(f"{header}?") == pytest.approx(value)


def test_an_aperture_out_of_range_is_clipped_without_an_error(smu: Any) -> None:
    smu.write(":SENS1:CURR:APER 5")
    assert smu.number(":SENS1:CURR:APER?") == 2
    smu.write(":SENS1:CURR:NPLC 1E-6")
    assert smu.number(":SENS1:VOLT:APER?") == pytest.approx(8e-6)
    smu.write(":SENS1:CURR:APER MAX")
    assert smu.number(":SENS1:CURR:NPLC?") == pytest.approx(100)
    assert smu.ask(":SYST:ERR?") == NO_ERROR


def test_the_error_queue_overflows_into_350(smu: Any) -> None:
    smu.write(*[":NONSENSE"] * 30)
    errors = [smu.ask(":SYST:ERR?") for _ in range(21)]
    assert errors[0] == '-113,"Undefined header"'
    assert errors[-2:] == ['-350,"Queue overflow"', NO_ERROR]


def test_long_forms_any_case_and_carriage_returns_are_taken(smu: Any) -> None:
    smu.resource.write_termination = "\r\n"
    smu.write(":source1:VOLTAGE:level:IMMediate:AMPLitude 250 mV;:OUTPut1:STATe ON")
    assert smu.number(":VOLT?") == pytest.approx(0.25)
    assert smu.ask(":OUTP?") == "1"


def test_an_unread_answer_is_interrupted_by_the_next_command(smu: Any) -> None:
    smu.write("*IDN?", ":SOUR1:VOLT 0.1")
    assert smu.error_code() == -410


def test_the_status_byte_has_measurement_and_operation(smu: Any) -> None:
    smu.ready()
    smu.write("*CLS", ":STAT:MEAS:ENAB 2", ":STAT:OPER:ENAB 16", ":TRIG:ACQ:SOUR TIM", ":INIT (@1)")
    assert smu.ask("*OPC?") == "1"
    assert smu.number("*STB?") == 1 + 128
    assert smu.number(":STAT:MEAS?") == 2
    assert smu.number(":STAT:MEAS?") == 0


def test_the_operation_status_tells_where_each_channel_is(smu: Any) -> None:
    idle = 2 + 16 + 128 + 1024
    assert smu.number(":STAT:OPER:COND?") == idle
    smu.ready()
    smu.write(":ARM2:TRAN:SOUR BUS", ":TRIG2:ACQ:SOUR BUS", ":INIT (@2)")
    assert smu.number(":STAT:OPER:COND?") == 2 + 16 + 256 + 4096
    smu.write(":ABOR (@2)")
    assert smu.number(":STAT:OPER:COND?") == idle


def test_elements_come_in_their_fixed_order(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write(":FORM:ELEM:SENS SOUR,STAT,CURR,VOLT")
    assert smu.ask(":FORM:ELEM:SENS?") == "VOLT,CURR,STAT,SOUR"
    voltage, current, status, source = smu.numbers(":MEAS? (@1)")
    assert (voltage, current) == pytest.approx((0.5, 5e-5), rel=0.02)
    assert (status, source) == (0, 0.5)


def test_what_was_not_measured_is_no_number(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write(':SENS1:FUNC:OFF "VOLT"', ":FORM:ELEM:SENS VOLT,CURR,RES")
    voltage, current, resistance = smu.numbers(":MEAS? (@1)")
    assert (voltage, resistance) == (9.91e37, 9.91e37)
    assert current == pytest.approx(5e-5, rel=0.02)
    assert smu.ask(":FETC:ARR:CURR? (@2)") == "+9.910000E+37"


@pytest.mark.parametrize(("form", "order", "dtype"), [("REAL,64", "SWAP", "<f8"), ("REAL,32", "NORM", ">f4")])
def test_binary_blocks_hold_the_same_numbers(smu: Any, form: str, order: str, dtype: str) -> None:
    smu.ready(level=0.5)
    smu.write(":FORM:ELEM:SENS CURR,SOUR", ":TRIG:SOUR TIM", ":TRIG:ACQ:COUN 5", ":INIT:ACQ (@1)")
    text = smu.numbers(":FETC:ARR? (@1)")
    smu.write(f":FORM {form}", f":FORM:BORD {order}")
    assert smu.ask(":FORM?") == form
    smu.resource.read_termination = ""
    block = smu.resource.query_binary_values(
        ":FETC:ARR? (@1)", dtype[1].replace("f", "d" if "8" in dtype else "f"), ">" in dtype
    )
    assert np.array(block) == pytest.approx(text, rel=1e-6)


def test_channels_side_by_side_are_filled_up_with_no_numbers(smu: Any) -> None:
    smu.ready(level=0.5)
    smu.write(":FORM:ELEM:SENS SOUR", ":TRIG1:ACQ:COUN 3", ":TRIG2:ACQ:COUN 1", ":SOUR2:VOLT 0.25", ":INIT:ACQ (@1,2)")
    rows = smu.numbers(":FETC:ARR? (@1,2)").reshape(3, 2)
    assert rows[:, 0] == pytest.approx([0.5] * 3)
    assert list(rows[:, 1]) == [0.25, 9.91e37, 9.91e37]


def test_the_trace_buffer_fills_stops_and_tells(smu: Any) -> None:
    smu.ready(level=0.1)
    smu.write(":TRAC1:POIN 4", ":TRAC1:FEED SENS", ":TRAC1:FEED:CONT NEXT", ":FORM:ELEM:SENS CURR,TIME")
    smu.write(":TRIG1:ACQ:SOUR TIM;:TRIG1:ACQ:TIM 1E-3;:TRIG1:ACQ:COUN 6", ":INIT:ACQ (@1)", "*WAI")
    assert smu.ask(":TRAC1:POIN:ACT?") == "4"
    assert smu.ask(":TRAC1:FEED:CONT?") == "NEV"
    assert smu.ask(":TRAC1:FREE?") == "0,4"
    table = smu.numbers(":TRAC1:DATA? 1,2").reshape(2, 2)
    assert table[:, 1] == pytest.approx([1e-3, 2e-3])
    assert int(smu.number(":STAT:MEAS:COND?")) & 24 == 24
    assert len(smu.numbers(":FETC:ARR:CURR? (@1)")) == 6
    smu.write(":TRAC1:CLE")
    assert smu.ask(":TRAC1:FREE?") == "4,4"
