"""Numbers of the simulated waveform generators.

From the data sheets and manuals: voltages, times, counts of the 33522B and the 81160A. Unverified: all of the 33622A
but its bandwidth, accuracy of 33622A and 81160A, the grain of levels, the delay from a trigger to the output, the
largest frequencies of ramps, the sizes of waveform memories.

All voltages are those of the source behind its 50 ohm (the open-circuit ones): into 50 ohm they are half as large.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

SOURCE_RESISTANCE = 50.0
"""Series resistance of every output (ohm), whatever the load setting is."""

TTL_HIGH, TTL_LOW = 2.0, 0.8
"""Levels of the trigger inputs (V)."""

LOGIC_LEVEL = 3.3
"""What sync and trigger outputs put out for true (V)."""

TRIGGER_OUT_WIDTH = 1_000
"""Length of a pulse at the trigger output (ns)."""


@dataclass(frozen=True, slots=True)
class GeneratorSpec:
    """One model. `largest_frequency` (Hz) is by function; times in s; `samples` per waveform, `sample_rate` in Sa/s.

    Accuracy: a level is off by up to `gain` of offset and of amplitude, by `offset_of_amplitude` of the amplitude, and
    by `amplitude_error` (V peak to peak) and `offset_error` (V).
    """

    model: str
    firmware: str
    peak: float
    amplitude: tuple[float, float]
    step: float
    load: tuple[float, float]
    gain: float
    offset_of_amplitude: float
    amplitude_error: float
    offset_error: float
    largest_frequency: Mapping[str, float]
    period: tuple[float, float]
    width: tuple[float, float]
    edge: tuple[float, float]
    default_edge: float
    edge_in_width: float
    edge_in_rest: float
    cycles: tuple[int, int]
    burst_period: tuple[float, float]
    trigger_delay: int
    dac_full_scale: int
    samples: tuple[int, int]
    sample_rate: tuple[float, float]


KEYSIGHT_33522B = GeneratorSpec(
    model="33522B",
    firmware="2.09-1.19-2.00-52-00",
    peak=10.0,
    amplitude=(2e-3, 20.0),
    step=1e-4,
    load=(1.0, 10e3),
    gain=0.01,
    offset_of_amplitude=0.0025,
    amplitude_error=2e-3,
    offset_error=4e-3,
    largest_frequency={"SIN": 30e6, "SQU": 30e6, "PULS": 1 / 33e-9, "RAMP": 200e3, "TRI": 200e3, "ARB": 250e6},
    period=(33e-9, 1e6),
    width=(16e-9, 1e6),
    edge=(8.4e-9, 1e-6),
    default_edge=10e-9,
    edge_in_width=1.6,
    edge_in_rest=1.6,
    cycles=(1, 100_000_000),
    burst_period=(1e-6, 8000.0),
    trigger_delay=135,
    dac_full_scale=32767,
    samples=(8, 1_000_000),
    sample_rate=(1e-6, 250e6),
)

KEYSIGHT_33622A = replace(
    KEYSIGHT_33522B,
    model="33622A",
    firmware="A.02.03-3.15-03-64-02",
    largest_frequency={"SIN": 120e6, "SQU": 100e6, "PULS": 100e6, "RAMP": 800e3, "TRI": 800e3, "ARB": 1e9},
    period=(10e-9, 1e6),
    width=(5e-9, 1e6),
    edge=(2.9e-9, 1e-6),
    default_edge=4e-9,
    samples=(32, 4_000_000),
    sample_rate=(1e-6, 1e9),
)

KEYSIGHT_81160A = GeneratorSpec(
    model="81160A",
    firmware="1.0.3.0-2.6",
    peak=10.0,
    amplitude=(0.1, 10.0),
    step=1e-3,
    load=(0.3, 1e6),
    gain=0.015,
    offset_of_amplitude=0.0,
    amplitude_error=20e-3,
    offset_error=10e-3,
    largest_frequency={"SIN": 500e6, "SQU": 330e6, "PULS": 1 / 3.03e-9, "RAMP": 20e6, "USER": 330e6},
    period=(3.03e-9, 1e6),
    width=(1.5e-9, 1e6),
    edge=(1e-9, 1000.0),
    default_edge=1e-9,
    edge_in_width=1.25,
    edge_in_rest=1.6,
    cycles=(1, 2_147_483_647),
    burst_period=(3.03e-9, 1e6),
    trigger_delay=310,
    dac_full_scale=8191,
    samples=(2, 262_144),
    sample_rate=(1e-6, 2.5e9),
)
