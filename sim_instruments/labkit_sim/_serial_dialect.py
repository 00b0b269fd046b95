"""The base of firmware on a serial line that is no SCPI: lines in, lines out, no status byte, no device clear.

A line ends at a line feed, a carriage return before it is ignored; what a stream marks as the end of a write does not
count. An instrument that answers nothing stays silent: the controller's read times out, and nobody notes it.
"""

from collections import deque
from collections.abc import Generator
from typing import ClassVar

from labkit_sim._endpoint import Latency
from labkit_sim._process import Signal, Task, Wish
from labkit_sim._station import Station


class SerialInstrument:
    """An instrument behind a USB serial converter.

    `answer` takes a line and gives a line or None; `error` takes an injected one. Bytes beyond a line's longest length
    are dropped, as from a full receive buffer.
    """

    TERMINATION: ClassVar[bytes] = b"\r\n"
    LONGEST_LINE: ClassVar[int] = 256

    def __init__(self, station: Station, latency: Latency) -> None:
        self.station = station
        self.world = station.world
        self.latency = latency
        self.disturbances = station.disturbances
        self.service_requested = Signal()
        self._input = bytearray()
        self._output: deque[bytes] = deque()
        self._taken = 0
        self._lines: deque[str] = deque()
        self._held: Task | None = None

    def answer(self, line: str) -> str | Generator[Wish, None, str | None] | None:
        """Act on a line that is not empty; give the answer without its line end, or None for silence.

        A process holds up all later lines until it has the answer.
        """
        raise NotImplementedError

    def error(self, code: int, message: str = "") -> None:
        """Note an error."""
        raise NotImplementedError

    def receive(self, data: bytes, end: bool) -> None:
        """Take bytes from the line."""
        self._input += data
        while (at := self._input.find(b"\n")) >= 0:
            line = self._input[:at].decode("latin-1").strip()
            del self._input[: at + 1]
            if line:
                self._lines.append(line)
        del self._input[self.LONGEST_LINE :]
        self._work()

    def _work(self) -> None:
        while self._lines and self._held is None:
            answer = self.answer(self._lines.popleft())
            if isinstance(answer, Generator):
                self._hold(self.world.spawn(answer))
            else:
                self._send(answer)

    def _hold(self, task: Task) -> None:
        if task.done:
            self._send(task.result)
            return
        self._held = task

        def go_on() -> None:
            self._held = None
            self._send(task.result)
            self._work()

        task.finished.listeners.append(go_on)

    def _send(self, answer: str | None) -> None:
        if answer is not None:
            self._output.append(answer.encode("latin-1") + self.TERMINATION)

    def output_ready(self) -> bool:
        """Tell whether bytes wait to be read."""
        return bool(self._output)

    def at_work(self) -> bool:
        """Tell whether a line is being worked on that holds up all later ones."""
        return self._held is not None

    def waiting(self) -> int:
        """Give how many bytes wait to be read."""
        return sum(map(len, self._output)) - self._taken

    def take(self, count: int, stop: int | None) -> tuple[bytes, bool]:
        """Give at most `count` bytes of the oldest answer, up to the byte `stop`, and whether the answer is over."""
        if not self._output:
            return b"", False
        answer, begin = self._output[0], self._taken
        end = min(begin + count, len(answer))
        if stop is not None and (found := answer.find(stop, begin, end)) >= 0:
            end = found + 1
        over = end == len(answer)
        self._taken = 0 if over else end
        if over:
            self._output.popleft()
        return answer[begin:end], over

    def unanswered(self) -> None:
        """Do nothing: a serial line does not tell that somebody reads in vain."""

    def serial_poll(self) -> int:
        """Give 0: there is no status byte on a serial line."""
        return 0

    def device_clear(self) -> None:
        """Empty both buffers, as a purge of the port does."""
        self._input.clear()
        self._output.clear()
        self._taken = 0

    def group_trigger(self) -> None:
        """Do nothing: a serial line has no trigger."""
