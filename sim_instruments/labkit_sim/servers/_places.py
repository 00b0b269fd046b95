"""Which instrument answers where: ports, HiSLIP sub-addresses, and what PyVISA needs to reach them."""

import itertools
from collections.abc import Mapping

from pyvisa import rname

from labkit_sim._endpoint import Endpoint
from labkit_sim._serial_dialect import SerialInstrument

FIRST_PORT = 5025
"""The raw socket of SCPI and TSP instruments."""
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1"}  # noqa: S104 # what a user asked for is translated here


def is_serial(address: str) -> bool:
    """Tell whether a VISA address is that of a serial line."""
    return isinstance(rname.ResourceName.from_string(address), rname.ASRLInstr)


def wanted_ports(addresses: Mapping[str, str], first: int | None) -> dict[str, int]:
    """Give each instrument (name to VISA address) its port.

    With `first` the ports count from it, all of them are free ones when it is 0; else an instrument has the port that
    its address names, if no other has it, and the rest count from 5025.
    """
    if first == 0:
        return dict.fromkeys(addresses, 0)
    ports: dict[str, int] = {}
    if first is None:
        for name, address in addresses.items():
            port = _stated_port(address)
            if port and port not in ports.values():
                ports[name] = port
    free = (port for port in itertools.count(first or FIRST_PORT) if port not in set(ports.values()))
    return {name: ports.get(name) or next(free) for name in addresses}


def _stated_port(address: str) -> int:
    parsed = rname.ResourceName.from_string(address)
    return int(parsed.port) if isinstance(parsed, rname.TCPIPSocket) else 0


def client_host(host: str) -> str:
    """Give the address that a client on this machine uses for what the server listens on."""
    return _WILDCARDS.get(host, host)


def client_settings(endpoint: Endpoint, serial: bool) -> str:
    """Give what PyVISA's `open_resource` needs beside the name, for a stream of bytes."""
    ending = repr(endpoint.TERMINATION.decode()) if isinstance(endpoint, SerialInstrument) else repr("\n")
    rate = ", baud_rate=115200" if serial else ""
    return f"read_termination={ending}, write_termination={ending}{rate}".replace("'", '"')
