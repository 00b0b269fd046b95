"""The dialect of the 2400 over PyVISA: what is measured, what is refused, and what the trigger model does by itself."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labkit_sim import VirtualBench
from pyvisa.errors import VisaIOError
from pyvisa.resources import MessageBasedResource

from labkit.core import Nanoseconds

Connect = Callable[[VirtualBench], MessageBasedResource]
NO_ERROR = '0,"No error"'
RESISTANCE = 1e4
COMPLIANCE, RANGE_COMPLIANCE = 1 << 3, 1 << 16


def readings(answer: str, elements: int = 5) -> np.ndarray:
    return np.array([float(text) for text in answer.split(",")]).reshape(-1, elements)


def source_voltage(smu: MessageBasedResource, level: float, limit: float = 1e-3) -> None:
    smu.write(f"*RST;:SOUR:FUNC VOLT;:SOUR:VOLT {level};:SENS:CURR:PROT {limit};:OUTP ON")
    assert smu.query("SYST:ERR?") == NO_ERROR


@pytest.mark.parametrize(
    ("driver", "identity"),
    [
        ("keithley_2400", "KEITHLEY INSTRUMENTS INC.,MODEL 2400,"),
        ("keithley_2450_scpi2400", "KEITHLEY INSTRUMENTS INC.,MODEL 2450,"),
    ],
)
def test_both_instruments_speak_it(
    open_bench: Callable[..., VirtualBench], connect: Connect, driver: str, identity: str
) -> None:
    smu = connect(open_bench(driver))
    assert smu.query("*IDN?").startswith(identity)
    source_voltage(smu, 1.0)
    voltage, current, resistance, _, status = readings(smu.query(":READ?"))[0]
    assert voltage == 1.0, "the source's value, since the voltage is not measured"
    assert current == pytest.approx(1 / RESISTANCE, rel=2e-3)
    assert resistance == 9.91e37
    assert int(status) & (1 << 12 | 1 << 14) == 1 << 12 | 1 << 14


def test_only_the_2450_tells_its_language(open_bench: Callable[..., VirtualBench], connect: Connect) -> None:
    assert connect(open_bench("keithley_2450_scpi2400")).query("*LANG?") == "SCPI2400"
    old = connect(open_bench())
    old.write("*LANG?")
    assert old.query("SYST:ERR?").startswith("-113")


def test_a_reading_with_the_output_off_is_803_and_no_reply(smu: MessageBasedResource) -> None:
    smu.write("*RST")
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        smu.query(":READ?")
    assert smu.query("SYST:ERR?") == '+803,"Not permitted with OUTPUT off"'


def test_a_measure_range_above_that_of_the_compliance_is_824(smu: MessageBasedResource) -> None:
    source_voltage(smu, 0.1, limit=50e-6)
    smu.write(":SENS:CURR:RANG 10e-6")
    smu.write(":SENS:CURR:RANG 1e-3")
    assert smu.query("SYST:ERR?") == '+824,"Cannot exceed compliance range"'
    assert float(smu.query(":SENS:CURR:RANG?")) == 10.5e-6, "a range is told by the end that it reads to"


def test_a_compliance_far_below_the_measure_range_is_822(smu: MessageBasedResource) -> None:
    source_voltage(smu, 0.1, limit=1e-3)
    smu.write(":SENS:CURR:RANG 1e-3;PROT 1e-8")
    assert smu.query("SYST:ERR?").startswith("+822")
    assert float(smu.query(":SENS:CURR:PROT?")) == 1e-3


def test_real_compliance_is_the_limit_and_sets_its_bit(smu: MessageBasedResource) -> None:
    source_voltage(smu, 10.0, limit=100e-6)
    assert smu.query(":SENS:CURR:PROT:TRIP?") == "1"
    _, current, _, _, status = readings(smu.query(":READ?"))[0]
    assert current == pytest.approx(100e-6, rel=2e-3)
    assert int(status) & COMPLIANCE
    smu.write(":SOUR:VOLT 0.1")
    assert smu.query(":SENS:CURR:PROT:TRIP?") == "0"


def test_a_fixed_measure_range_limits_the_current_too(smu: MessageBasedResource) -> None:
    source_voltage(smu, 10.0, limit=10e-3)
    smu.write(":SENS:CURR:RANG 100e-6")
    _, current, _, _, status = readings(smu.query(":READ?"))[0]
    assert current == pytest.approx(105e-6, rel=2e-3)
    assert int(status) & RANGE_COMPLIANCE
    assert not int(status) & COMPLIANCE


def test_voltage_current_and_resistance_are_measured_together(smu: MessageBasedResource) -> None:
    source_voltage(smu, 2.0)
    smu.write(":SENS:RES:MODE MAN;:SENS:FUNC:ALL")
    assert smu.query(":SENS:FUNC?") == '"VOLT:DC","CURR:DC","RES"'
    voltage, current, resistance, _, _ = readings(smu.query(":READ?"))[0]
    assert resistance == pytest.approx(RESISTANCE, rel=2e-3)
    assert voltage / current == pytest.approx(resistance, rel=1e-6)


def test_auto_ohms_sources_the_current_of_its_range(smu: MessageBasedResource) -> None:
    smu.write("*RST;:SENS:FUNC 'RES';:OUTP ON")
    _, current, resistance, _, status = readings(smu.query(":READ?"))[0]
    assert resistance == pytest.approx(RESISTANCE, rel=2e-3)
    assert current == pytest.approx(100e-6, rel=2e-3)
    assert int(status) & 1 << 10


def test_a_current_source_with_a_voltage_limit(smu: MessageBasedResource) -> None:
    smu.write("*RST;:SOUR:FUNC CURR;:SOUR:CURR 50e-6;:SENS:FUNC 'VOLT';:SENS:VOLT:PROT 10;:OUTP ON")
    assert readings(smu.query(":READ?"))[0][0] == pytest.approx(0.5, abs=2e-3)
    smu.write(":SOUR:CURR 2e-3")
    assert readings(smu.query(":READ?"))[0][0] == pytest.approx(10.0, abs=0.1)
    assert smu.query(":SENS:VOLT:PROT:TRIP?") == "1"


@pytest.mark.parametrize(
    ("setup", "levels"),
    [
        (":SOUR:VOLT:MODE SWE;:SOUR:VOLT:STAR 0;STOP 1;STEP 0.25", [0, 0.25, 0.5, 0.75, 1.0]),
        (":SOUR:VOLT:MODE SWE;:SOUR:VOLT:STAR -1;STOP 1;:SOUR:SWE:POIN 5", [-1, -0.5, 0, 0.5, 1]),
        (
            ":SOUR:VOLT:MODE SWE;:SOUR:VOLT:STAR 0.001;STOP 10;:SOUR:SWE:POIN 5;SPAC LOG;DIR DOWN",
            [10, 1, 0.1, 0.01, 0.001],
        ),
        (":SOUR:VOLT:MODE LIST;:SOUR:LIST:VOLT 7, 1, 3;:SOUR:LIST:VOLT:APP -2,0", [7, 1, 3, -2, 0]),
    ],
)
def test_sweeps_and_lists_go_through_their_levels(smu: MessageBasedResource, setup: str, levels: list[float]) -> None:
    source_voltage(smu, 0.0, limit=10e-3)
    smu.write(f":SOUR:VOLT:RANG 20;{setup};:TRIG:COUN {len(levels)};:SENS:FUNC 'VOLT'")
    table = readings(smu.query(":READ?"))
    assert table[:, 0] == pytest.approx(levels, abs=6e-3)
    assert table[:, 1] == pytest.approx(np.array(levels) / RESISTANCE, abs=2e-6)
    assert smu.query("SYST:ERR?") == NO_ERROR


def test_the_list_has_its_limits(smu: MessageBasedResource) -> None:
    smu.write(":SOUR:LIST:VOLT " + ",".join(["0.1"] * 101))
    assert smu.query("SYST:ERR?").startswith("-223")
    hundred = ",".join(["0.1"] * 100)
    smu.write(f":SOUR:LIST:VOLT {hundred}")
    for _ in range(24):
        smu.write(f":SOUR:LIST:VOLT:APP {hundred}")
    assert smu.query(":SOUR:LIST:VOLT:POIN?") == "2500"
    smu.write(":SOUR:LIST:VOLT:APP 0.1")
    assert smu.query("SYST:ERR?").startswith("-223")


def test_a_sweep_takes_the_range_that_holds_all_its_levels(smu: MessageBasedResource) -> None:
    source_voltage(smu, 0.0, limit=10e-3)
    smu.write(":SOUR:VOLT:RANG 2;:SOUR:VOLT:MODE LIST;:SOUR:LIST:VOLT 1,12;:TRIG:COUN 2;:SOUR:SWE:RANG BEST")
    smu.query(":READ?")
    assert float(smu.query(":SOUR:VOLT:RANG?")) == 21
    smu.write(":SOUR:VOLT 0;:SOUR:VOLT:RANG 2;:SOUR:SWE:RANG FIX;:INIT")
    assert smu.query("SYST:ERR?").startswith("-222")


def test_high_voltage_and_high_current_together_are_825(smu: MessageBasedResource) -> None:
    smu.write("*RST;:SOUR:VOLT:RANG 200;:SENS:CURR:PROT 0.5")
    assert smu.query("SYST:ERR?") == '+825,"Attempt to exceed power limit"'
    assert float(smu.query(":SENS:CURR:PROT?")) == 105e-6
    smu.write(":SOUR:VOLT:RANG 20;:SENS:CURR:PROT 0.5;:SOUR:VOLT 100")
    assert smu.query("SYST:ERR?").startswith("-222")
    smu.write(":SOUR:VOLT:RANG:AUTO ON;:SOUR:VOLT 100")
    assert smu.query("SYST:ERR?").startswith("+825")


def test_the_defaults_are_those_that_a_2400_answers(smu: MessageBasedResource) -> None:
    """As pymeasure's test with a device found them."""
    smu.write("*RST")
    answers = {
        ":SENS:CURR:RANG?": 1.05e-4,
        ":SENS:CURR:PROT?": 1.05e-4,
        ":SENS:VOLT:RANG?": 21,
        ":SENS:VOLT:PROT?": 21,
        ":SENS:RES:RANG?": 2.1e5,
        ":SOUR:CURR:RANG?": 1.05e-4,
        ":SOUR:VOLT:RANG?": 21,
        ":SOUR:DEL?": 0.001,
        ":SENS:AVER:COUN?": 10,
        ":SOUR:VOLT:RANG:AUTO?": 1,
        ":SOUR:DEL:AUTO?": 1,
    }
    assert {query: float(smu.query(query)) for query in answers} == answers


