"""What an instrument says of its state: error queue, status byte, standard events, request for service (IEEE 488.2)."""

from abc import ABC, abstractmethod

from labkit_sim._errors import MESSAGES, ErrorEntry, ErrorQueue, StatusRegister
from labkit_sim._process import Signal
from labkit_sim._world import World

ERROR_AVAILABLE, QUESTIONABLE, MESSAGE_AVAILABLE, EVENT_SUMMARY, REQUEST, OPERATION = 4, 8, 16, 32, 64, 128
"""Bits of the status byte."""

OPERATION_COMPLETE, QUERY_ERROR, DEVICE_ERROR, EXECUTION_ERROR, COMMAND_ERROR, POWER_ON = 1, 4, 8, 16, 32, 128
"""Bits of the standard event status register."""


class StatusReporting(ABC):
    """The status model of IEEE 488.2 chapter 11, with the error bit of SCPI-99."""

    def __init__(self, world: World, error_depth: int) -> None:
        self.world = world
        self.errors = ErrorQueue(error_depth)
        self.operation = StatusRegister(self._status_changed)
        self.questionable = StatusRegister(self._status_changed)
        self.service_requested = Signal()
        self._event_status = POWER_ON
        self._event_enable = 0
        self._request_enable = 0
        self._requesting = False
        self._summary_before = False

    @abstractmethod
    def output_ready(self) -> bool:
        """Tell whether an answer waits to be read."""

    def error(self, code: int, message: str = "") -> None:
        """Put an error into the queue and set its bit of the event status."""
        text = message or MESSAGES.get(code, "Device-specific error")
        self.errors.push(ErrorEntry(code, text, self.world.now))
        self._event_status |= _event_bit(code)
        self._status_changed()

    def event_happened(self, bit: int) -> None:
        """Set a bit of the standard event status."""
        self._event_status |= bit
        self._status_changed()

    def status_byte(self) -> int:
        """Give the status byte as `*STB?` does, with the master summary in bit 6."""
        byte = ERROR_AVAILABLE if len(self.errors) else 0
        byte |= QUESTIONABLE if self.questionable.summary else 0
        byte |= MESSAGE_AVAILABLE if self.output_ready() else 0
        byte |= EVENT_SUMMARY if self._event_status & self._event_enable else 0
        byte |= OPERATION if self.operation.summary else 0
        return byte | (REQUEST if byte & self._request_enable & ~REQUEST else 0)

    def _status_changed(self) -> None:
        if not self._request_enable:
            self._requesting = self._summary_before = False
            return
        summary = bool(self.status_byte() & REQUEST)
        if summary and not self._summary_before:
            self._requesting = True
            self.service_requested.fire()
        elif not summary:
            self._requesting = False
        self._summary_before = summary

    def serial_poll(self) -> int:
        """Give the status byte with its request bit, and clear the request."""
        byte = self.status_byte() & ~REQUEST | (REQUEST if self._requesting else 0)
        self._requesting = False
        return byte


def _event_bit(code: int) -> int:
    if -200 < code <= -100:
        return COMMAND_ERROR
    if -300 < code <= -200:
        return EXECUTION_ERROR
    if -500 < code <= -400:
        return QUERY_ERROR
    return DEVICE_ERROR
