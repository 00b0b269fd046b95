"""Bring the device to a temperature and wait until it has settled; note the temperature while other blocks run."""

from collections import deque
from statistics import fmean

from labkit.core import Kind, Nanoseconds, nanoseconds
from labkit.engine._plan import TemperatureBlock
from labkit.engine._recorder import Row
from labkit.engine._state import RunState

READING_PERIOD = nanoseconds(1.0)
"""How often the temperature is read while it settles."""
_TOLD_EVERY = 10
"""Progress is told with every so many readings."""


def run_temperature(state: RunState, block: TemperatureBlock) -> None:
    """Go to a setpoint and wait until every reading of the last dwell was within the tolerance.

    One that times out is a warning: what was reached is in the timeline, and metrics take the temperature from there.
    """
    stage = state.stages[block.terminal]
    began = state.now()
    stage.set_temperature(block.setpoint, block.rate)
    recent: deque[tuple[Nanoseconds, float]] = deque()
    count, settled = 0, False
    while not settled and state.now() - began < block.timeout:
        state.sleep(began + (count + 1) * READING_PERIOD)
        count += 1
        at, temperature = state.now(), stage.temperature()
        recent.append((at, temperature))
        while recent[0][0] < at - block.dwell:
            recent.popleft()
        covered = at - began >= block.dwell
        settled = covered and all(abs(one - block.setpoint) <= block.within for _, one in recent)
        if count % _TOLD_EVERY == 0:
            state.progress(f"{block.label}, now {temperature:.2f} K", (at - began) / 1e9)
    reached = fmean(temperature for _, temperature in recent) if recent else float("nan")
    _tell(state, block, began, reached)
    if not settled:
        _warn(state, block, [temperature for _, temperature in recent])


def _tell(state: RunState, block: TemperatureBlock, began: Nanoseconds, reached: float) -> None:
    begin, end = state.recorder.seconds(began), state.recorder.seconds(state.now())
    span = (begin, begin + block.expected / 1e9, begin, end)
    head = (Kind.TEMPERATURE, block.mark, block.terminal, *span, READING_PERIOD / 1e9, block.setpoint, reached)
    state.recorder.rows([Row(*head, -1, 0, state.context)])
    state.demanded += state.now() - began
    state.due = state.now()
    state.setpoints[block.terminal] = block.setpoint
    state.noted = state.due


def _warn(state: RunState, block: TemperatureBlock, recent: list[float]) -> None:
    shown = f"{min(recent):.2f} K to {max(recent):.2f} K" if recent else "unknown"
    state.recorder.warn(
        state.now(),
        f"{block.terminal} has not settled at {block.setpoint:.6g} K within {block.timeout / 1e9:g} s; in the last "
        f"{block.dwell / 1e9:g} s it was {shown}, and {block.within:.3g} K were allowed",
        "look after cooling and heater, allow more time or a larger deviation; the temperature reached is in the file",
    )
