"""Keysight 81160A as a PulseSource. Checked against simulated firmware, not on hardware.

Its smallest amplitude is 50 mV into 50 ohm, 0.1 V into a high resistance: pulses below that are refused, and while the
polarity changes an output may be off by as much for the time that a command takes.
"""

from collections.abc import Mapping

from labkit.core import BenchTerminal, Clock, Connection, Driver
from labkit_drivers._keysight_81160a_commands import Keysight81160ACommands
from labkit_drivers._link import Link
from labkit_drivers._pulse_generator import PulseGeneratorChannel
from labkit_drivers._pulse_model import PulseModel
from labkit_drivers._pulse_open import open_generator

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


def _open(
    connection: Connection, terminals: Mapping[str, BenchTerminal], clock: Clock
) -> Mapping[str, PulseGeneratorChannel]:
    link = Link(connection)
    wire = Keysight81160ACommands(link, connection.name)
    return open_generator(connection, link, wire, KEYSIGHT_81160A_MODEL, terminals, clock)


KEYSIGHT_81160A = Driver(
    name=KEYSIGHT_81160A_MODEL.driver,
    title="Keysight 81160A pulse generator, SCPI",
    role="pulse source",
    models=("81160A",),
    open=_open,
    describe=lambda terminal, line_frequency: KEYSIGHT_81160A_MODEL.describe(terminal),
)
