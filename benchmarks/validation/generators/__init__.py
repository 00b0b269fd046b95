"""Synthetic runs with a known truth (metric standard, section 8): the one place where they are made.

Tests reach them through fixtures of the same name, validation cases directly. Every trace is truth, a gain and an
offset drawn once within the ammeter's specification, noise (white, AR(1) 0.9, 1/f) and quantisation.
"""

from benchmarks.validation.generators._activated import Activated, arrhenius
from benchmarks.validation.generators._films import FilmPulses, film, ohmic_child, poole_frenkel, schottky, trap_filling
from benchmarks.validation.generators._fresh_cells import CheckedCell, FreshCell
from benchmarks.validation.generators._irradiances import BentResponse, Colours, Irradiances
from benchmarks.validation.generators._kept import Kept
from benchmarks.validation.generators._lasting import LastingTrains
from benchmarks.validation.generators._lifetimes import Lifetimes, SwitchingRun
from benchmarks.validation.generators._loops import Memristor, loop_run, make_loops
from benchmarks.validation.generators._modulated import ChoppedLight, Modulation, SquareWave
from benchmarks.validation.generators._mosaics import Mosaic
from benchmarks.validation.generators._noise import Ammeter, Instrument, noise
from benchmarks.validation.generators._ordered_trains import OrderedTrains
from benchmarks.validation.generators._pairs import PulsePairs
from benchmarks.validation.generators._pictures import ExposedPixel, Pictures
from benchmarks.validation.generators._populations import Population, good_devices
from benchmarks.validation.generators._pulses import SinglePulses
from benchmarks.validation.generators._quiet import QuietDevice
from benchmarks.validation.generators._relearner import Relearner
from benchmarks.validation.generators._run import RunBuilder
from benchmarks.validation.generators._spike_pairs import SpikePairs
from benchmarks.validation.generators._steady_light import SteadyLight
from benchmarks.validation.generators._steps import SteppedPulses
from benchmarks.validation.generators._trains import PulseTrains
from benchmarks.validation.generators._transistors import SquareLaw, TransistorRun
from benchmarks.validation.generators._weight_runs import PulsedRun, ltp_ltd_run
from benchmarks.validation.generators._weights import Cycles, Drifting
from benchmarks.validation.generators._writes import Writes

__all__ = [
    "Activated",
    "Ammeter",
    "BentResponse",
    "CheckedCell",
    "ChoppedLight",
    "Colours",
    "Cycles",
    "Drifting",
    "ExposedPixel",
    "FilmPulses",
    "FreshCell",
    "Instrument",
    "Irradiances",
    "Kept",
    "LastingTrains",
    "Lifetimes",
    "Memristor",
    "Modulation",
    "Mosaic",
    "OrderedTrains",
    "Pictures",
    "Population",
    "PulsePairs",
    "PulseTrains",
    "PulsedRun",
    "QuietDevice",
    "Relearner",
    "RunBuilder",
    "SinglePulses",
    "SpikePairs",
    "SquareLaw",
    "SquareWave",
    "SteadyLight",
    "SteppedPulses",
    "SwitchingRun",
    "TransistorRun",
    "Writes",
    "arrhenius",
    "film",
    "good_devices",
    "loop_run",
    "ltp_ltd_run",
    "make_loops",
    "noise",
    "ohmic_child",
    "poole_frenkel",
    "schottky",
    "trap_filling",
]