def test_interrupted_and_unterminated_queries(smu: MessageBasedResource) -> None:
    smu.write_raw(b":SOUR:VOLT?\r\n")
    smu.write(":SOUR:DEL?")
    assert float(smu.read()) == 0.001
    assert smu.query("SYST:ERR?").startswith("-410")
    with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
        smu.read()
    assert smu.query("SYST:ERR?").startswith("-420")


def test_counts_multiply_up_to_the_buffer(smu: MessageBasedResource) -> None:
    smu.write(":TRIG:COUN 100;:ARM:COUN 25")
    smu.write(":ARM:COUN 26")
    assert smu.query("SYST:ERR?").startswith("-221")
    assert smu.query(":ARM:COUN?") == "25"


def test_the_arm_timer_spaces_readings_exactly(smu: MessageBasedResource) -> None:
    source_voltage(smu, 1.0)
    smu.write(":SENS:CURR:RANG 1e-3;NPLC 0.1;:SYST:AZER OFF;:SOUR:DEL 0;:ARM:SOUR TIM;TIM 0.05;COUN 8")
    times = readings(smu.query(":READ?"))[:, 3]
    assert np.diff(times) == pytest.approx([0.05] * 7, abs=1e-4)


@given(st.integers(2, 40), st.sampled_from(["IMM", "TIM"]), st.floats(0.001, 0.05), st.floats(0.0, 0.01))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_readings_taken_together_are_those_taken_one_by_one(
    open_bench: Callable[..., VirtualBench], connect: Connect, count: int, source: str, timer: float, delay: float
) -> None:
    """A trigger output does not change the readings, but makes the trigger model go from one to the next."""
    tables = []
    for extra in ("", ";:TRIG:OUTP SENS"):
        smu = connect(open_bench())
        source_voltage(smu, 1.0)
        smu.write(f":SENS:CURR:RANG 1e-3;NPLC 0.1;:SYST:AZER OFF;:SOUR:DEL {delay:.4f}")
        smu.write(f":ARM:SOUR {source};TIM {timer:.4f};COUN {count};:SYST:TIME:RES{extra}")
        tables.append(readings(smu.query(":READ?")))
    together, single = tables
    assert together[:, 1] == pytest.approx(single[:, 1], abs=1e-12)
    assert np.diff(together[:, 3]) == pytest.approx(np.diff(single[:, 3]), abs=2e-4)


