"""Unmodified clients of other source meters over raw sockets: each measures a resistor."""

import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from labkit_sim.devices import Resistor
from labkit_sim.servers import NetworkServer
from pymeasure.instruments.keithley import Keithley2400
from qcodes.instrument_drivers.Keithley import Keithley2636B

from labkit.core import Bench

Network = Any
"""The fixture of tests/sim/conftest.py."""

RESISTANCE = 1e5


def serve(network: Network, driver: str, channel: str = "1") -> tuple[NetworkServer, str]:
    bench = Bench.model_validate(
        {
            "name": driver,
            "instruments": {"smu": {"driver": driver, "address": "TCPIP0::10.0.0.7::5025::SOCKET"}},
            "terminals": {
                "top": {
                    "instrument": "smu",
                    "channel": channel,
                    "maximum_voltage": "5 V",
                    "maximum_current": "10 mA",
                },
                "bottom": {"grounded": True},
            },
            "virtual": {"device": "resistor", "clock": "real", "time_factor": 20},
        }
    )
    server = network.serve(bench, device=Resistor(RESISTANCE))
    return server, network.place(server, "smu", "raw socket").resource


@pytest.fixture
def keithley(network: Network) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it imports xdrlib, which Python 3.13 no longer has
        from keithley2600 import Keithley2600
    _, resource = serve(network, "keithley_2636b", "a")
    opened = Keithley2600(resource, visa_library="@py", timeout=5000)
    yield opened
    opened.disconnect()


def test_keithley2600_sweeps_a_resistor(keithley: Any) -> None:
    """The package reads the command set by introspection, uploads a sweep and waits for its end."""
    volts, amperes = keithley.voltage_sweep_single_smu(
        keithley.smua, np.linspace(-1, 1, 5), t_int=0.002, delay=-1, pulsed=False
    )
    assert volts == pytest.approx(np.linspace(-1, 1, 5), abs=2e-3)
    assert np.polyfit(volts, amperes, 1)[0] == pytest.approx(1 / RESISTANCE, rel=2e-3)


def test_qcodes_reads_a_2636b(network: Network) -> None:
    _, resource = serve(network, "keithley_2636b", "a")
    with closing(Keithley2636B("keithley", resource, visalib="@py")) as keithley:
        keithley.smua.sourcerange_v(2)
        keithley.smua.limiti(1e-4)
        keithley.smua.volt(1.0)
        keithley.smua.output("on")
        assert keithley.smua.curr() == pytest.approx(1 / RESISTANCE, rel=2e-3)
        keithley.smua.output("off")


def test_pymeasure_reads_a_2400(network: Network) -> None:
    _, resource = serve(network, "keithley_2400")
    smu = Keithley2400(resource, visa_library="@py", read_termination="\n", write_termination="\n", timeout=5000)
    smu.source_mode = "voltage"
    smu.source_voltage_range = 2
    smu.compliance_current = 1e-3
    smu.source_voltage = 1.0
    smu.source_enabled = True
    current = smu.measure_all()["current"]
    smu.source_enabled = False
    smu.adapter.close()
    assert current == pytest.approx(1 / RESISTANCE, rel=3e-3)


def test_a_running_script_is_aborted_by_its_client(network: Network) -> None:
    server, _ = serve(network, "keithley_2636b", "a")
    client = network.dial(server)
    client.send("delay(1e4) print('late')\n")
    time.sleep(0.1)
    client.send("abort\n")
    assert client.ask("print(1)") == "1.00000e+00"


def test_a_script_of_one_client_takes_no_line_of_another(network: Network) -> None:
    server, _ = serve(network, "keithley_2636b", "a")
    first, second = network.dial(server), network.dial(server)
    first.send("loadandrunscript\nprint(11)\n")
    assert second.ask("print(2)") == "2.00000e+00"
    first.send("print(12)\nendscript\n")
    assert (first.read_line(), first.read_line()) == ("1.10000e+01", "1.20000e+01")


def test_a_script_may_wait_for_a_trigger_that_its_client_sends(network: Network) -> None:
    server, _ = serve(network, "keithley_2636b", "a")
    client = network.dial(server)
    client.send("print(trigger.wait(1000))\n")
    time.sleep(0.1)
    client.send("*trg\n")
    assert client.read_line() == "true"


def test_a_client_that_leaves_while_its_script_runs_does_not_stop_it(network: Network) -> None:
    server, _ = serve(network, "keithley_2636b", "a")
    leaving = network.dial(server)
    leaving.send("delay(2) smua.source.levelv = 0.5\n")  # 0.1 s of the wall
    leaving.socket.shutdown(socket.SHUT_RDWR)
    leaving.socket.close()
    assert float(network.dial(server).ask("print(smua.source.levelv)")) == 0.5
