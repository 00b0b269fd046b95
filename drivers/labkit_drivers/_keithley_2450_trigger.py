"""Turn a sequence into blocks of the 2450's trigger model.

A step becomes: notify the trigger line (where it has to), recall its level, delay, measure, delay. Runs of steps that
differ in level only become one loop that goes through the configuration list, so that a staircase of hundreds of levels
fits into the 63 blocks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from labkit.core import Cycle, Nanoseconds, PlanRefused, Sequence, SourceMeterCapabilities, Step
from labkit_drivers._keithley_2450_commands import SOURCE_LIST
from labkit_drivers._keithley_2450_data import BLOCK_TIME, READING_OVERHEAD, SETTLING, TRIGGER_BLOCKS, capabilities

TRIGGER_EVENT = 1
"""The notify event that the trigger output is tied to."""
_SHORTEST_DELAY = Nanoseconds(167)
"""The trigger model's delay block takes 167 ns to 10 ks (reference manual, :TRIG:BLOC:DEL:CONS)."""


@dataclass
class TriggerProgram:
    """Levels for the configuration list and commands for the blocks.

    `lead` is the time from the start to the first reading (ns), by which the buffer's relative times are shifted.
    """

    aperture: Nanoseconds
    levels: list[float] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    lead: Nanoseconds | None = None
    _elapsed: int = 0

    @property
    def reading_time(self) -> int:
        """How long one reading takes (ns)."""
        return self.aperture + READING_OVERHEAD

    def _block(self, command: str) -> int:
        position = len(self.commands) + 1
        if position > TRIGGER_BLOCKS:
            raise PlanRefused(
                f"the sequence needs more than the {TRIGGER_BLOCKS} blocks of a 2450's trigger model",
                "make the block shorter: fewer different steps between two loops",
            )
        name, _, rest = command.partition(" ")
        self.commands.append(f":TRIG:BLOC:{name} {position}{',' + rest if rest else ''}")
        self._elapsed += BLOCK_TIME
        return position

    def _delay(self, duration: int) -> None:
        left = duration - BLOCK_TIME
        if left > _SHORTEST_DELAY:
            self._block(f"DEL:CONS {left / 1e9:.9g}")
            self._elapsed += left

    def _measure(self, count: int) -> None:
        if self.lead is None:
            self.lead = Nanoseconds(self._elapsed)
        self._block(f'MEAS "defbuffer1",{count}')
        self._elapsed += count * self.reading_time

    def _readings(self, step: Step) -> int:
        """Write the readings of a step; gives the time that they take."""
        spare = step.period - self.reading_time
        if step.samples == 1 or spare < 3 * BLOCK_TIME:
            self._measure(step.samples)
            return step.samples * self.reading_time + BLOCK_TIME
        first = len(self.commands) + 1
        self._measure(1)
        self._delay(spare - 2 * BLOCK_TIME)
        self._block(f"BRAN:COUN {step.samples},{first}")
        return step.samples * step.period

    def _body(self, step: Step, spent: int, settled: int = 0) -> None:
        """Write what follows the edge of a step.

        `spent` is what the blocks around it take, `settled` how long after its edge the blocks go on.
        """
        used = spent + settled
        if step.samples:
            wait = step.first - settled
            self._delay(wait)
            used += max(wait, 0) + self._readings(step)
        self._delay(step.duration - used)

    def _recall(self, command: str) -> int:
        position = self._block(command)
        self._elapsed += SETTLING
        return position

    def run(self, steps: "list[Step]", recall: bool, after: int = 0) -> None:
        """Write steps that differ in level only; without `recall` the present level stays.

        `after` (ns) is what a block that follows a single step takes from its time.
        """
        spent = after if len(steps) == 1 else 0
        if steps[0].trigger:
            self._block(f"NOT {TRIGGER_EVENT}")
            spent += BLOCK_TIME
        if not recall:
            self._body(steps[0], spent)
            return
        first = len(self.levels) + 1
        self.levels += [step.level for step in steps]
        self._recall(f'CONF:RECALL "{SOURCE_LIST}",{first}')
        if len(steps) == 1:
            self._body(steps[0], spent + BLOCK_TIME, SETTLING)
            return
        self._block(f"BRAN:ALW {len(self.commands) + 3}")
        began = self._elapsed
        following = self._recall(f'CONF:NEXT "{SOURCE_LIST}"')
        # The first round goes past this block: the time to its reading does not have it.
        self._elapsed, skipped = began, self._elapsed - began
        self._body(steps[0], 2 * BLOCK_TIME, SETTLING)
        self._block(f"BRAN:COUN {len(steps)},{following}")
        self._again(len(steps) - 1, self._elapsed - began + skipped)

    def cycle(self, count: int, write_body: Callable[[], None]) -> None:
        """Write a loop around what `write_body` writes."""
        first, began = len(self.commands) + 1, self._elapsed
        write_body()
        if count > 1:
            self._block(f"BRAN:COUN {count},{first}")
            self._again(count - 1, self._elapsed - began)

    def _again(self, rounds: int, each: int) -> None:
        """Let further rounds (ns each) pass before the first reading, where none was made in the first."""
        if self.lead is None:
            self._elapsed += rounds * each


def _alike(one: Step, other: Step) -> bool:
    return (one.duration, one.samples, one.first, one.period) == (
        other.duration,
        other.samples,
        other.first,
        other.period,
    )


def _runs(sequence: Sequence) -> "Iterator[Cycle | list[Step]]":
    run: list[Step] = []
    for part in sequence:
        if isinstance(part, Cycle):
            if run:
                yield run
            run = []
            yield part
        elif run and _alike(run[-1], part) and not part.trigger:
            run.append(part)
        else:
            if run:
                yield run
            run = [part]
    if run:
        yield run


def _write(program: TriggerProgram, sequence: Sequence, recall: bool, closing: int = 0) -> None:
    """Write a sequence; `closing` (ns) is what the block takes that closes the loop around it."""
    runs = list(_runs(sequence))
    for k, part in enumerate(runs):
        if isinstance(part, Cycle):
            ending = BLOCK_TIME if part.count > 1 else 0
            program.cycle(part.count, partial(_write, program, part.body, recall, ending))
        else:
            program.run(part, recall, closing if k == len(runs) - 1 else 0)


def steps_of(sequence: Sequence) -> Iterator[Step]:
    """Go through the steps as written, each once."""
    for part in sequence:
        if isinstance(part, Step):
            yield part
        else:
            yield from steps_of(part.body)


def final_level(sequence: Sequence) -> float:
    """Give the level that the source is left at."""
    last = sequence[-1]
    return last.level if isinstance(last, Step) else final_level(last.body)


def compile_sequence(sequence: Sequence, aperture: Nanoseconds, present_level: float) -> TriggerProgram:
    """Write a sequence as a trigger program.

    Raises PlanRefused when it needs more blocks than the trigger model has.
    """
    program = TriggerProgram(aperture)
    steady = all(step.level == present_level for step in steps_of(sequence))
    _write(program, sequence, recall=not steady)
    return program


def unfit(sequence: Sequence, aperture: Nanoseconds, present_level: float) -> PlanRefused | None:
    """Give why a sequence does not fit the trigger model, or None."""
    try:
        compile_sequence(sequence, aperture, present_level)
    except PlanRefused as refused:
        return refused
    return None


def described(line_frequency: float) -> SourceMeterCapabilities:
    """Give what a 2450 can deliver at a line frequency (Hz), and what tells that a sequence does not fit."""
    return replace(capabilities(line_frequency), unfit=unfit)