def test_a_source_delay_stands_between_edge_and_reading(bench: VirtualBench, smu: MessageBasedResource) -> None:
    source_voltage(smu, 0.0)
    smu.write(":SENS:CURR:RANG 1e-3;NPLC 0.1;:SYST:AZER OFF;:SOUR:DEL 0.1;:SOUR:VOLT:MODE LIST")
    smu.write(":SOUR:LIST:VOLT 1,0,1;:TRIG:COUN 3")
    times = readings(smu.query(":READ?"))[:, 3]
    assert np.diff(times) == pytest.approx([0.1 + 0.002 + 0.000478] * 2, abs=2e-4)


def test_the_data_store_fills_stops_and_reports(bench: VirtualBench, smu: MessageBasedResource) -> None:
    source_voltage(smu, 1.0)
    smu.write(":STAT:PRES;*CLS;*SRE 1;:STAT:MEAS:ENAB 512;:TRAC:POIN 10;:TRIG:COUN 10")
    smu.write(":TRAC:FEED SENS;FEED:CONT NEXT")
    smu.write(":TRAC:POIN 20")
    assert smu.query("SYST:ERR?") == '+800,"Illegal with storage active"'
    smu.write(":INIT")
    assert int(smu.query("*STB?")) & 65 != 65
    bench.clock.sleep_until(Nanoseconds(bench.clock.now() + 2_000_000_000))
    assert int(smu.query("*STB?")) & 65 == 65
    assert smu.query(":TRAC:FEED:CONT?") == "NEV"
    table = readings(smu.query(":TRAC:DATA?"))
    assert len(table) == 10
    assert table[0, 3] == 0.0
    assert table[:, 1] == pytest.approx(1e-4, rel=2e-3)
    mean = float(smu.query(":CALC3:FORM MEAN;:CALC3:DATA?").split(",")[1])
    assert mean == pytest.approx(float(table[:, 1].mean()), rel=1e-5)


