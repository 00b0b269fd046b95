"""Exposures of an array through a mask: which cell sees how much, who puts the mask there, and the light itself."""

import re

from labkit.core import Bench, InstrumentError, Kind, Nanoseconds
from labkit.engine._plan import ExposeBlock
from labkit.engine._recorder import Row
from labkit.engine._state import RunState
from labkit.protocol import DEVICE, Expose, fitted

_PLACE = re.compile(r"r([0-9]+)c([0-9]+)")


def cell_shares(expose: Expose, bench: Bench) -> dict[str, float]:
    """Give which share of the light reaches each cell of the bench's switch: the mask, times the light's flat field.

    Raises ValueError where the cells have no places, or the mask does not fit them.
    """
    if bench.switch is None:
        raise ValueError(f"the bench {bench.name} has no switch, so no array to expose")
    places = {cell: _PLACE.fullmatch(cell) for cell in bench.switch.wiring()}
    unknown = [cell for cell, found in places.items() if found is None]
    if unknown:
        raise ValueError(
            f"the cell {unknown[0]} has no place in the array; cells of an array are called r1c1, r1c2, ..."
        )
    found = {cell: (int(place[1]) - 1, int(place[2]) - 1) for cell, place in places.items() if place is not None}
    rows, columns = (max(place[axis] for place in found.values()) + 1 for axis in (0, 1))
    pattern = fitted(expose.pattern, rows, columns)
    light = bench.optical()[expose.terminal]
    return {cell: pattern[row][column] * light.relative_irradiance(cell) for cell, (row, column) in found.items()}


def run_expose(state: RunState, block: ExposeBlock) -> None:
    """Have the mask put in its place, light the array for the width, and tell what each device of the plan saw.

    The instants are those at which the light's commands had been carried out, half a command uncertain.
    """
    _place_mask(state, block)
    light = state.light(block.terminal)
    asked = state.now()
    light.set_irradiance(block.level)
    lit = state.now()
    state.sleep_until(asked + block.width, block.label)
    ending = state.now()
    light.set_irradiance(0.0)
    dark = state.now()
    begin, end = Nanoseconds((asked + lit) // 2), Nanoseconds((ending + dark) // 2)
    doubt = max(lit - asked, dark - ending) / 2e9
    seconds, delivered = state.recorder.seconds, light.delivered_irradiance(block.level)
    state.recorder.rows(
        [
            Row(
                Kind.PULSE,
                block.mark,
                block.terminal,
                seconds(asked),
                seconds(asked + block.width),
                seconds(begin),
                seconds(end),
                doubt,
                share * block.level,
                share * delivered,
                -1,
                0,
                {**state.context, DEVICE: (position, None)},
            )
            for position, share in block.seen
        ]
    )
    state.due = dark
    state.demanded += block.width


def _place_mask(state: RunState, block: ExposeBlock) -> None:
    if state.session.virtual is not None:
        state.session.virtual.place_mask(block.shares)
        return
    if state.mask == block.mask:
        return
    if state.operator is None:
        raise InstrumentError(f"nobody can put the mask {block.mask} before the array", NOBODY)
    words = f'Put the mask "{block.mask}" before the array. All relays are open and all lights are off.'
    state.recorder.warn(state.now(), f'waiting for the mask "{block.mask}"')
    state.operator(block.mask, words)
    state.mask = block.mask
    state.due = state.now()


NOBODY = "run in a terminal, where labkit can ask, or put it there beforehand and say so: --mask-in-place NAME"
"""What to do where nobody answers."""
