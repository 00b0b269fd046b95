"""A Plan as text and as plain data."""

from collections.abc import Iterable, Iterator
from typing import Any

from labkit.core import format_quantity, seconds
from labkit.engine import (
    ExposeBlock,
    HoldBlock,
    LogRecordBlock,
    LoopBlock,
    Node,
    Plan,
    PointsBlock,
    RelaxBlock,
    RouteBlock,
    TemperatureBlock,
    TimedBlock,
    UntilBlock,
    WaitBlock,
    blocks,
    executor_of,
)

Block = (
    TimedBlock
    | HoldBlock
    | WaitBlock
    | PointsBlock
    | LogRecordBlock
    | RelaxBlock
    | TemperatureBlock
    | RouteBlock
    | ExposeBlock
)

_MOST_BODIES = 2


def longest_if(plan: Plan) -> str:
    """Say in words what makes a run take as long as it may at most: the waits of its plan that may end early."""
    kinds = {type(block) for block in blocks(plan.nodes)}
    reasons = {
        RelaxBlock: "every relaxation times out",
        TemperatureBlock: "every temperature settles as late as it may",
        UntilBlock: "every `until` loop goes through all its rounds",
    }
    *others, last = [reason for kind, reason in reasons.items() if kind in kinds] or ["nothing ends early"]
    return " and ".join([", ".join(others), last] if others else [last])


def plan_summary(plan: Plan) -> dict[str, Any]:
    """Give a Plan as plain data, for JSON and for the run file (SI units)."""
    estimates = plan.estimates
    return {
        "protocol": plan.program.name,
        "bench": plan.bench,
        "parameters": dict(plan.program.parameters),
        "blocks": [_node(node) for node in plan.nodes],
        "estimates": {
            "duration": estimates.duration,
            "longest": estimates.longest,
            "pulses": estimates.pulses,
            "relaxations": estimates.relaxations,
            "samples": estimates.samples,
            "bytes": estimates.bytes,
            "charge_bound": dict(estimates.charge),
            "energy_bound": dict(estimates.energy),
            "dose": dict(estimates.dose),
            "photons": dict(estimates.photons),
        },
        "remarks": list(plan.remarks),
        "refusals": [{"file": r.file, "line": r.line, "message": r.message, "remedy": r.remedy} for r in plan.refusals],
    }


def _node(node: Node) -> dict[str, Any]:
    if isinstance(node, LoopBlock):
        bodies = [[_node(inner) for inner in body] for body in node.bodies]
        values = None if node.values is None else list(node.values)
        told: dict[str, Any] = {"loop": node.name, "count": len(node.positions), "values": values, "bodies": bodies}
        told |= {} if node.end is None else {"until": node.end.mark}
        return told | ({"devices": [route.device for route in node.routes]} if node.routes else {})
    if isinstance(node, UntilBlock):
        return {"until": node.name, "at_most": node.at_most, "body": [_node(inner) for inner in node.body]}
    told = {"line": node.line, "label": node.label, "executor": str(executor_of(node))}
    if isinstance(node, TimedBlock):
        told["duration"] = seconds(node.duration)
        told["apertures"] = {name: setting.aperture for name, setting in node.settings.items()}
        told["trains"] = [
            {"terminal": train.terminal, "begin": seconds(train.begin), "pulses": len(train.pulses)}
            for train in node.trains
        ]
    elif isinstance(node, WaitBlock | LogRecordBlock):
        told["duration"] = seconds(node.duration)
    elif isinstance(node, TemperatureBlock):
        told |= {"setpoint": node.setpoint, "within": node.within, "dwell": seconds(node.dwell), "rate": node.rate}
        told["duration"] = seconds(node.expected)
    elif isinstance(node, ExposeBlock):
        told |= {"mask": node.mask, "level": node.level, "duration": seconds(node.width), "shares": dict(node.shares)}
    elif isinstance(node, RouteBlock):
        told["device"] = node.device
        told["crosspoints"] = [[point.row, point.column] for point in sorted(node.crosspoints)]
    elif isinstance(node, HoldBlock):
        told["levels"] = dict(node.levels)
    return told


