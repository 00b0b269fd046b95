"""Why a Plan is as it is: what was chosen for each block, for which reason, and what the bench could not do."""

from collections.abc import Iterable, Iterator, Mapping

from labkit.core import (
    Bench,
    Capabilities,
    LightCapabilities,
    OpticalTerminal,
    PulseCapabilities,
    SourceMeterCapabilities,
    format_quantity,
    seconds,
)
from labkit.engine._catalogue import shortest_pulses
from labkit.engine._followers import generator_behind
from labkit.engine._plan import (
    ExposeBlock,
    HoldBlock,
    LogRecordBlock,
    Node,
    Plan,
    PointsBlock,
    RelaxBlock,
    RouteBlock,
    TemperatureBlock,
    TimedBlock,
    WaitBlock,
)
from labkit.engine._remarks import blocks


def explain(plan: Plan, bench: Bench, capabilities: Mapping[str, Capabilities]) -> tuple[str, ...]:
    """Say in sentences what executes each kind of block and why, each thing once, in the order of the plan."""
    told: dict[str, None] = {}
    for node in blocks(plan.nodes):
        for sentence in _node(node, bench, capabilities):
            told.setdefault(sentence)
    return (*told, *_pulses(plan, capabilities))


def _node(node: Node, bench: Bench, capabilities: Mapping[str, Capabilities]) -> Iterator[str]:
    if isinstance(node, TimedBlock):
        yield from _timed(node, bench, capabilities)
    elif isinstance(node, WaitBlock):
        yield (
            "stepped: waits in which nothing is sampled are kept by the PC, which is trusted with times above "
            f"{format_quantity(bench.stepped_limit, 's')}; being late is not added up"
        )
    elif isinstance(node, HoldBlock):
        yield "stepped: held levels are set by the PC, sources at the bench's ramp rate"
    elif isinstance(node, PointsBlock):
        yield _points(node, capabilities)
    elif isinstance(node, LogRecordBlock):
        yield "stepped: readings on a logarithmic time scale are taken one by one at their deadlines"
    elif isinstance(node, RelaxBlock):
        window = format_quantity(seconds(node.window), "s")
        yield (
            f"triggered: relaxation of {node.terminal} is sampled in windows of {window}"
            " until the mean is back at its baseline"
        )
    elif isinstance(node, TemperatureBlock):
        yield (
            f"stepped: the PC gives the {_model(node.terminal, capabilities)} its setpoint and reads the temperature "
            "once a second until it has settled; later it is read about every ten seconds, for the metrics"
        )
    elif isinstance(node, ExposeBlock):
        yield (
            f"stepped: the mask {node.mask} is put before the array (by hand, unless the bench is virtual), all cells "
            "are lit at once with all relays open, and each is read later, at a time that is known"
        )
    elif isinstance(node, RouteBlock):
        yield (
            "stepped: between devices every output goes to zero and off, then the relays move (cold switching), then "
            "the outputs go on at 0 V"
        )


def _points(block: PointsBlock, capabilities: Mapping[str, Capabilities]) -> str:
    if not block.sampled:
        return f"stepped: {_model(block.terminal, capabilities)} has no memory for the ramp of {block.terminal}"
    names = " and ".join((block.terminal, *block.sampled))
    return (
        f"stepped: {names} are on instruments of their own, which share no clock: the PC sets each step of the "
        "ramp and reads them at its end"
    )


def _timed(block: TimedBlock, bench: Bench, capabilities: Mapping[str, Capabilities]) -> Iterator[str]:
    names = list(block.tracks)
    if names:
        channels = " and ".join(f"{name} on the {_model(name, capabilities)}" for name in names)
        memory = "runs from the instrument's own memory, read back as one buffer"
        yield f"{block.executor}: {block.label} ({channels}) {memory}"
    for name, setting in block.settings.items():
        able = capabilities[name]
        if isinstance(able, SourceMeterCapabilities):
            cycles = setting.aperture * able.line_frequency
            yield (
                f"aperture of {name} in {block.label}: {format_quantity(setting.aperture, 's')} ({cycles:.3g} line "
                "cycles), the longest customary one that pulse width, sampling period and ramp rate leave"
            )
    for follower in block.followers:
        yield from _follower(follower.terminal, bench, capabilities)
    for name in dict.fromkeys(train.terminal for train in block.trains):
        yield _commanded(name, bench, capabilities)


def _follower(name: str, bench: Bench, capabilities: Mapping[str, Capabilities]) -> Iterator[str]:
    generator = bench.pulse_terminals()[generator_behind(bench, name) or name]
    cable = next(
        (f"{line.source} to {line.sink}" for line in bench.trigger_lines if _ends_at(line.sink, generator.instrument)),
        "",
    )
    yield f"{name} is started by the trigger line {cable}, pulse by pulse; no bus time and no skew to measure"


def _ends_at(port: str, instrument: str) -> bool:
    return port.partition(":")[0] == instrument


def _commanded(name: str, bench: Bench, capabilities: Mapping[str, Capabilities]) -> str:
    able, terminal = capabilities[name], bench.terminals[name]
    reason = "no trigger line ends at what makes its pulses"
    if isinstance(able, LightCapabilities | PulseCapabilities) and not able.trigger_input:
        reason = f"the {able.model} takes no trigger as it is wired here"
        if isinstance(terminal, OpticalTerminal) and not terminal.driven_by:
            reason += "; a generator on its modulation input (driven_by) would"
    return f"{name} is started by a command of its own, the skew measured at each start and stored: {reason}"


def _model(name: str, capabilities: Mapping[str, Capabilities]) -> str:
    return capabilities[name].model


def _pulses(plan: Plan, capabilities: Mapping[str, Capabilities]) -> Iterable[str]:
    """Compare the shortest pulses of the bench with what other instruments would reach."""
    here = {}
    for name in plan.program.terminals:
        able = capabilities.get(name)
        if isinstance(able, SourceMeterCapabilities):
            here[able.model] = able.shortest_step
        elif isinstance(able, PulseCapabilities):
            here[able.model] = able.width[0]
    if not here:
        return ()
    told = ", ".join(f"{model} {format_quantity(seconds(width), 's')}" for model, width in here.items())
    shortest = min(here.values())
    others = [
        f"{model} {format_quantity(seconds(width), 's')}"
        for model, width in shortest_pulses().items()
        if width < shortest and model not in here
    ]
    beyond = f"; shorter ones would need: {', '.join(others)}" if others else ""
    return (f"shortest voltage pulse here: {told}{beyond}",)
