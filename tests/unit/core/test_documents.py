"""Files as typed models: all faults of a file at once, each at its line and column."""

from pathlib import Path
from textwrap import dedent

import pytest

from labkit.core import Bench, DocumentError, LabkitError, Sample, did_you_mean, load_yaml, read_document, validate

BENCH = """\
schema_version: 1
name: optical
instruments:
  smu: {driver: keithley_2450, address: "USB0::0x05E6::0x2450::1::INSTR"}
  led: {driver: thorlabs_dc2200, address: "USB0::0x1313::0x80C8::M1::INSTR"}
terminals:
  drain: {instrument: smu, maximum_voltage: 5 V, maximum_current: 1 mA}
  light:
    instrument: led
    wavelength: 455 nm
    maximum_irradiance: 2 mW/cm^2
    maximum_current: 100 mA
    calibration:
      - {current: 0 mA, irradiance: 0 mW/cm^2}
      - {current: 100 mA, irradiance: 2 mW/cm^2}
  source: {grounded: true}
"""


def told(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        validate(Bench, load_yaml(dedent(text), "bench.yaml"))
    return [str(problem) for problem in caught.value.problems]


def test_a_bench_is_read_in_si_units() -> None:
    bench = validate(Bench, load_yaml(BENCH, "bench.yaml"))
    assert bench.electrical()["drain"].maximum_current == 1e-3
    assert bench.optical()["light"].wavelength == 455e-9
    assert bench.optical()["light"].calibration[1].irradiance == 20.0


def test_a_bench_survives_json() -> None:
    bench = validate(Bench, load_yaml(BENCH, "bench.yaml"))
    assert Bench.model_validate_json(bench.model_dump_json()) == bench


def test_every_fault_of_a_bench_is_told_at_its_place() -> None:
    text = (
        BENCH.replace("driver: keithley_2450", "drvier: keithley_2450")
        .replace("maximum_voltage: 5 V", "maximum_voltage: 5 A")
        .replace("455 nm", "455")
        .replace("    maximum_current: 100 mA\n", "")
        .replace("source: {grounded: true}", "source: {grounded: yes}")
    )
    assert told(text) == [
        'bench.yaml:4:3: "driver" is missing in smu',
        'bench.yaml:4:9: unknown key "drvier"; did you mean "driver"?',
        'bench.yaml:7:45: maximum_voltage: "5 A" is not a voltage',
        'bench.yaml:8:3: "maximum_current" is missing in light',
        'bench.yaml:10:17: wavelength: 455 has no unit; write for example "455 nm"',
        "bench.yaml:15:22: yes is a truth value in one YAML and a word in another; "
        'write true or false, or "yes" in quotes',
    ]


def test_a_key_of_another_kind_of_terminal_is_told_as_such() -> None:
    assert told(BENCH.replace("source: {grounded: true}", "source: {grounded: true, wired_to: bottom}")) == [
        'bench.yaml:16:28: "wired_to" is no key of this kind (grounded), only of others; known here: grounded'
    ]


def test_a_terminal_on_an_instrument_that_is_not_there_is_told_at_the_terminal() -> None:
    assert told(BENCH.replace("instrument: led", "instrument: lamp")) == [
        "bench.yaml:9:17: instrument: there is no instrument lamp; the instruments are: smu, led"
    ]


def test_a_calibration_that_falls_is_told_at_the_light() -> None:
    assert told(BENCH.replace("current: 0 mA", "current: 200 mA")) == [
        "bench.yaml:9:5: light: calibration must rise in current and in irradiance from point to point"
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("row: -1", "2:6: row: -1 must be at least 0"),
        ("row: two", '2:6: row: "two" is not a whole number'),
        ("row: 1.5", "2:6: row: 1.5 is not a whole number"),
        ("polarity: nn", '2:11: polarity: "nn" is not one of: n, p, ambipolar, unknown; did you mean "n"?'),
        ("device: 3", '2:9: device: 3 is not text; put it into quotes ("...")'),
        ("material: [a]", "2:11: material: what stands here is not text"),
        ("temperature: 20 C", '2:14: temperature: "20 C" is not a temperature'),
    ],
)
def test_wrong_values_are_told_in_plain_words(line: str, says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        validate(Sample, load_yaml(f"name: chip\n{line}\n", "s.yaml"))
    assert str(caught.value.problems[0]).startswith(f"s.yaml:{says}")


def test_a_file_that_is_a_list_is_no_sample() -> None:
    with pytest.raises(DocumentError, match="is not a mapping of keys to values"):
        validate(Sample, load_yaml("- 1\n", "s.yaml"))


def test_a_comma_in_a_text_within_braces_is_explained() -> None:
    with pytest.raises(DocumentError, match="put a text with a comma into quotes"):
        validate(Sample, load_yaml("{name: chip, history: erased twice, then left in the dark}", "s.yaml"))


def test_a_missing_file_says_what_is_beside_it(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text("name: chip\n")
    assert read_document(tmp_path / "sample.yaml", Sample).name == "chip"
    with pytest.raises(LabkitError, match=r'there is no file .*; did you mean "sample.yaml"') as caught:
        read_document(tmp_path / "smaple.yaml", Sample)
    assert caught.value.remedy


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_bytes(b"\x89HDF\r\n\x1a\n\xff\xfe")
    with pytest.raises(LabkitError, match="is not text in UTF-8"):
        read_document(tmp_path / "run.yaml", Sample)
    with pytest.raises(LabkitError, match="cannot read"):
        read_document(tmp_path, Sample)


def test_no_near_word_is_no_suggestion() -> None:
    assert did_you_mean("compliance", ["width", "level"]) == ""
