"""The step that brings the device to a temperature, once its parameters are put in."""

from labkit.protocol._context import Context, Place
from labkit.protocol._program import Temperature
from labkit.protocol._step_fields import TemperatureFields
from labkit.protocol._values import HEATING_RATE, TEMPERATURE

LARGEST_TOLERANCE = 10.0
"""A larger deviation (K) from a setpoint is taken for a temperature written where a difference belongs."""


def compile_temperature(fields: TemperatureFields, place: Place, context: Context) -> Temperature:
    """Compile a temperature to settle at."""
    inner = place.at("temperature")
    context.terminal(fields.terminal, inner.at("terminal"), "thermal", "a temperature")
    if place.recording is not None:
        context.tell(
            place, "a temperature inside a record; put the record behind it: nothing is sampled while it settles", True
        )
    within = context.positive(fields.within, TEMPERATURE, inner.at("within"))
    if within > LARGEST_TOLERANCE:
        context.tell(
            inner.at("within"), f'within: "{fields.within.written}" is no tolerance; write for example "0.2 K"'
        )
    dwell = context.time(fields.dwell, inner.at("dwell"), shortest=1)
    timeout = context.time(fields.timeout, inner.at("timeout"), shortest=1)
    if dwell > timeout:
        context.tell(inner.at("dwell"), "the dwell is longer than the timeout")
    rate = None if fields.rate is None else context.positive(fields.rate, HEATING_RATE, inner.at("rate"))
    setpoint = context.positive(fields.setpoint, TEMPERATURE, inner.at("setpoint"))
    return Temperature(fields.terminal, setpoint, within, dwell, timeout, rate, fields.mark, context.line(place))
