"""`labkit serve`: the instruments of a bench on the network, in real or scaled time.

One asyncio loop in a thread of its own has all connections; each instrument has a desk with a thread that waits on the
bus; one more thread keeps the world up with the wall's time when nobody asks anything.
"""

import asyncio
import logging
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

from labkit.core import Bench, LabkitError, Nanoseconds, ServedAddress, ServeSettings, Traffic
from labkit_sim._addresses import canonical_address
from labkit_sim._bus import BusTimeout, LineDropped
from labkit_sim._virtual_bench import VirtualBench, open_virtual_bench
from labkit_sim.servers._desk import Desk
from labkit_sim.servers._hislip import HislipServer
from labkit_sim.servers._messages import stream_for
from labkit_sim.servers._places import client_host, client_settings, is_serial, wanted_ports
from labkit_sim.servers._pseudo_terminal import AVAILABLE, PseudoTerminal
from labkit_sim.servers._stream import serve_stream

Result = TypeVar("Result")

_LOG = logging.getLogger(__name__)

_BEAT = 0.02
"""How often the world is brought up to the wall's time (s)."""
_GOODBYE = 5.0


def serve_bench(bench: Bench, folder: Path, settings: ServeSettings, traffic: Traffic | None = None) -> "NetworkServer":
    """Make the virtual copy of a bench and let it answer (entry point `serve` of `labkit.virtual`).

    `folder` is where a relative preset path starts. Raises LabkitError, also for an address that is taken.
    """
    if bench.virtual is not None:
        timing = {"clock": "real", "time_factor": settings.speed}
        bench = bench.model_copy(update={"virtual": bench.virtual.model_copy(update=timing)})
    return NetworkServer(bench, open_virtual_bench(bench, folder, settings.seed), settings, traffic)


