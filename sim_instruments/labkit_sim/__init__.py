"""Simulated instruments: firmware on the wire, coupled through one virtual world."""

from labkit_sim._clock import RealClock, VirtualClock
from labkit_sim._process import Line, Process, Sampling, Signal, Sink, Task, Until
from labkit_sim._world import World

__all__ = [
    "Line",
    "Process",
    "RealClock",
    "Sampling",
    "Signal",
    "Sink",
    "Task",
    "Until",
    "VirtualClock",
    "World",
]
