"""Run a Plan: arm, go through the blocks, and make the bench safe however it ends."""

import datetime
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

from labkit.core import (
    VISIT,
    LabkitError,
    PlanRefused,
    RunDescription,
    RunFinished,
    RunStarted,
    SourceMeterSetting,
    Subscriber,
    seconds,
)
from labkit.engine._expose import NOBODY, run_expose
from labkit.engine._followers import generator_behind
from labkit.engine._interrupt import RunAborted, aborting_on_signals, signals_held_off
from labkit.engine._plan import (
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
)
from labkit.engine._recorder import Recorder
from labkit.engine._relax import run_relax
from labkit.engine._remarks import blocks
from labkit.engine._routing import carried_terminals, run_route
from labkit.engine._session import BenchSession
from labkit.engine._state import Operator, RunState
from labkit.engine._stepped import run_hold, run_log_record, run_points, run_wait
from labkit.engine._tell import block_started
from labkit.engine._temperature import run_temperature
from labkit.engine._timed import run_timed
from labkit.protocol import DEVICE, LoopEnd


def _timestamp() -> str:
    return datetime.datetime.now(datetime.UTC).astimezone().isoformat(timespec="milliseconds")


@dataclass(slots=True)
class Runner:
    """Runs one Plan on an open bench and tells subscribers what happens."""

    session: BenchSession
    plan: Plan
    description: RunDescription
    subscribers: Sequence[Subscriber]
    operator: Operator | None = None

    def run(self) -> RunFinished:
        """Run to the end.

        Whatever happens, the bench is made safe and RunFinished told before this returns or raises; what an error
        interrupted is in the file up to there. Raises the error, RunAborted for Ctrl-C and SIGTERM.
        """
        self.plan.require()
        self._require_operator()
        clock = self.session.clock
        origin = clock.now()
        recorder = Recorder(self.description.vocabulary, self.subscribers, origin)
        stages = {name: stage for name, stage in self.session.stages.items() if name in self.plan.program.terminals}
        state = RunState(self.session, recorder, self.plan.estimates, due=origin, stages=stages, operator=self.operator)
        error: BaseException | None = None
        control = self.session.control
        try:
            with aborting_on_signals(), nullcontext() if control is None else control.armed():
                self._go(state)
        except BaseException as raised:
            error = raised
        finished = self._finish(state, origin, error)
        if error is not None:
            raise error
        return finished

    def _require_operator(self) -> None:
        """Refuse, before anything is on, a plan that needs hands where nobody answers."""
        exposures = [node for node in blocks(self.plan.nodes) if isinstance(node, ExposeBlock)]
        if exposures and self.operator is None and self.session.virtual is None:
            raise PlanRefused(
                f"the mask {exposures[0].mask} must be put before the array, and nobody can be asked", NOBODY
            )

    def _go(self, state: RunState) -> None:
        identities = self.session.identities()
        self._arm(state)
        state.recorder.tell(RunStarted(self.description, identities, _timestamp()))
        for remark in self.plan.remarks:
            state.recorder.warn(state.now(), remark)
        state.due = state.now()
        self._nodes(state, self.plan.nodes)
        state.warn_of_lateness()
        for role in self.session.roles.values():
            role.check_errors()

    def _arm(self, state: RunState) -> None:
        """Switch outputs on at 0 V, each only after its limits were read back."""
        routed = bool(self.plan.devices)
        for terminal in self._generators():
            # Behind a matrix an output goes on when its device is joined, and never before.
            if not routed or terminal not in carried_terminals(self.session.bench, self.plan.program.terminals):
                state.session.pulse_sources[terminal].enable_output()
        for terminal, setting in self._first_settings().items():
            state.configure(terminal, setting)
            if not routed:
                state.source_meter(terminal).enable_output()

    def _generators(self) -> list[str]:
        behind = [generator_behind(self.session.bench, name) for name in self.plan.program.terminals]
        return [name for name in dict.fromkeys(behind) if name]

    def _first_settings(self) -> dict[str, SourceMeterSetting]:
        settings: dict[str, SourceMeterSetting] = {}
        for node in blocks(self.plan.nodes):
            if isinstance(node, TimedBlock | LogRecordBlock):
                for terminal, setting in node.settings.items():
                    settings.setdefault(terminal, setting)
            elif isinstance(node, PointsBlock | RelaxBlock):
                settings.setdefault(node.terminal, node.setting)
            if isinstance(node, PointsBlock):
                for terminal, setting in node.sampled.items():
                    settings.setdefault(terminal, setting)
        for node in blocks(self.plan.nodes):
            if isinstance(node, HoldBlock):
                for terminal, setting in node.settings.items():
                    settings.setdefault(terminal, setting)
        return settings

    def _finish(self, state: RunState, origin: int, error: BaseException | None) -> RunFinished:
        with signals_held_off():
            unconfirmed = self.session.make_safe()
            occupied = seconds(self.session.clock.now()) - origin / 1e9
            outcome = "complete" if error is None else "aborted" if isinstance(error, RunAborted) else "failed"
            message = "" if error is None else error.message if isinstance(error, LabkitError) else repr(error)
            finished = RunFinished(outcome, message, _timestamp(), occupied, state.demanded / 1e9, unconfirmed)
            failures = self._tell_finished(finished)
        if failures and error is None:
            raise failures[0]
        return finished

    def _tell_finished(self, finished: RunFinished) -> list[Exception]:
        """Tell each subscriber, whatever the one before it did: the file must be closed even if the screen fails."""
        failures: list[Exception] = []
        for subscriber in self.subscribers:
            try:
                subscriber(finished)
            except Exception as failure:
                failures.append(failure)
        return failures

    def _nodes(self, state: RunState, nodes: Iterable[Node]) -> None:
        for node in nodes:
            self._node(state, node)

    def _node(self, state: RunState, node: Node) -> None:
        if isinstance(node, LoopBlock):
            self._loop(state, node)
        elif isinstance(node, UntilBlock):
            self._until(state, node)
        else:
            self._pause(state)
            state.recorder.tell(block_started(node))
            state.note_temperatures()
            self._block(state, node)
            state.progress(node.label)

    def _pause(self, state: RunState) -> None:
        """Hold where somebody asked for that; the file tells it, for the device lived through that time as well."""
        control = self.session.control
        if control is None:
            return
        control.check()
        if control.paused:
            begin = state.now()
            held = control.wait_while_paused()
            state.recorder.warn(begin, f"paused for {held:.1f} s at the levels that were there")
            state.due = state.now()

    def _block(self, state: RunState, node: Node) -> None:
        if isinstance(node, TimedBlock):
            run_timed(state, node)
        elif isinstance(node, WaitBlock):
            run_wait(state, node)
        elif isinstance(node, RelaxBlock):
            run_relax(state, node)
        elif isinstance(node, HoldBlock):
            run_hold(state, node)
        elif isinstance(node, PointsBlock):
            run_points(state, node)
        elif isinstance(node, LogRecordBlock):
            run_log_record(state, node)
        elif isinstance(node, TemperatureBlock):
            run_temperature(state, node)
        elif isinstance(node, RouteBlock):
            self._route(state, node)
        elif isinstance(node, ExposeBlock):
            run_expose(state, node)

    def _route(self, state: RunState, route: RouteBlock) -> None:
        run_route(state, route)
        state.context = {**state.context, DEVICE: (route.position, None)}

    def _loop(self, state: RunState, loop: LoopBlock) -> None:
        outside = state.context
        for k, position in enumerate(loop.positions):
            value = None if loop.values is None else loop.values[k]
            state.context = {**outside, loop.name: (position, value)}
            if loop.visits:
                state.context = {**state.context, VISIT: (loop.visits[k], None)}
            if loop.routes:
                self._node(state, loop.routes[k])
            self._nodes(state, loop.body(k))
            if loop.end is not None and _has_ended(state, loop.end):
                break
        state.context = outside

    def _until(self, state: RunState, until: UntilBlock) -> None:
        outside = state.context
        latest = state.latest_reads
        level = latest.get((until.terminal, until.reference), float("nan")) if until.reference else until.current
        for k in range(until.at_most):
            state.context = {**outside, until.name: (k, None)}
            self._nodes(state, until.body)
            current = latest.get((until.terminal, until.mark), float("nan"))
            if current >= level if until.rising else current <= level:
                break
        else:
            state.recorder.warn(
                state.now(),
                f"{until.name}: {until.mark} did not reach {level:g} A within {until.at_most} iterations",
                "raise `tries`, or choose a level that the device reaches",
            )
        state.context = outside


def _has_ended(state: RunState, end: LoopEnd) -> bool:
    """Tell whether the latest read that decides has crossed its level; one without a current has not."""
    current = state.latest_reads.get((end.terminal, end.mark), float("nan"))
    return current >= end.current if end.comparison == "at_least" else current <= end.current


def run_plan(
    session: BenchSession,
    plan: Plan,
    description: RunDescription,
    subscribers: Sequence[Subscriber],
    operator: Operator | None = None,
) -> RunFinished:
    """Run a Plan on an open bench, with someone to put masks in their places where it needs that; see Runner.run."""
    return Runner(session, plan, replace(description), subscribers, operator).run()
