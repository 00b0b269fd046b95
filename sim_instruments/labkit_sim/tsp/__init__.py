"""TSP instruments: client scripts in a real Lua, over tables of commands that each model declares.

A model is a class over `TspInstrument`. Its `__init__` makes `Node`s and publishes them under global names:

    class Model(TspInstrument):
        IDENTITY, MODEL, REVISION, PRECISION = "Keithley ..., Model 1, {serial}, 1.0", "1", "1.0", 6

        def __init__(self, station: Station) -> None:
            super().__init__(station)
            relay = Node()
            relay.attribute("delay", lambda: self.delay, self.set_delay)  # print(relay.delay), relay.delay = 0.1
            relay.constant("OPEN", 0)
            relay.function("close", self.close)  # relay.close("1A01")
            relay.child("rule").setting("mode", 1, lambda value: choice(value, (0, 1, 2)))  # relay.rule.mode = 2
            self.interpreter.publish("relay", relay)

        def close(self, channels: Value = None, *_: Value) -> Process:
            names = text(channels)  # TspError -109 for nil, -104 for what is no string
            yield Until(Nanoseconds(self.world.now + 4_000_000))  # the script waits, the world goes on
            ...

`reset` is overridden to put settings back (call that of the base class too). What takes time is a generator that
yields what it waits for; overlapped work is begun with `self.begin_operation(process)`, for which `waitcomplete()`,
`*OPC?` and `*WAI` wait. A call may give nothing (None), a value, a tuple of values (`NIL` for an explicit nil), a list
(a table), or a `Node`. Errors are TspError (into the queue; the script goes on, the old value stays) and
TspRuntimeError (-286).

`TriggerSystem` has the tables `trigger` and `digio` (timers, blenders, digital lines), for a model that has them:
`triggers = TriggerSystem(station, self.interpreter)`, `self.publish("digio", triggers.digital_node())`; a model's own
events are made by `triggers.board.new()`. The status model has `self.measurement`, `self.operation_set` and
`self.questionable_set`; a model adds register sets below them (`RegisterSet.below`) and then publishes `status` anew
with `self.publish_status()`.
"""

from labkit_sim.tsp._arguments import choice, flag, integer, number, text
from labkit_sim.tsp._errors import TspError, TspRuntimeError
from labkit_sim.tsp._events import NO_EVENT, Detector, EventBoard, Stimulus
from labkit_sim.tsp._format import NumberFormat
from labkit_sim.tsp._instrument import TspInstrument
from labkit_sim.tsp._interpreter import Interpreter
from labkit_sim.tsp._nodes import NIL, Action, Node, Process, Setting, Value
from labkit_sim.tsp._registers import RegisterSet
from labkit_sim.tsp._status_table import CHANNEL_BITS
from labkit_sim.tsp._trigger_table import TriggerSystem

__all__ = [
    "CHANNEL_BITS",
    "NIL",
    "NO_EVENT",
    "Action",
    "Detector",
    "EventBoard",
    "Interpreter",
    "Node",
    "NumberFormat",
    "Process",
    "RegisterSet",
    "Setting",
    "Stimulus",
    "TriggerSystem",
    "TspError",
    "TspInstrument",
    "TspRuntimeError",
    "Value",
    "choice",
    "flag",
    "integer",
    "number",
    "text",
]
