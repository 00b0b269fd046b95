"""Keysight 33522B and 33622A as PulseSources. Checked against simulated firmware, not on hardware."""

from dataclasses import replace

from labkit_drivers._keysight_33500_commands import Keysight33500Commands
from labkit_drivers._pulse_model import PulseModel
from labkit_drivers._pulse_open import generator_driver

KEYSIGHT_33522B_MODEL = PulseModel(
    name="33522B",
    peak=10.0,
    amplitude=(2e-3, 20.0),
    step=1e-4,
    gain=0.015,
    offset=5e-3,
    load=(1.0, 10e3),
    high_load=float("inf"),
    width=(16.0, 1e15),
    rest=16.0,
    period=(33.0, 1e15),
    edge=(8.4, 1000.0),
    edge_in_width=1.6,
    edge_in_rest=1.6,
    pulses=100_000_000,
    trigger_delay=135,
    source_document="Keysight 33500B data sheet 5991-0692; step and trigger delay unverified",
)
"""Accuracy of a level: 1 % of the offset and 1 % of the amplitude, 0.25 % of the amplitude as offset, 4 mV + 1 mV."""

KEYSIGHT_33622A_MODEL = replace(
    KEYSIGHT_33522B_MODEL,
    name="33622A",
    width=(5.0, 1e15),
    rest=5.0,
    period=(10.0, 1e15),
    edge=(2.9, 1000.0),
    source_document="Keysight 33600A data sheet 5991-3272; accuracy, step, times and trigger delay unverified",
)

_TITLE = "Keysight {} waveform generator, SCPI"
KEYSIGHT_33522B = generator_driver(KEYSIGHT_33522B_MODEL, _TITLE.format("33522B"), Keysight33500Commands)
KEYSIGHT_33622A = generator_driver(KEYSIGHT_33622A_MODEL, _TITLE.format("33622A"), Keysight33500Commands)
