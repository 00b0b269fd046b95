"""Simulated devices: the contract with the world, models with computable truth, and presets.

A preset is a model with parameters. It lets the whole chain from firmware to metric be checked against a known truth;
it is never a claim to have reproduced a device, whatever publication its values are near to.
"""

from labkit_sim.devices._absorber import Absorber, SpectralPoint
from labkit_sim.devices._ageing import (
    Aged,
    Ageing,
    FieldAttack,
    LightAttack,
    Remedy,
    ThermalAttack,
    WaterAttack,
)
from labkit_sim.devices._area import of_area
from labkit_sim.devices._cell_parameters import SwitchingCellParameters
from labkit_sim.devices._cell_parts import (
    BarrierLowering,
    Forming,
    Hopping,
    Illumination,
    Leakage,
    Path,
    Selector,
    SelectorBranch,
)
from labkit_sim.devices._channel import ChannelParameters
from labkit_sim.devices._charge import Acting, Charge
from labkit_sim.devices._defect import OPEN_CIRCUIT, SHORT, Defect
from labkit_sim.devices._device import GROUND, NITROGEN, OPEN, ROOM_TEMPERATURE, Air, Device, Drive, Stimulus, Trace
from labkit_sim.devices._efficiency import EventEfficiency, HasEfficiency
from labkit_sim.devices._ferroelectric import Ferroelectric, PhotoPoling
from labkit_sim.devices._film import Film, FilmParameters
from labkit_sim.devices._floating_gate import FloatingGate, PhotoCharging
from labkit_sim.devices._ions import IonDrift
from labkit_sim.devices._memristor import Memristor, MemristorParameters, Population, Switching
from labkit_sim.devices._memristor_array import MemristorArray
from labkit_sim.devices._mirrored import Mirrored, turned
from labkit_sim.devices._phototransistor import Phototransistor, PhototransistorParameters
from labkit_sim.devices._presets import (
    FilmPreset,
    MemristorPreset,
    PhototransistorPreset,
    Preset,
    ResistorCapacitorPreset,
    ResistorPreset,
    SecondOrderPreset,
    SwitchingCellPreset,
    TransistorPreset,
    load_preset,
    preset_names,
    published_names,
    read_preset,
)
from labkit_sim.devices._published import Experiment, Published, PublishedNumber
from labkit_sim.devices._second_order import Priming, SecondOrderMemristor, SecondOrderParameters
from labkit_sim.devices._segments import Segment
from labkit_sim.devices._simple import Photoconductor, Resistor, ResistorCapacitor
from labkit_sim.devices._switching_cell import SwitchingCell
from labkit_sim.devices._train import Train, follow, simulate_train, states_current
from labkit_sim.devices._transistor import Transistor
from labkit_sim.devices._transistor_parameters import GatedContact, TransistorParameters
from labkit_sim.devices._trap_layer import TrapLayer
from labkit_sim.devices._traps import Sensitisation, Trap
from labkit_sim.devices._truth_cell import CellTruth
from labkit_sim.devices._truth_memristor import MemristorTruth, WeightProtocol, WeightTruth
from labkit_sim.devices._truth_phototransistor import (
    Exponential,
    LightPulse,
    PairedPulse,
    PhototransistorTruth,
    ReadBias,
)
from labkit_sim.devices._truth_sweep import Lobe, SweepProtocol, SweepTruth, mean_over_loops, sweep_truth
from labkit_sim.devices._truth_synaptic import GatePulse, SynapticTruth, UpdateProtocol
from labkit_sim.devices._truth_transistor import TransistorTruth
from labkit_sim.devices._truth_update import UpdateTruth, nonlinearity_label
from labkit_sim.devices._tunnelling import Barrier, Tunnelling
from labkit_sim.devices._wear import Endurance, Wear

__all__ = [
    "GROUND",
    "NITROGEN",
    "OPEN",
    "OPEN_CIRCUIT",
    "ROOM_TEMPERATURE",
    "SHORT",
    "Absorber",
    "Acting",
    "Aged",
    "Ageing",
    "Air",
    "Barrier",
    "BarrierLowering",
    "CellTruth",
    "ChannelParameters",
    "Charge",
    "Defect",
    "Device",
    "Drive",
    "Endurance",
    "EventEfficiency",
    "Experiment",
    "Exponential",
    "Ferroelectric",
    "FieldAttack",
    "Film",
    "FilmParameters",
    "FilmPreset",
    "FloatingGate",
    "Forming",
    "GatePulse",
    "GatedContact",
    "HasEfficiency",
    "Hopping",
    "Illumination",
    "IonDrift",
    "Leakage",
    "LightAttack",
    "LightPulse",
    "Lobe",
    "Memristor",
    "MemristorArray",
    "MemristorParameters",
    "MemristorPreset",
    "MemristorTruth",
    "Mirrored",
    "PairedPulse",
    "Path",
    "PhotoCharging",
    "PhotoPoling",
    "Photoconductor",
    "Phototransistor",
    "PhototransistorParameters",
    "PhototransistorPreset",
    "PhototransistorTruth",
    "Population",
    "Preset",
    "Priming",
    "Published",
    "PublishedNumber",
    "ReadBias",
    "Remedy",
    "Resistor",
    "ResistorCapacitor",
    "ResistorCapacitorPreset",
    "ResistorPreset",
    "SecondOrderMemristor",
    "SecondOrderParameters",
    "SecondOrderPreset",
    "Segment",
    "Selector",
    "SelectorBranch",
    "Sensitisation",
    "SpectralPoint",
    "Stimulus",
    "SweepProtocol",
    "SweepTruth",
    "Switching",
    "SwitchingCell",
    "SwitchingCellParameters",
    "SwitchingCellPreset",
    "SynapticTruth",
    "ThermalAttack",
    "Trace",
    "Train",
    "Transistor",
    "TransistorParameters",
    "TransistorPreset",
    "TransistorTruth",
    "Trap",
    "TrapLayer",
    "Tunnelling",
    "UpdateProtocol",
    "UpdateTruth",
    "WaterAttack",
    "Wear",
    "WeightProtocol",
    "WeightTruth",
    "follow",
    "load_preset",
    "mean_over_loops",
    "nonlinearity_label",
    "of_area",
    "preset_names",
    "published_names",
    "read_preset",
    "simulate_train",
    "states_current",
    "sweep_truth",
    "turned",
]
