"""Keysight 81160A as a PulseSource. Checked against simulated firmware, not on hardware.

Its smallest amplitude is 50 mV into 50 ohm, 0.1 V into a high resistance: pulses below that are refused, and while the
polarity changes an output may be off by as much for the time that a command takes.
"""

from labkit_drivers._keysight_81160a_commands import Keysight81160ACommands
from labkit_drivers._pulse_model import PulseModel
from labkit_drivers._pulse_open import generator_driver

KEYSIGHT_81160A_MODEL = PulseModel(
    name="81160A",
    peak=10.0,
    amplitude=(0.1, 10.0),
    step=1e-3,
    gain=0.02,
    offset=20e-3,
    load=(0.3, 1e6),
    high_load=1e6,
    width=(1.5, 1e15),
    rest=1.5,
    period=(3.03, 1e15),
    edge=(1.0, 1e12),
    edge_in_width=1.25,
    edge_in_rest=1.6,
    pulses=2_147_483_647,
    trigger_delay=310,
    source_document="Keysight 81160A data sheet; step, accuracy and trigger delay unverified",
)

KEYSIGHT_81160A = generator_driver(
    KEYSIGHT_81160A_MODEL, "Keysight 81160A pulse generator, SCPI", Keysight81160ACommands
)
