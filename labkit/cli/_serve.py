"""`labkit serve`."""

import signal
import threading
from collections.abc import Sequence
from itertools import groupby
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labkit.core import ServedAddress

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("serve")
@click.argument("bench")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 is every network.")
@click.option("--port", type=int, help="First port of the raw sockets; default: as the bench says, or 5025; 0: any.")
@click.option("--hislip-port", type=int, default=4880, show_default=True, help="Port of HiSLIP; 0: any free one.")
@click.option("--no-hislip", is_flag=True, help="Raw sockets and serial lines only.")
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), default=1.0, help="Seconds of the bench a second."
)
@click.option("--seed", type=int, help="Seed of the virtual device and of the instruments' inaccuracies.")
@click.option("--log", is_flag=True, help="Show what is said on the wire.")
def command(
    bench: str,
    host: str,
    port: int | None,
    hislip_port: int,
    no_hislip: bool,
    speed: float,
    seed: int | None,
    log: bool,
) -> None:
    r"""Let every instrument of BENCH (a file, or a name of `labkit list benches`) answer on the network, simulated.

    Each one has a raw socket and a HiSLIP sub-address, a serial one a TCP port and a pseudo-terminal. All are wired to
    the bench's one virtual device. Ctrl-C stops; outputs are then off.

    \b
    Examples:
      labkit serve demo_optical
      labkit serve bench.yaml --speed 10 --log
    """
    from labkit.app import serve
    from labkit.core import ServeSettings

    settings = ServeSettings(host, port, None if no_hislip else hislip_port, speed, seed)
    server = serve(bench, settings, _log if log else None)
    try:
        if host not in _LOOPBACK:
            click.secho(f"warning: everyone who reaches {host} can control these instruments", fg="yellow", err=True)
        _print_addresses(server.addresses)
        click.echo(f"1 s is {speed:g} s on the bench; stop with Ctrl-C")
        _wait_for_signal()
    finally:
        told = server.close()
    click.echo("stopped" + "".join(f"; {line}" for line in told))


def _wait_for_signal() -> None:
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    while not stop.wait(0.5):  # a wait without end would keep Ctrl-C out on Windows
        pass


def _print_addresses(addresses: Sequence["ServedAddress"]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("instrument", overflow="fold")
    for heading in ("by", "VISA resource"):
        table.add_column(heading, no_wrap=True)
    ordered = sorted(addresses, key=lambda place: [one.instrument for one in addresses].index(place.instrument))
    for name, places in groupby(ordered, lambda place: place.instrument):
        for k, place in enumerate(places):
            title = f"{name} ({place.driver})" if k == 0 else ""
            table.add_row(title, place.transport, place.resource)
    console.print(table, highlight=False)
    click.echo('\nfrom Python, after  rm = pyvisa.ResourceManager("@py")')
    for place in ordered:
        comma = ", " if place.settings else ""
        click.echo(f'  rm.open_resource("{place.resource}"{comma}{place.settings})')


def _log(time: int, instrument: str, what: str, data: bytes) -> None:
    text = data.decode("latin-1").rstrip("\r\n")
    shown = repr(text)[1:-1] if len(text) <= 200 else f"{repr(text[:160])[1:-1]}... ({len(data)} bytes)"
    arrow = {"write": "<-", "read": "->"}.get(what, f"[{what}]")
    click.echo(f"{time / 1e9:12.4f} s  {instrument} {arrow} {shown}")