class NetworkServer:
    """A virtual bench that answers until it is closed; `virtual` is the world behind it, for tests."""

    def __init__(
        self, bench: Bench, virtual: VirtualBench, settings: ServeSettings, traffic: Traffic | None = None
    ) -> None:
        self.virtual = virtual
        self._settings = settings
        self._traffic = traffic
        self._drivers = {name: entry.driver for name, entry in bench.instruments.items() if entry.address}
        addresses = {name: canonical_address(bench.instruments[name].address) for name in self._drivers}
        self._desks = {name: Desk(virtual.bus, address, name) for name, address in addresses.items()}
        self._names = {address: name for name, address in addresses.items()}
        self._served: list[ServedAddress] = []
        self._listeners: list[asyncio.Server] = []
        self._terminals: list[PseudoTerminal] = []
        self._clients: set[asyncio.Task[None]] = set()
        self._in_use: set[str] = set()
        self._stopping = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._threads = [
            threading.Thread(target=self._loop.run_forever, name="labkit network", daemon=True),
            threading.Thread(target=self._keep_time, name="labkit world", daemon=True),
        ]
        if traffic is not None:
            virtual.bus.monitors.append(self._carried)
        for thread in self._threads:
            thread.start()
        try:
            self._call(self._listen(addresses))
        except BaseException:
            self.close()
            raise

    @property
    def addresses(self) -> Sequence[ServedAddress]:
        """Where each instrument answers."""
        return tuple(self._served)

    def close(self) -> Sequence[str]:
        """Stop: connections are closed, a message under way is carried to its end, all outputs are switched off."""
        if self._stopping.is_set():
            return ()
        self._stopping.set()
        told = [_closing(len(self._clients))] if self._clients else []
        for desk in self._desks.values():
            desk.close()
        self._call(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join(_GOODBYE)
        self._loop.close()
        with self.virtual.world.lock:
            told += [f"{output} was on, switched off" for output in self.virtual.world.switch_off()]
        self.virtual.close()
        return told

    def _call(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _keep_time(self) -> None:
        while not self._stopping.wait(_BEAT):
            try:
                self.virtual.clock.now()
            except Exception:
                _LOG.exception("a fault of the simulation")

    # Listening

    async def _listen(self, addresses: dict[str, str]) -> None:
        ports = wanted_ports(addresses, self._settings.port)
        for name, address in addresses.items():
            await self._listen_for(name, ports[name], is_serial(address))
        messages = {name: desk for name, desk in self._desks.items() if not is_serial(addresses[name])}
        if self._settings.hislip_port is not None and messages:
            await self._listen_hislip(messages, self._settings.hislip_port)

    async def _listen_for(self, name: str, port: int, serial: bool) -> None:
        desk = self._desks[name]

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve_stream(desk, reader, writer, serial)

        opened = await self._open(serve, port)
        host, settings = client_host(self._settings.host), client_settings(desk.endpoint, serial)
        if not serial:
            self._place(name, "raw socket", f"TCPIP0::{host}::{opened}::SOCKET", settings)
            return
        self._place(name, "serial over TCP", f"ASRLsocket://{host}:{opened}::INSTR", settings)
        if AVAILABLE:
            terminal = PseudoTerminal.open()
            self._terminals.append(terminal)
            reader, writer = await terminal.streams()
            self._spawn(self._guarded(serve_stream(reader, writer, desk, stream_for(desk.endpoint, serial)), desk.name))
            self._place(name, "serial port", f"ASRL{terminal.path}::INSTR", settings)

    async def _listen_hislip(self, desks: dict[str, Desk], port: int) -> None:
        hislip = HislipServer(list(desks.values()))

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            def told(name: str, place: str) -> None:
                self._tell(name, "connect", f"{_peer(writer)} by HiSLIP ({place})")

            await self._client(hislip.connected(reader, writer, told), "HiSLIP", writer)

        opened = await self._open(serve, port)
        host = client_host(self._settings.host)
        for k, name in enumerate(desks):
            self._place(name, "HiSLIP", f"TCPIP0::{host}::hislip{k},{opened}::INSTR", "")

    async def _open(self, serve: Any, port: int) -> int:
        host = self._settings.host
        try:
            server = await asyncio.start_server(serve, host, port)
        except OSError as error:
            raise LabkitError(
                f"cannot listen on {host}:{port}: {error.strerror}",
                "choose other ports with --port and --hislip-port, 0 for any free one",
            ) from error
        self._listeners.append(server)
        return int(server.sockets[0].getsockname()[1])

    def _place(self, name: str, transport: str, resource: str, settings: str) -> None:
        self._served.append(ServedAddress(name, self._drivers[name], transport, resource, settings))

    # Clients

    async def _serve_stream(
        self, desk: Desk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, serial: bool
    ) -> None:
        if serial and desk.name in self._in_use:
            self._tell(desk.name, "refuse", f"{_peer(writer)}: a serial line has one other end")
            writer.close()
            return
        self._in_use.add(desk.name)
        self._tell(desk.name, "connect", _peer(writer))

        async def serve() -> None:
            await desk.connect()
            await serve_stream(reader, writer, desk, stream_for(desk.endpoint, serial))

        try:
            await self._client(serve(), desk.name, writer)
        finally:
            self._in_use.discard(desk.name)

    async def _client(self, work: Coroutine[Any, Any, None], name: str, writer: asyncio.StreamWriter) -> None:
        task = self._spawn(self._guarded(work, name))
        await asyncio.wait({task})
        self._tell(name, "disconnect", _peer(writer))
        writer.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Let one client fail without the others noticing."""
        try:
            await work
        except (BusTimeout, LineDropped):
            self._tell(name, "fault", "the line is dropped")
        except ConnectionError:
            self._tell(name, "fault", "the connection broke")
        except Exception:
            _LOG.exception("a fault of the simulation while it served %s", name)

    async def _hang_up(self) -> None:
        for listener in self._listeners:
            listener.close()
        tasks = tuple(self._clients)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for terminal in self._terminals:
            terminal.close()
        await self._loop.shutdown_default_executor()

    # What is told

    def _carried(self, time: Nanoseconds, address: str, what: str, data: bytes) -> None:
        if self._traffic is not None:
            self._traffic(time, self._names[address], what, data)

    def _tell(self, name: str, what: str, text: str) -> None:
        if self._traffic is not None:
            self._traffic(self.virtual.world.now, name, what, text.encode())


def _peer(writer: asyncio.StreamWriter) -> str:
    peer = writer.get_extra_info("peername")
    return f"{peer[0]}:{peer[1]}" if peer else "a client"


def _closing(count: int) -> str:
    return f"{count} connection{'' if count == 1 else 's'} closed"
