"""The desk of one instrument: messages of many clients are carried one after the other, each answer to its asker.

The bus lets its callers wait, so each desk has a thread of its own; the network lives in one asyncio loop beside them.
The world's one lock is taken by the bus, never here.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from labkit_sim._bus import Bus, BusTimeout
from labkit_sim._endpoint import Interruptible, Working

Reply = Callable[[bytes, bool], None]
"""Takes a part of an answer, and whether the answer is over; called in the loop."""

PATIENCE = 5.0
"""How long a fault that holds an operation up holds it (s of the world): the time-out of an ordinary client."""

_CHUNK = 1 << 16
_DAY = 86_400.0
_TRIES = 2


class Desk:
    """Carries messages to one instrument, in the order in which they come, whoever sends them."""

    def __init__(self, bus: Bus, address: str, name: str) -> None:
        self.name = name
        self.address = address
        self.endpoint = bus.endpoints[address]
        self._bus = bus
        self._closed = False
        self._thread = ThreadPoolExecutor(1, f"labkit {name}")

    async def connect(self) -> None:
        """Let a client connect. Raises BusTimeout or LineDropped."""
        await asyncio.to_thread(self._bus.open, self.address, PATIENCE)

    async def exchange(self, message: bytes, end: bool, reply: Reply, written: asyncio.Event) -> None:
        """Carry a message when its turn comes, and what the instrument answers to it, until it is done with it.

        `written` is set when the instrument has the message. Raises LineDropped.
        """
        loop = asyncio.get_running_loop()

        def answer(data: bytes, over: bool) -> None:
            loop.call_soon_threadsafe(reply, data, over)

        def begun() -> None:
            loop.call_soon_threadsafe(written.set)

        await loop.run_in_executor(self._thread, self._exchange, message, end, answer, begun)

    def acts_at_once(self, message: bytes) -> bool:
        """Tell whether the instrument acts on a message beside the command under way, such as one that ends it."""
        return isinstance(self.endpoint, Interruptible) and self.endpoint.acts_at_once(message)

    async def send_at_once(self, message: bytes, end: bool) -> None:
        """Carry a message without an answer beside the command under way. Raises BusTimeout or LineDropped."""
        await asyncio.to_thread(self._bus.write, self.address, message, end, PATIENCE)

    async def trigger(self) -> None:
        """Send a trigger, also beside the command under way. Raises BusTimeout or LineDropped."""
        await asyncio.to_thread(self._bus.trigger, self.address, PATIENCE)

    async def clear(self) -> None:
        """Send a device clear at once; it ends the command under way. Raises BusTimeout or LineDropped."""
        await asyncio.to_thread(self._bus.clear, self.address, PATIENCE)

    async def poll(self) -> int:
        """Read the status byte at once, also beside a command under way. Raises BusTimeout or LineDropped."""
        return await asyncio.to_thread(self._bus.poll, self.address, PATIENCE)

    def interrupted(self) -> None:
        """Note that a client sent a message before it had read the answer to the one before."""
        self._bus.interrupted(self.address)

    def overrun(self) -> None:
        """Note that a client sent more than the input holds."""
        self._bus.overrun(self.address)

    def close(self) -> None:
        """Carry nothing more; a command under way is left alone."""
        self._closed = True
        self._thread.shutdown(cancel_futures=True)

    def _exchange(self, message: bytes, end: bool, answer: Reply, begun: Callable[[], None]) -> None:
        try:
            self._bus.write(self.address, message, end, PATIENCE)
        except BusTimeout:
            return
        finally:
            begun()
        failures = 0
        while failures < _TRIES and self._answer_comes():
            try:
                data, over = self._bus.read(self.address, _CHUNK, None, PATIENCE)
            except BusTimeout:
                failures += 1  # a late answer is late, not lost; one that a fault holds back for good stays unread
            else:
                answer(data, over)

    def _answer_comes(self) -> bool:
        """Wait while the instrument works without an answer; tell whether it has one."""
        self._bus.wait(lambda: self._closed or self.endpoint.output_ready() or not self._at_work(), _DAY)
        return self.endpoint.output_ready() and not self._closed

    def _at_work(self) -> bool:
        return isinstance(self.endpoint, Working) and self.endpoint.at_work()


class Sender:
    """One client's messages: one exchange at a time, in order, but what acts at once is not kept waiting.

    `hang_up` is called when an exchange fails: the client is to find its connection closed.
    """

    def __init__(self, desk: Desk, reply: Reply, hang_up: Callable[[], None]) -> None:
        self._desk = desk
        self._reply = reply
        self._hang_up = hang_up
        self._running: asyncio.Task[None] | None = None
        self._written = asyncio.Event()
        self._written.set()

    async def send(self, message: bytes, end: bool) -> None:
        """Begin to carry a message, when the one before is over. Raises BusTimeout or LineDropped."""
        if self.busy and self._desk.acts_at_once(message):
            await self._written.wait()
            await self._desk.send_at_once(message, end)
            return
        await self.finish()
        self._written.clear()
        self._running = asyncio.ensure_future(self._desk.exchange(message, end, self._reply, self._written))
        self._running.add_done_callback(self._ended)

    def _ended(self, exchange: "asyncio.Task[None]") -> None:
        if not exchange.cancelled() and exchange.exception() is not None:
            self._hang_up()

    async def trigger(self) -> None:
        """Send a trigger behind the messages before it, which may still be at work. Raises BusTimeout, LineDropped."""
        if self.busy:
            await self._written.wait()
        await self._desk.trigger()

    @property
    def written(self) -> bool:
        """Whether the instrument has all messages."""
        return self._written.is_set()

    @property
    def busy(self) -> bool:
        """Whether a message is under way."""
        return self._running is not None and not self._running.done()

    async def finish(self) -> None:
        """Wait until the message under way is done with. Raises LineDropped."""
        if self._running is not None:
            await self._running

    def cancel(self) -> None:
        """Wait for nothing more; what the instrument has it works through."""
        if self._running is not None:
            self._running.cancel()
