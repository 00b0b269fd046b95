"""Messages in, answers out: how an instrument takes bytes, works through commands, and holds answers ready.

A command gives its answer at once, or is a process (a generator) that takes time in the world; commands that came after
it wait, as they do in an instrument, while the controller goes on.
"""

from collections import deque
from collections.abc import Generator
from typing import ClassVar

from labkit_sim._errors import ScpiError
from labkit_sim._process import Process, Signal, Task, Wish
from labkit_sim._scpi import Answer, CommandTable
from labkit_sim._scpi_data import message_end, split_outside
from labkit_sim._status import StatusReporting
from labkit_sim._world import World


class MessageExchange(StatusReporting):
    """The message exchange of IEEE 488.2 chapter 6, over a table of commands."""

    TABLE: ClassVar[CommandTable]
    LINE_END: ClassVar[bytes] = b"\n"

    def __init__(self, world: World, error_depth: int) -> None:
        super().__init__(world, error_depth)
        self.triggered = Signal()
        self._input = ""
        self._messages: deque[str] = deque()
        self._units: deque[str] = deque()
        self._path = ""
        self._answers: list[bytes] = []
        self._in_message = False
        self._output: deque[bytes] = deque()
        self._taken = 0  # how much of the oldest answer has been read
        self._held: Task | None = None
        self._operations: list[Task] = []

    def trigger(self) -> None:
        """Act on `*TRG` or a trigger from the bus: fires `triggered`."""
        self.triggered.fire()

    def output_ready(self) -> bool:
        """Tell whether an answer waits to be read."""
        return bool(self._output)

    def at_work(self) -> bool:
        """Tell whether a command is under way that holds up all later ones."""
        return self._held is not None

    def waiting(self) -> int:
        """Give how many bytes wait to be read."""
        return sum(map(len, self._output)) - self._taken

    def receive(self, data: bytes, end: bool) -> None:
        """Take bytes; a message is over at a newline, or at the byte that the bus marks as the last."""
        self._input += data.decode("latin-1")
        while (at := message_end(self._input)) is not None:
            message, self._input = self._input[:at], self._input[at + 1 :]
            self._messages.append(message)
        if end and self._input:
            self._messages.append(self._input)
            self._input = ""
        self._work()

    def take(self, count: int, stop: int | None) -> tuple[bytes, bool]:
        """Give at most `count` bytes of the oldest answer, up to the byte `stop`, and whether the answer is over."""
        if not self._output:
            return b"", False
        answer, begin = self._output[0], self._taken
        end = min(begin + count, len(answer))
        if stop is not None and (found := answer.find(stop, begin, end)) >= 0:
            end = found + 1
        self._taken = end
        over = end == len(answer)
        if over:
            self._forget_answers(1)
        return answer[begin:end], over

    def _forget_answers(self, count: int) -> None:
        for _ in range(count):
            self._output.popleft()
        self._taken = 0
        self._status_changed()

    def unanswered(self) -> None:
        """Note that the controller read and nothing came: -420, unless a command is still at work."""
        if self._held is None and not self._output:
            self.error(-420)

    def device_clear(self) -> None:
        """Empty input and output and give up the command under way; settings and status stay."""
        held, self._held = self._held, None
        self._input = ""
        self._messages.clear()
        self._units.clear()
        self._answers.clear()
        self._in_message = False
        self._forget_answers(len(self._output))
        if held is not None:
            held.cancel()

    def group_trigger(self) -> None:
        """Take a trigger from the bus."""
        self.trigger()

    # Operations that go on beside later commands

    def begin_operation(self, process: Process) -> Task:
        """Start a process that goes on beside later commands; `*OPC`, `*OPC?` and `*WAI` wait for it."""
        task = self.world.spawn(self._guarded(process))
        self._operations = [found for found in self._operations if not found.done]
        if not task.done:
            self._operations.append(task)
        return task

    def end_operations(self) -> None:
        """Give up all processes that `begin_operation` started."""
        operations, self._operations = self._operations, []
        for task in operations:
            task.cancel()

    @property
    def busy(self) -> bool:
        """Whether an operation is under way."""
        return any(not task.done for task in self._operations)

    # Commands at work

    def _work(self) -> None:
        while self._held is None:
            if self._units:
                self._execute(self._units.popleft())
            elif self._in_message:
                self._end_message()
            elif self._messages:
                self._begin_message(self._messages.popleft())
            else:
                return

    def _begin_message(self, message: str) -> None:
        self._path = ""
        units = [unit for unit in split_outside(message, ";") if unit and not unit.isspace()]
        if not units:
            return
        self._in_message = True
        if self._output:
            self._forget_answers(len(self._output))
            self.error(-410)
        self._units.extend(units)

    def _end_message(self) -> None:
        self._in_message = False
        if self._answers:
            self._output.append(b";".join(self._answers) + self.LINE_END)
            self._answers = []
            self._status_changed()

    def _execute(self, unit: str) -> None:
        try:
            target, call = self.TABLE.call(unit, self._path)
            self._path = target.path
            reply = target.handler(self, call)
        except ScpiError as error:
            self.error(error.code, error.message)
            if -200 < error.code <= -100:
                self._units.clear()
            return
        if isinstance(reply, Generator):
            self._hold(reply)
        else:
            self._answer(reply)

    def _answer(self, answer: Answer) -> None:
        if answer is not None:
            self._answers.append(answer if isinstance(answer, bytes) else answer.encode("latin-1"))

    def _hold(self, process: Generator[Wish, None, Answer]) -> None:
        task = self.world.spawn(self._guarded(process))
        if task.done:
            self._answer(task.result)
            return
        self._held = task

        def go_on() -> None:
            if self._held is task:
                self._held = None
                self._answer(task.result)
                self._work()

        task.finished.listeners.append(go_on)

    def _guarded(self, process: Generator[Wish, None, Answer]) -> Generator[Wish, None, Answer]:
        try:
            return (yield from process)
        except ScpiError as error:
            self.error(error.code, error.message)
            return None
