"""The table `status`: the status byte, the standard events, and the register sets of a TSP instrument."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit_sim.tsp._arguments import integer
from labkit_sim.tsp._nodes import Node, Value

if TYPE_CHECKING:
    from labkit_sim.tsp._instrument import TspInstrument

MEASUREMENT = 1
"""The bit of the status byte that TSP instruments have beside those of IEEE 488.2."""

CHANNEL_BITS = {
    "VOLTAGE_LIMIT": 1,
    "VLMT": 1,
    "CURRENT_LIMIT": 2,
    "ILMT": 2,
    "READING_OVERFLOW": 128,
    "ROF": 128,
    "BUFFER_AVAILABLE": 256,
    "BAV": 256,
}
"""Of the measurement register of one channel."""
MEASUREMENT_BITS = CHANNEL_BITS | {"INSTRUMENT_SUMMARY": 8192, "INST": 8192}
OPERATION_BITS = {
    "CALIBRATING": 1,
    "CAL": 1,
    "SWEEPING": 8,
    "SWE": 8,
    "MEASURING": 16,
    "MEAS": 16,
    "TRIGGER_OVERRUN": 1024,
    "TRGOVR": 1024,
    "REMOTE_SUMMARY": 2048,
    "REM": 2048,
    "USER": 4096,
    "INSTRUMENT_SUMMARY": 8192,
    "INST": 8192,
    "PROGRAM_RUNNING": 16384,
    "PROG": 16384,
}
QUESTIONABLE_BITS = {"CALIBRATION": 256, "CAL": 256, "UNSTABLE_OUTPUT": 512, "UO": 512, "OVER_TEMPERATURE": 4096}
_BYTE_BITS = {"MSB": 1, "SSB": 2, "EAV": 4, "QSB": 8, "MAV": 16, "ESB": 32, "MSS": 64, "OSB": 128}
_LONG_BYTE_BITS = {
    "MEASUREMENT_SUMMARY_BIT": 1,
    "SYSTEM_SUMMARY_BIT": 2,
    "ERROR_AVAILABLE": 4,
    "QUESTIONABLE_SUMMARY_BIT": 8,
    "MESSAGE_AVAILABLE": 16,
    "EVENT_SUMMARY_BIT": 32,
    "MASTER_SUMMARY_STATUS": 64,
    "OPERATION_SUMMARY_BIT": 128,
}
_STANDARD_BITS = {"OPC": 1, "QYE": 4, "DDE": 8, "EXE": 16, "CME": 32, "URQ": 64, "PON": 128}


def status_table(instrument: "TspInstrument") -> Node:
    """Give the table `status`."""
    node = Node()
    node.constants_from(_BYTE_BITS)
    node.constants_from(_LONG_BYTE_BITS)
    node.attribute("condition", instrument.status_byte)
    node.attribute("request_enable", lambda: instrument.request_enable, _masked(instrument.set_request_enable))
    node.setting("node_enable", 0, lambda value: integer(value, 0, 0xFFFF))
    node.function("reset", lambda *_: instrument.reset_status())
    standard = node.child("standard")
    standard.constants_from(_STANDARD_BITS)
    standard.attribute("condition", lambda: instrument.event_status)
    standard.attribute("event", instrument.take_event_status)
    standard.attribute("enable", lambda: instrument.event_enable, _masked(instrument.set_event_enable))
    node.child("measurement", instrument.measurement.node())
    node.child("operation", instrument.operation_set.node())
    node.child("questionable", instrument.questionable_set.node())
    return node


def _masked(write: Callable[[int], None]) -> Callable[[Value], None]:
    return lambda value: write(integer(value, 0, 255))
