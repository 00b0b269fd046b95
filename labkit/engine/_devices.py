"""Which devices of a chip a run goes through, and a program made to go through them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from labkit.core import Bench, did_you_mean
from labkit.engine._plan import Refusal
from labkit.protocol import ForEachDevice, Program, Route, walk

FIRST = "first"
"""As a sentinel: the first device of the order, whichever that is."""


def choose_devices(program: Program, bench: Bench, wanted: Sequence[str]) -> tuple[list[Refusal], tuple[str, ...]]:
    """Give the devices to go through, in the order of the bench, and what stands against it."""
    routing = [inner for inner in walk(program.instructions) if isinstance(inner, Route | ForEachDevice)]
    line = routing[0].line if routing else 1
    if bench.switch is None:
        if not routing and not wanted:
            return [], ()
        remedy = "write the matrix and the cells of the chip under `switch` in bench.yaml, or leave devices out"
        return [Refusal(program.file, line, f"the bench {bench.name} has no switch to reach devices by", remedy)], ()
    wiring = bench.switch.wiring()
    named = {inner.device for inner in routing if isinstance(inner, Route)} - {""}
    for inner in routing:
        if isinstance(inner, ForEachDevice):
            named |= {*inner.devices, inner.sentinel} - {"", FIRST}
    refusals = [_unknown(program, line, device, tuple(wiring)) for device in (*wanted, *named) if device not in wiring]
    if refusals:
        return refusals, ()
    everything = any(isinstance(inner, ForEachDevice) and not inner.devices for inner in routing)
    if not wanted and not routing and len(wiring) > 1:
        some = ", ".join(list(wiring)[:4])
        message = f"the bench {bench.name} reaches {len(wiring)} devices, and nothing says which is meant"
        return [Refusal(program.file, 1, message, f"name one or several with --device ({some}, ... or all)")], ()
    chosen = set(wanted) or (set(wiring) if everything or not routing else set())
    return [], tuple(device for device in wiring if device in chosen | named)


def _unknown(program: Program, line: int, device: str, known: Sequence[str]) -> Refusal:
    near = did_you_mean(device, known)
    some = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
    return Refusal(program.file, line, f"the switch reaches no device {device}{near}", f"its devices are: {some}")


def visits(loop: ForEachDevice, devices: Sequence[str], seed: int) -> tuple[tuple[str, int], ...]:
    """Give the devices of a loop in the order in which it goes to them, each with the number of the visit.

    `devices` are all of the plan. Without a sentinel every visit is the first.
    """
    order = list(loop.devices or devices)
    if loop.order == "random":
        drawn = np.random.default_rng([seed, loop.line]).permutation(len(order))
        order = [order[k] for k in drawn]
    order = order[: loop.count or None]
    if not loop.sentinel or not order:
        return tuple((device, 0) for device in order)
    sentinel = order[0] if loop.sentinel == FIRST else loop.sentinel
    others = [device for device in order if device != sentinel]
    found = [(sentinel, 0)]
    for visit, start in enumerate(range(0, len(others), loop.every), 1):
        found += [(device, 0) for device in others[start : start + loop.every]]
        found.append((sentinel, visit))
    return tuple(found)


def routed(program: Program, devices: tuple[str, ...]) -> Program:
    """Put a program that does not route by itself into a loop over devices."""
    routes = any(isinstance(inner, Route | ForEachDevice) for inner in walk(program.instructions))
    if routes or not devices:
        return program
    return replace(program, instructions=(ForEachDevice(devices, "given", program.instructions, 1),))