def test_an_init_out_of_idle_is_ignored_and_abort_ends_it(smu: MessageBasedResource) -> None:
    source_voltage(smu, 1.0)
    smu.write(":ARM:SOUR BUS;:INIT")
    assert smu.query(":STAT:OPER:COND?") == "0"
    smu.write(":INIT")
    assert smu.query("SYST:ERR?").startswith("-213")
    smu.write("*TRG")
    assert readings(smu.query(":FETC?"))[0][1] == pytest.approx(1e-4, rel=2e-3)
    smu.write(":INIT;:ABOR")
    assert int(smu.query(":STAT:OPER:COND?")) & 1 << 10


def test_the_trigger_link_starts_and_tells(bench: VirtualBench, smu: MessageBasedResource) -> None:
    source_voltage(smu, 1.0)
    fired: list[int] = []
    output, trigger = bench.world.line("smu:3"), bench.world.line("smu:1")
    trigger.set_level(5.0)
    smu.write(":TRIG:OLIN 3;OUTP SENS;:ARM:SOUR TLIN;ILIN 1;:INIT")
    output.changed.listeners.append(lambda: fired.append(int(bench.world.now)) if output.level < 1 else None)
    bench.clock.sleep_until(Nanoseconds(bench.clock.now() + 1_000_000_000))
    assert not fired
    trigger.set_level(0.0)
    bench.clock.sleep_until(Nanoseconds(bench.clock.now() + 1_000_000_000))
    assert len(fired) == 1


