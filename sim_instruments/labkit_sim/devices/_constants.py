"""The models' constants as plain tuples, the form in which compiled code takes them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from labkit.core import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

LARGEST_EXPONENT = 60.0
"""A rate beyond e^60 of its prefactor is as good as instantaneous; it keeps sums finite."""


class MemristorConstants(NamedTuple):
    """A memristive synapse under voltages of one polarity; `shares` (S), `losses` (1/s) one a population."""

    lowest: float
    shares: FloatArray
    losses: FloatArray
    efficiencies: FloatArray
    conduction_scale: float
    threshold: float
    rate: float
    scale: float


class MemristorConstantsArray(NamedTuple):
    """The same of many, along the first axis.

    `thresholds` (V), `rates` (1/s) and `scales` (V) have a second axis of two: under voltages above 0, and below.
    """

    lowest: FloatArray
    shares: FloatArray
    losses: FloatArray
    efficiencies: FloatArray
    conduction_scales: FloatArray
    thresholds: FloatArray
    rates: FloatArray
    scales: FloatArray


class Source(NamedTuple):
    """What drives a memristor, as magnitudes.

    `voltage` (V) stands across it while no current flows, and `drive` (V) would then be the current at 1 S; the source
    delivers at most `limit` (A) through `resistance` (ohm).
    """

    voltage: float
    drive: float
    limit: float
    resistance: float


class MemristorTrain(NamedTuple):
    """Constant stimuli one after another, an entry a segment.

    `voltages` (V, signed) are the sources', `drives` (V, signed) the currents at 1 S, `writes` polarities (0: below
    threshold), `speeds` (1/s) the rates r(V) for an efficiency of 1, `kept` (segments x populations) what a segment
    without a write leaves, `may_limit` tells whether the limit (A) could ever be reached, or a resistance (ohm) takes
    its part of the voltage, and `keep` whether the state at the end is to be kept.
    """

    durations: FloatArray
    voltages: FloatArray
    drives: FloatArray
    resistances: FloatArray
    limits: FloatArray
    writes: IntArray
    speeds: FloatArray
    kept: FloatArray
    may_limit: BoolArray
    keep: BoolArray


class MemristorTrainArray(NamedTuple):
    """Constant stimuli that many memristors see one after another, in their own ways.

    As MemristorTrain, with the memristors along the first axis of `drives`, `writes`, `speeds`, `kept`, `may_limit`.
    """

    durations: FloatArray
    voltages: FloatArray
    drives: FloatArray
    resistances: FloatArray
    limits: FloatArray
    writes: IntArray
    speeds: FloatArray
    kept: FloatArray
    may_limit: BoolArray
    keep: BoolArray


class PhototransistorTrain(NamedTuple):
    """Constant stimuli one after another, an entry a segment; traps along the second axis.

    Activations (1/s) and captures (V/s) are for an efficiency of 1; `kept` and `sensitisation_kept` are what a dark
    segment leaves.
    """

    durations: FloatArray
    lit: BoolArray
    activations: FloatArray
    captures: FloatArray
    emissions: FloatArray
    kept: FloatArray
    sensitisation_kept: FloatArray
    inverse_full_shifts: FloatArray
    gain: float
    sensitisation_loss: float
