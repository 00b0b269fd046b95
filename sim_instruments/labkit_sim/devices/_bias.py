"""How the terminals of a three-terminal device are driven."""

from typing import NamedTuple

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._device import GROUND, OPEN, Stimulus


class Bias(NamedTuple):
    """How the terminals are driven: V, limits (A) and resistances (ohm) of the leads.

    `gate` and `drain` are against the source's own drive `source`; `gate` is what is left behind its lead.
    """

    gate: float
    drain: float
    source: float
    gate_limit: float
    drain_limit: float
    source_limit: float
    leads: tuple[float, float]


def bias_of(stimulus: Stimulus, gate_leakage: float) -> Bias:
    """Read the bias from the drives; an open gate is at the source's voltage, an open source at the drain's.

    `gate_leakage` (S) is from gate to source, and takes from the gate what its drive's resistance and limit leave.
    """
    source = stimulus.drives.get("source", GROUND)
    gate, drain = stimulus.drives.get("gate", OPEN), stimulus.drives.get("drain", OPEN)
    reference = source.voltage if source.limit > 0 or drain.limit == 0 else drain.voltage
    over_gate, leakage = gate.voltage - reference, gate_leakage
    if gate.limit == 0:
        over_gate = 0.0
    elif leakage:
        reach = gate.limit / leakage
        over_gate = max(-reach, min(reach, over_gate / (1 + gate.resistance * leakage)))
    return Bias(
        over_gate,
        drain.voltage - reference,
        reference,
        gate.limit,
        drain.limit,
        source.limit,
        (drain.resistance, source.resistance),
    )


def at_gate(bias: Bias, gate_leakage: float, source: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give voltage (V) and current (A) of the gate's terminal, where the source's is at `source` (V).

    It leaks to where the source is, which may be elsewhere than its drive says, and not beyond the gate's limit.
    """
    voltage = np.full(len(source), bias.source + bias.gate)
    leaking = gate_leakage * (voltage - source)
    current = np.asarray(np.clip(leaking, -bias.gate_limit, bias.gate_limit))
    limited = np.abs(leaking) > bias.gate_limit
    voltage[limited] = source[limited] + current[limited] / gate_leakage
    return voltage, current