def test_the_source_memory_brings_its_own_settings(smu: MessageBasedResource) -> None:
    source_voltage(smu, 0.5, limit=1e-3)
    smu.write(":SENS:CURR:RANG 1e-3;:SOUR:DEL 0.1;:SOUR:MEM:SAVE 1;:SOUR:VOLT 1;:SOUR:DEL 0.3;:SOUR:MEM:SAVE 2")
    smu.write(":SOUR:FUNC MEM;:SOUR:MEM:POIN 2;STAR 1;:TRIG:COUN 2")
    table = readings(smu.query(":READ?"))
    assert table[:, 0] == pytest.approx([0.5, 1.0])
    assert table[:, 1] == pytest.approx([5e-5, 1e-4], rel=5e-3)
    assert table[1, 3] - table[0, 3] > 0.3


def test_binary_holds_the_same_numbers(smu: MessageBasedResource) -> None:
    source_voltage(smu, 1.0)
    smu.write(":FORM:ELEM CURR,VOLT;:TRIG:COUN 3;:FORM:BORD SWAP;:FORM SRE")
    smu.write(":READ?")
    data = smu.read_raw()
    assert data[:2] == b"#0"
    table = np.frombuffer(data[2:-1], "<f4").reshape(3, 2)
    assert table[:, 1] == pytest.approx([1e-4] * 3, rel=2e-3)


def test_the_source_begins_to_change_seven_milliseconds_after_its_command(
    bench: VirtualBench, smu: MessageBasedResource
) -> None:
    source_voltage(smu, 0.0)
    smu.write(":SOUR:VOLT:RANG 2")
    bench.clock.sleep_until(Nanoseconds(bench.clock.now() + 50_000_000))
    began = bench.clock.now()
    smu.write(":SOUR:VOLT 1")
    bench.clock.sleep_until(Nanoseconds(began + 7_000_000))
    assert bench.world.drive("top").voltage == pytest.approx(0.0, abs=1e-3)
    bench.clock.sleep_until(Nanoseconds(began + 9_000_000))
    assert bench.world.drive("top").voltage == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize(
    ("command", "code", "query", "kept"),
    [
        (":SOUR:VOLT 300", "-222", ":SOUR:VOLT?", 0.0),
        (":SENS:CURR:PROT 3", "-222", ":SENS:CURR:PROT?", 105e-6),
        (":SENS:CURR:NPLC 20", "-222", ":SENS:CURR:NPLC?", 1.0),
        (":TRIG:COUN 2501", "-222", ":TRIG:COUN?", 1),
        (":SOUR:VOLT:MODE STEP", "-224", ":SOUR:VOLT?", 0.0),
        (":SOUR:VOLT ABC", "-104", ":SOUR:VOLT?", 0.0),
        (":SOUR:VOLTS 1", "-113", ":SOUR:VOLT?", 0.0),
        (":SOUR:VOLT", "-109", ":SOUR:VOLT?", 0.0),
    ],
)
def test_what_is_refused_keeps_the_old_value(
    smu: MessageBasedResource, command: str, code: str, query: str, kept: float
) -> None:
    smu.write("*RST")
    smu.write(command)
    assert smu.query("SYST:ERR?").startswith(code)
    assert float(smu.query(query)) == kept


def test_eleven_errors_overflow_the_queue_of_ten(smu: MessageBasedResource) -> None:
    for _ in range(11):
        smu.write("NONSENSE")
    found = [smu.query("SYST:ERR?") for _ in range(10)]
    assert found[-1].startswith("-350")
    assert smu.query("SYST:ERR?") == NO_ERROR


def test_measure_switches_the_output_on_as_the_manual_warns(bench: VirtualBench, smu: MessageBasedResource) -> None:
    smu.write("*RST;:SOUR:VOLT 1")
    assert bench.world.outputs_off()
    assert readings(smu.query(":MEAS:CURR?"))[0][1] == pytest.approx(1e-4, rel=2e-3)
    assert smu.query(":OUTP?") == "1"


def test_auto_output_off_frames_each_reading(bench: VirtualBench, smu: MessageBasedResource) -> None:
    smu.write("*RST;:SOUR:VOLT 1;:SOUR:CLE:AUTO ON")
    assert readings(smu.query(":READ?"))[0][1] == pytest.approx(1e-4, rel=2e-3)
    assert bench.world.outputs_off()
