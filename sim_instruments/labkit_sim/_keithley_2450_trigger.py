"""The trigger model of a 2450: up to 63 blocks, gone through while the bus is free."""

from collections.abc import Generator, Sequence

from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_block import NOTHING, Block, InstantBlock, check_targets
from labkit_sim._keithley_2450_pacing import paced_loop
from labkit_sim._keithley_2450_run import Parts, TriggerRun
from labkit_sim._process import Wish

_STARTED, _COMPLETED, _FAILED, _ABORTED = 2731, 2732, 2730, 2728
_INFORMATION = 4
_LEAD = 200_000
"""How far (ns) blocks without visible effect may run ahead of the world."""


class TriggerModel:
    """The blocks as defined, the run under way or over, and the state that `:TRIGger:STATe?` tells."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._blocks: list[Block] = []
        self._run: TriggerRun | None = None
        self._state = "EMPTY"

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._state == "RUNNING"

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks as defined, the first one is number 1."""
        return tuple(self._blocks)

    def load(self, blocks: Sequence[Block]) -> None:
        """Put other blocks in the place of all."""
        self._check_idle()
        if len(blocks) > specs.TRIGGER_BLOCKS:
            raise ScpiError(-223)
        self._blocks = list(blocks)
        self._state = "BUILDING" if blocks else "EMPTY"
        self._run = None

    def define(self, number: int, block: Block) -> None:
        """Set one block; blocks left out before it do nothing."""
        self._check_idle()
        self._blocks.extend([NOTHING] * (number - len(self._blocks)))
        self._blocks[number - 1] = block
        self._state = "BUILDING"

    def _check_idle(self) -> None:
        if self.running:
            raise ScpiError(-221, "Settings conflict: the trigger model is running")

    def listing(self) -> str:
        """Tell all blocks with their settings."""
        lines = (f"{index}) {block.NAME} {block.settings()}".rstrip() for index, block in enumerate(self._blocks, 1))
        return "; ".join(lines)

    def state(self) -> str:
        """Tell the state and the block last executed, as `IDLE;IDLE;9`."""
        run = self._run
        if run is None:
            return f"{self._state};{self._state};0"
        state = self._state
        since = run.waiting_since
        if self.running and since is not None and self._parts.channel.world.now - since > specs.STATE_REFRESH:
            state = "WAITING"
        return f"{state};{state};{min(run.place, len(self._blocks))}"

    def count(self, number: int) -> int:
        """Tell how often a counting block was reached."""
        return self._run.counters.get(number, 0) if self._run else 0

    def begin(self) -> Generator[Wish, None, None]:
        """Check the blocks and give the run as a process; it begins with its first step.

        Raises ScpiError: -213 while one is under way, 2730 for blocks that cannot run.
        """
        if self.running:
            raise ScpiError(-213)
        if not self._blocks:
            raise ScpiError(_FAILED, "Trigger model failed: no blocks are defined")
        for block in self._blocks:
            check_targets(block, len(self._blocks))
        now = int(self._parts.channel.world.now)
        self._run = TriggerRun(self._parts, now, now)
        self._state = "RUNNING"
        self._parts.board.happened.clear()
        self._parts.log(_INFORMATION, _STARTED, "Trigger model: Initiated")
        return self._go_through(self._run)

    def _go_through(self, run: TriggerRun) -> Generator[Wish, None, None]:
        try:
            yield from self._steps(run)
        except ScpiError as error:
            self._state = "FAILED"
            self._parts.log(1, error.code, error.message)
            self._parts.log(_INFORMATION, _FAILED, f"Trigger model failed in block {run.place}")
        else:
            self._state = "IDLE"
            self._parts.log(_INFORMATION, _COMPLETED, "Trigger model: Idle")
        finally:
            run.end_background()

    def _steps(self, run: TriggerRun) -> Generator[Wish, None, None]:
        blocks, last = self._blocks, len(self._blocks)
        world = self._parts.channel.world
        while (place := run.place) <= last:
            block = blocks[place - 1]
            run.spend()
            pace = paced_loop(blocks, place)
            if pace is not None and run.may_pace(pace):
                yield from run.measure_paced(pace)
            elif isinstance(block, InstantBlock):
                run.place = block.act(run)
                if run.at - world.now > _LEAD:
                    yield run.catch_up()
            else:
                run.place = yield from block.act(run)
        yield run.catch_up()

    def aborted(self) -> None:
        """Note that the run was stopped by the user."""
        if self.running:
            self._state = "ABORTED"
            self._parts.log(_INFORMATION, _ABORTED, "Trigger model: Aborted")
