"""Simulated instruments: firmware on the wire, coupled through one virtual world."""

from labkit_sim._bus import Bus, Monitor
from labkit_sim._clock import RealClock, VirtualClock
from labkit_sim._endpoint import Endpoint, Latency
from labkit_sim._errors import ErrorEntry, ScpiError
from labkit_sim._faults import FaultKind, FaultPlan, Faults
from labkit_sim._firmware import ATTACHMENTS, FIRMWARE
from labkit_sim._instrument import ScpiInstrument
from labkit_sim._nets import Lead
from labkit_sim._ports import Disturbance, ElectricalPort, ModulationPort, OpticalPort
from labkit_sim._process import Line, Process, Sampling, Signal, Sink, Task, Until
from labkit_sim._scpi import Command, CommandTable
from labkit_sim._scpi_data import Call, definite_block
from labkit_sim._station import AccuracyDraw, Station
from labkit_sim._switchboard import Contact, HotSwitch, Switchboard
from labkit_sim._thorlabs_dc2200 import ThorlabsDC2200
from labkit_sim._twin import PresetTwin, open_twin_model
from labkit_sim._virtual_bench import VirtualBench, open_virtual_bench, preset_descriptions
from labkit_sim._visa import VisaLibrary
from labkit_sim._wiring import wire
from labkit_sim._world import Conflict, World

__all__ = [
    "ATTACHMENTS",
    "FIRMWARE",
    "AccuracyDraw",
    "Bus",
    "Call",
    "Command",
    "CommandTable",
    "Conflict",
    "Contact",
    "Disturbance",
    "ElectricalPort",
    "Endpoint",
    "ErrorEntry",
    "FaultKind",
    "FaultPlan",
    "Faults",
    "HotSwitch",
    "Latency",
    "Lead",
    "Line",
    "ModulationPort",
    "Monitor",
    "OpticalPort",
    "PresetTwin",
    "Process",
    "RealClock",
    "Sampling",
    "ScpiError",
    "ScpiInstrument",
    "Signal",
    "Sink",
    "Station",
    "Switchboard",
    "Task",
    "ThorlabsDC2200",
    "Until",
    "VirtualBench",
    "VirtualClock",
    "VisaLibrary",
    "World",
    "definite_block",
    "open_twin_model",
    "open_virtual_bench",
    "preset_descriptions",
    "wire",
]
