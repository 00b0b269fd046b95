"""`labkit serve`, `labkit bench discover` and `labkit bench test`, as a user meets them."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from labkit_sim import VirtualBench, World
from labkit_sim.devices import Photoconductor
from labkit_sim.servers import NetworkServer

from labkit.app import Found, bench_checks, bench_names, discover, load_bench, opened_session, propose_bench
from labkit.cli import main
from labkit.core import Bench, Finding, LabkitError, ServeSettings, load_yaml

RESOURCE = re.compile(r"(TCPIP0::127\.0\.0\.1::\d+::SOCKET|ASRLsocket://[\d.:]+::INSTR)")


def labkit(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["labkit", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0)


@pytest.fixture
def served() -> Iterator[NetworkServer]:
    """The instruments of a bench on free ports: a 2450, a DC2200, and a DC4104 on a serial line."""
    bench = Bench.model_validate(
        {
            "name": "found",
            "instruments": {
                "smu": {"driver": "keithley_2450", "address": "TCPIP0::10.0.0.1::5025::SOCKET"},
                "led": {"driver": "thorlabs_dc2200", "address": "TCPIP0::10.0.0.2::5025::SOCKET"},
                "array": {"driver": "thorlabs_dc4104", "address": "ASRL3::INSTR"},
            },
            "terminals": {"bottom": {"grounded": True}},
            "virtual": {"device": "photoconductor", "clock": "real", "time_factor": 20},
        }
    )
    world = VirtualBench(bench, Photoconductor(dark=1e-6, responsivity=1.0, area=1e-6))
    server = NetworkServer(bench, world, ServeSettings(port=0, hislip_port=None))
    yield server
    server.close()


def addresses(server: NetworkServer) -> list[str]:
    return [place.resource for place in server.addresses if place.transport != "serial port"]


def quiet(address: str) -> None:
    """Tell nothing."""


# discover


def test_instruments_are_found_and_matched_to_their_drivers(served: NetworkServer) -> None:
    found = discover(addresses(served), "@py", timeout=1, telling=quiet)
    assert [(one.drivers, one.problem) for one in found] == [
        (("keithley_2450",), ""),
        (("thorlabs_dc2200",), ""),
        (("thorlabs_dc4104",), ""),
    ]
    assert "MODEL 2450" in found[0].answer


def test_nothing_but_questions_is_sent(served: NetworkServer) -> None:
    sent: list[bytes] = []
    served.virtual.bus.monitors.append(lambda time, address, what, data: sent.append(data) if what == "write" else None)
    discover(addresses(served), "@py", timeout=0.5, telling=quiet)
    lines = b"".join(sent).replace(b"\r", b"").split(b"\n")
    assert set(lines) <= {b"*IDN?", b"N?", b"*LANG?", b""}
    assert served.virtual.world.outputs_off()
    assert served.virtual.world.lights_off()


def test_who_is_not_there_and_who_does_not_answer_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        silent, absent, odd = discover(
            [f"TCPIP0::127.0.0.1::{port}::SOCKET", "TCPIP0::127.0.0.1::9::SOCKET", "nonsense"],
            "@py",
            timeout=0.2,
            telling=quiet,
        )
    assert "no answer" in silent.problem
    assert "cannot be opened" in absent.problem
    assert "cannot be opened" in odd.problem


def test_a_library_that_is_not_there_is_told_with_a_remedy() -> None:
    with pytest.raises(LabkitError, match="no VISA library") as error:
        discover([], "@nowhere")
    assert "@py" in error.value.remedy


def test_listed_serial_ports_are_not_asked_unless_that_is_wanted(tmp_path: Path) -> None:
    bench = tmp_path / "bench.yaml"
    bench.write_text(
        "name: serial\ninstruments: {array: {driver: thorlabs_dc4104, address: 'ASRL3::INSTR'}}\n"
        "terminals: {bottom: {grounded: true}}\nvirtual: {device: resistor}\n"
    )
    (shy,) = discover([], f"{bench}@labkit", timeout=0.5, telling=quiet)
    assert "not asked" in shy.problem
    (asked,) = discover([], f"{bench}@labkit", serial=True, timeout=0.5, telling=quiet)
    assert asked.drivers == ("thorlabs_dc4104",)


def test_a_proposal_names_what_is_to_be_filled_in_and_check_finds_it(
    served: NetworkServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bench.yaml"
    assert labkit("bench", "discover", "--visa", "@py", "-o", str(path), *addresses(served)) == 0
    text = path.read_text()
    assert text.count("fill in") > 10
    assert labkit("check", str(path)) == 2
    assert "calibration" in capsys.readouterr().out
    filled = text.replace(
        "calibration: []",
        "calibration: [{current: 0 mA, irradiance: 0 mW/cm^2}, {current: 100 mA, irradiance: 1 mW/cm^2}]",
    )
    bench = Bench.model_validate(load_yaml(filled, "bench.yaml").data)
    assert {entry.driver for entry in bench.instruments.values()} == {
        "keithley_2450",
        "thorlabs_dc2200",
        "thorlabs_dc4104",
    }


def test_a_bench_file_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bench.yaml"
    path.write_text("mine")
    assert labkit("bench", "discover", "TCPIP0::127.0.0.1::9::SOCKET", "--visa", "@py", "-o", str(path)) == 1
    assert path.read_text() == "mine"
    assert "nothing is overwritten" in capsys.readouterr().err


@pytest.mark.parametrize("driver", ["keithley_2450", "keithley_2636b", "thorlabs_dc2200", "keysight_33522b"])
def test_any_role_has_a_place_in_a_proposal(driver: str) -> None:
    text = propose_bench([Found("GPIB0::1::INSTR", "somebody", (driver,))])
    terminals = load_yaml(text, "bench.yaml").data["terminals"]
    assert len(terminals) == 2


def test_a_matrix_is_proposed_as_the_switch() -> None:
    found = [Found("GPIB0::22::INSTR", "AGILENT,B2200A,0,A.01.00", ("keysight_b2201a",))]
    assert load_yaml(propose_bench(found), "bench.yaml").data["switch"]["instrument"] == "matrix"


# test


@pytest.fixture
def energized(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that ever acted on the device: a drive that is not 0 V, a light that is not dark."""
    acted: list[str] = []
    drive, light = World.set_drive, World.set_irradiance

    def set_drive(world: World, terminal: str, voltage: float, *rest: Any, **more: Any) -> None:
        if voltage:
            acted.append(f"{terminal}: {voltage} V")
        drive(world, terminal, voltage, *rest, **more)

    def set_irradiance(world: World, source: str, wavelength: float, irradiance: float) -> None:
        if irradiance:
            acted.append(f"{source}: {irradiance} W/m^2")
        light(world, source, wavelength, irradiance)

    monkeypatch.setattr(World, "set_drive", set_drive)
    monkeypatch.setattr(World, "set_irradiance", set_irradiance)
    return acted


