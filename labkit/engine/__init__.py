"""The engine: lay a Program on a bench (Plan), run it, keep the bench safe."""

from typing import TYPE_CHECKING

from labkit.core import names_when_asked

if TYPE_CHECKING:
    from labkit.engine._control import RunControl
    from labkit.engine._explain import explain
    from labkit.engine._interrupt import RunAborted
    from labkit.engine._plan import (
        Estimates,
        Executor,
        ExposeBlock,
        HoldBlock,
        LogRecordBlock,
        LoopBlock,
        Node,
        Plan,
        PlannedTrain,
        PointsBlock,
        Refusal,
        RelaxBlock,
        RouteBlock,
        TemperatureBlock,
        TimedBlock,
        TrainPulse,
        UntilBlock,
        WaitBlock,
    )
    from labkit.engine._plan_course import plan_course
    from labkit.engine._planner import plan_program
    from labkit.engine._remarks import blocks
    from labkit.engine._rescue import Rescued, rescue
    from labkit.engine._routing import device_crosspoints
    from labkit.engine._runner import run_plan
    from labkit.engine._session import (
        BenchSession,
        described_capabilities,
        drivers_of,
        new_session,
        open_bench,
        open_instrument,
        open_virtual,
        opening_order,
    )
    from labkit.engine._state import Operator
    from labkit.engine._tell import executor_of
else:
    __getattr__ = names_when_asked(__name__, __file__)

__all__ = [
    "BenchSession",
    "Estimates",
    "Executor",
    "ExposeBlock",
    "HoldBlock",
    "LogRecordBlock",
    "LoopBlock",
    "Node",
    "Operator",
    "Plan",
    "PlannedTrain",
    "PointsBlock",
    "Refusal",
    "RelaxBlock",
    "Rescued",
    "RouteBlock",
    "RunAborted",
    "RunControl",
    "TemperatureBlock",
    "TimedBlock",
    "TrainPulse",
    "UntilBlock",
    "WaitBlock",
    "blocks",
    "described_capabilities",
    "device_crosspoints",
    "drivers_of",
    "executor_of",
    "explain",
    "new_session",
    "open_bench",
    "open_instrument",
    "open_virtual",
    "opening_order",
    "plan_course",
    "plan_program",
    "rescue",
    "run_plan",
]