def plan_lines(plan: Plan) -> Iterator[str]:
    """Give the blocks as indented lines: what, who keeps the time, how long."""
    yield from _lines(plan.nodes, 0)


def _lines(nodes: Iterable[Node], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for node in nodes:
        if isinstance(node, LoopBlock):
            yield f"{indent}{_loop_words(node)}"
            for body in node.bodies[:_MOST_BODIES]:
                yield from _lines(body, depth + 1)
            if len(node.bodies) > _MOST_BODIES:
                yield f"{indent}  ... and {len(node.bodies) - _MOST_BODIES} more of the kind"
        elif isinstance(node, UntilBlock):
            level = f"that of {node.reference}" if node.reference else format_quantity(node.current, "A")
            yield f"{indent}until {node.mark} crosses {level}, at most {node.at_most} times"
            yield from _lines(node.body, depth + 1)
        else:
            yield f"{indent}{_words(node)}"


def _loop_words(loop: LoopBlock) -> str:
    if loop.routes:
        names = list(dict.fromkeys(route.device for route in loop.routes))
        again = len(loop.routes) - len(names)
        shown = ", ".join(names[:4]) + (f", ... {names[-1]}" if len(names) > 4 else "")
        sentinel = f"; {names[0]} again {again} times, as sentinel" if again else ""
        return f"for each of {len(names)} devices: {shown}{sentinel}"
    if loop.values is None:
        return f"{len(loop.positions)} x {loop.name}"
    low, high = min(loop.values), max(loop.values)
    end = f", until {loop.end.mark} crosses {format_quantity(loop.end.current, 'A')}" if loop.end is not None else ""
    return f"for each of {len(loop.values)} values of {loop.name}, {low:.4g} to {high:.4g} (SI){end}"


def _words(node: Block) -> str:
    if isinstance(node, HoldBlock):
        return "hold " + ", ".join(f"{name} at {level:g}" for name, level in node.levels)
    if isinstance(node, RouteBlock):
        relays = ", ".join(f"{point.row}-{point.column}" for point in sorted(node.crosspoints))
        if not node.device:
            return f"{'stepped':<10} route to no device: outputs off, open all relays, outputs on"
        return f"{'stepped':<10} route to {node.device}: outputs off, close {relays}, outputs on"
    if isinstance(node, ExposeBlock):
        width, level = format_quantity(seconds(node.width), "s"), format_quantity(node.level, "W/m^2")
        lit = sum(share > 0.5 for share in node.shares.values())
        cells = f"{lit} of {len(node.shares)} cells"
        return f"{'stepped':<10} expose {cells} through the mask {node.mask}: {level} for {width}"
    if isinstance(node, TemperatureBlock):
        about, most = (format_quantity(seconds(time), "s", 3) for time in (node.expected, node.timeout))
        settled = f"within {format_quantity(node.within, 'K')} for {format_quantity(seconds(node.dwell), 's')}"
        return f"{'stepped':<10} {node.label}, {settled}: about {about}, at most {most}  (line {node.line})"
    if isinstance(node, RelaxBlock):
        until = format_quantity(seconds(node.timeout), "s")
        return f"{'triggered':<10} relax of {node.terminal}, at most {until}  (line {node.line})"
    duration = 0.0
    if isinstance(node, TimedBlock | WaitBlock | LogRecordBlock):
        duration = seconds(node.duration)
    elif isinstance(node, PointsBlock):
        duration = seconds(node.dwell) * len(node.levels)
    return f"{executor_of(node)!s:<10} {node.label}, {format_quantity(duration, 's')}  ({_details(node)})"


def _details(node: Block) -> str:
    if isinstance(node, TimedBlock) and node.settings:
        apertures = ", ".join(
            f"{name}: aperture {format_quantity(setting.aperture, 's')}" for name, setting in node.settings.items()
        )
        return f"line {node.line}; {apertures}"
    return "by the PC's clock" if isinstance(node, WaitBlock) else f"line {node.line}"
