"""What a plan accepts, the instruments take: every shipped protocol on every shipped bench, each set of parameters."""

from collections.abc import Iterable, Iterator

import pytest

from labkit.app import Request, bench_names, load_bench, prepare
from labkit.core import Bench, LightSource, LightTrain, PulseSource, Sequence, SourceMeter
from labkit.engine import BenchSession, HoldBlock, LoopBlock, Node, TimedBlock, UntilBlock, open_bench, plan_program
from labkit.engine._session import open_virtual
from labkit.engine._tracks import to_sequence
from labkit.protocol import Program, load_protocol, protocol_names


@pytest.fixture(scope="module")
def programs() -> tuple[Program, ...]:
    """Every protocol with each of its sets of parameters."""
    asked = [(name, chosen) for name in protocol_names() for chosen in (None, *load_protocol(name).document.sets)]
    return tuple(prepare(Request(name, "demo_memristor", set_name=chosen)).program for name, chosen in asked)


@pytest.fixture(scope="module")
def taken() -> set[object]:
    """What an instrument has taken once, in any test: drivers, settings, sequences and trains."""
    return set()


def blocks(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, LoopBlock):
            for body in node.bodies:
                yield from blocks(body)
        elif isinstance(node, UntilBlock):
            yield from blocks(node.body)
        else:
            yield node


def hold(session: BenchSession, block: HoldBlock) -> None:
    for name, setting in block.settings.items():
        session.source_meters[name].configure(setting)
    for name, level in block.levels:
        channel = session.roles[name]
        if isinstance(channel, SourceMeter):
            channel.set_level(level)


def take(session: BenchSession, block: TimedBlock, sequences: dict[str, Sequence]) -> None:
    for name, setting in block.settings.items():
        session.source_meters[name].configure(setting)
    for name, sequence in sequences.items():
        session.source_meters[name].load(sequence)
    trains = [(train.terminal, train.train) for train in block.trains if not train.steady]
    for name, train in [*trains, *((follower.terminal, follower.train) for follower in block.followers)]:
        channel = session.roles[name]
        if isinstance(train, LightTrain):
            assert isinstance(channel, LightSource)
            channel.load_train(train)
        else:
            assert isinstance(channel, PulseSource)
            channel.load_train(train)
    for name in sequences:
        session.source_meters[name].abort()


def drivers(bench: Bench, names: Iterable[str]) -> tuple[str, ...]:
    found = (bench.terminals[name] for name in names)
    return tuple(bench.instruments[one.instrument].driver for one in found if not hasattr(one, "grounded"))


@pytest.mark.parametrize("name", bench_names())
def test_no_instrument_refuses_what_the_plan_accepted(
    name: str, programs: tuple[Program, ...], taken: set[object]
) -> None:
    file = load_bench(name)
    bench = file.bench
    with open_bench(bench, open_virtual(bench, file.folder)) as session:
        able = session.capabilities
        for program in programs:
            for channel in session.source_meters.values():
                channel.set_level(0.0)
            plan = plan_program(program, bench, able)
            for block in blocks(() if plan.refusals else plan.nodes):
                if isinstance(block, HoldBlock):
                    hold(session, block)
                if not isinstance(block, TimedBlock):
                    continue
                sequences = {terminal: to_sequence(track) for terminal, track in block.tracks.items()}
                trains = tuple(train.train for train in block.trains)
                with_what = (drivers(bench, sequences), bench.trigger_lines, tuple(block.settings.values()))
                loads = (with_what, tuple(sequences.values()), trains, block.followers)
                if loads not in taken:
                    take(session, block, sequences)
                    taken.add(loads)
