"""A user's session on a virtual bench, with the world behind it in reach of the test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from labkit_sim import VirtualBench

from labkit.app import Prepared, Request, describe, open_session, plan_on, prepare
from labkit.core import Run, RunFinished, Subscriber
from labkit.engine import BenchSession, run_plan
from labkit.storage import RunWriter, read_run


@dataclass
class Session:
    """An open virtual bench with a prepared request."""

    prepared: Prepared
    session: BenchSession
    world: VirtualBench
    path: Path

    def run(self, subscribers: Sequence[Subscriber] = ()) -> RunFinished:
        plan = plan_on(self.session, self.prepared).require()
        description = describe(self.prepared, plan, self.session.capabilities)
        with RunWriter(self.path) as writer:
            return run_plan(self.session, plan, description, [writer, *subscribers])

    def read(self) -> Run:
        return read_run(self.path)


OpenSession = Callable[..., Session]


@pytest.fixture
def prepare_text(tmp_path: Path) -> Callable[[str, str], Prepared]:
    """Prepare a protocol given as text on a bench that comes with labkit."""

    def make(text: str, bench: str) -> Prepared:
        file = tmp_path / "protocol.yaml"
        file.write_text(text)
        return prepare(Request(str(file), bench, virtual=True))

    return make


@pytest.fixture
def open_text(prepare_text: Callable[[str, str], Prepared], tmp_path: Path) -> OpenSession:
    """Open a virtual bench for a protocol given as text."""

    def make(text: str, bench: str) -> Session:
        prepared = prepare_text(text, bench)
        session = open_session(prepared)
        world = session.virtual
        assert isinstance(world, VirtualBench)
        return Session(prepared, session, world, tmp_path / "run.h5")

    return make