@pytest.mark.parametrize("bench", bench_names())
def test_a_bench_is_tested_without_an_output_ever_on(
    bench: str, energized: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert labkit("bench", "test", bench, "--virtual", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    findings = {one["instrument"]: {check["what"]: check["finding"] for check in one["checks"]} for one in told}
    assert set(findings) == set(load_bench(bench).bench.instruments)
    for name, found in findings.items():
        for what in ("reachable", "identity and language", "error queue", "outputs off"):
            assert found[what] == "right", f"{name}: {what}"
    assert energized == []


def test_an_output_that_is_on_would_have_been_noticed(energized: list[str]) -> None:
    with opened_session(load_bench("demo_optical"), virtual=True) as session:
        for _ in bench_checks(session):
            pass
        smu, led = session.source_meters["drain"], session.lights["light"]
        smu.enable_output()
        smu.set_level(0.5)
        led.set_irradiance(1.0)
    assert any(re.fullmatch(r"drain: 0\.(499|5)\d+ V", act) for act in energized)
    assert any("W/m^2" in act for act in energized)


def test_limits_are_written_and_read_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert labkit("bench", "test", "demo_optical", "--virtual") == 0
    out = capsys.readouterr().out
    assert re.search(r"limits of drain\s+right\s+0.001 A at 5 V, read back", out)
    assert re.search(r"interlock\s+right\s+open, and not needed up to 21 V", out)


def test_another_model_is_told_and_the_others_are_tested_all_the_same() -> None:
    with opened_session(load_bench("demo_optical"), virtual=True) as session:
        assert isinstance(session.virtual, VirtualBench)
        endpoints, smu = session.virtual.bus.endpoints, session.virtual.instrument("smu")
        (address,) = (name for name, endpoint in endpoints.items() if endpoint is smu)
        endpoints[address] = session.virtual.instrument("led")
        swapped, led = bench_checks(session)
    (fault,) = (check for check in swapped.checks if check.finding is Finding.WRONG)
    assert fault.what == "identity and language"
    assert "correct the driver or the address" in fault.remedy
    assert led.right


def test_an_instrument_that_does_not_answer_is_told_with_a_remedy_and_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[2] / "protocols" / "benches" / "demo_optical.yaml").read_text()
    fault = "faults: [{at: 1, kind: no_answer, operation: read, address: 'USB0::0x05E6::0x2450::04412345::INSTR'}]"
    path = tmp_path / "bench.yaml"
    path.write_text(text.replace("  seed: 1", f"  seed: 1\n  {fault}"))
    assert labkit("bench", "test", str(path), "--virtual") == 1
    out = capsys.readouterr().out
    assert re.search(r"reachable\s+wrong", out)
    assert "remedy:" in out
    assert "1 of 2 instruments have a fault" in out


# serve


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_tells_where_each_instrument_is_and_stops_cleanly(number: int) -> None:
    command = [sys.executable, "-m", "labkit", "serve", "demo_optical", "--port", "0", "--no-hislip", "--log"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        shown = lines_until(server.stdout.readline, "stop with Ctrl-C")
        places = dict.fromkeys(RESOURCE.findall(shown))
        assert len(places) == 2
        smu = next(iter(places)).split("::")
        with socket.create_connection((smu[1], int(smu[2])), timeout=5) as client:
            client.sendall(b":SOUR:VOLT 1;:OUTP ON;*IDN?\n")
            assert b"MODEL 2450" in client.recv(1000)
            server.send_signal(number)
            told, complained = server.communicate(timeout=10)
    assert (server.returncode, complained) == (0, "")
    assert "smu <- :SOUR:VOLT 1;:OUTP ON;*IDN?" in told
    assert "stopped; 1 connection closed; drain was on, switched off" in told


def lines_until(read: Callable[[], str], words: str) -> str:
    lines = [read()]
    while words not in lines[-1]:
        assert lines[-1], f"the server ended after {lines}"
        lines.append(read())
    return "".join(lines)


def test_serving_to_everyone_is_warned_of() -> None:
    command = [
        sys.executable,
        "-m",
        "labkit",
        "serve",
        "demo_optical",
        "--port",
        "0",
        "--no-hislip",
        "--host",
        "0.0.0.0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        lines_until(server.stdout.readline, "stop with Ctrl-C")
        server.terminate()
        _, warned = server.communicate(timeout=10)
    assert "everyone who reaches 0.0.0.0 can control these instruments" in warned
