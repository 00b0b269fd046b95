"""Bursts, triggers, and the sync and trigger connectors of the 33500B and 33600A."""

from math import inf

from labkit_sim._errors import ScpiError
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call, matches
from labkit_sim.generators._channel import GeneratorChannel
from labkit_sim.generators._instrument import WaveformGenerator, real
from labkit_sim.generators._kept import kept_number
from labkit_sim.generators._levels import Told
from labkit_sim.generators._settings import Bounds, Effect, numeric, switch, words

_BURST = "[:SOURce<n>]:BURSt"


def _set_state(channel: GeneratorChannel, on: bool) -> Told:
    if on and channel.function == "DC":
        return [(-221, "Settings conflict; not able to burst dc, burst turned off")]
    channel.bursting = on
    return _fit_burst_period(channel)


def _fit_burst_period(channel: GeneratorChannel) -> Told:
    """Lengthen a burst period that the burst does not fit into (operating guide, BURSt:INTernal:PERiod)."""
    internal = channel.bursting and not channel.gated and channel.source == "IMM"
    if not internal or channel.count is None:
        return []
    shortest = channel.count * channel.timing.period + 1e-6
    if channel.burst_period >= shortest:
        return []
    channel.burst_period = min(shortest, channel.spec.burst_period[1])
    return [(-221, "Settings conflict; burst period increased to fit entire burst")]


def _set_mode(channel: GeneratorChannel, mode: str) -> None:
    channel.gated = mode == "GAT"


def _set_gate_polarity(channel: GeneratorChannel, polarity: str) -> None:
    channel.gate_inverted = polarity == "INV"


def _set_burst_period(channel: GeneratorChannel, period: float) -> Told:
    channel.burst_period = period
    return _fit_burst_period(channel)


def _set_phase(channel: GeneratorChannel, degrees: float) -> None:
    channel.burst_phase = degrees


def _set_cycles(generator: WaveformGenerator, call: Call) -> Reply:
    channel = generator.channel(call)
    fewest, most = channel.spec.cycles
    text = call.text(0)
    if text[0].isalpha() and matches("INFinity", text):
        channel.count = None
    else:
        channel.count = round(generator.in_range(call, 0, "", fewest, most, 1))
    generator.tell(_fit_burst_period(channel))
    channel.restart()
    return None


def _get_cycles(generator: WaveformGenerator, call: Call) -> Reply:
    channel = generator.channel(call)
    found = call.extreme(*channel.spec.cycles, 1)
    count = inf if channel.count is None else channel.count
    return real(min(count if found is None else found, 9.9e37))


def _burst_period_bounds(channel: GeneratorChannel) -> Bounds:
    return *channel.spec.burst_period, 10e-3


BURST_COMMANDS = (
    switch(f"{_BURST}:STATe", lambda channel: channel.bursting, _set_state, Effect.WAVEFORM),
    words(
        f"{_BURST}:MODE",
        {"TRIGgered": "TRIG", "GATed": "GAT"},
        lambda channel: "GAT" if channel.gated else "TRIG",
        _set_mode,
    ),
    Command(f"{_BURST}:NCYCles", _set_cycles, _get_cycles),
    numeric(
        f"{_BURST}:INTernal:PERiod",
        "S",
        _burst_period_bounds,
        lambda channel: channel.burst_period,
        _set_burst_period,
    ),
    numeric(
        f"{_BURST}:PHASe", "DEG", lambda channel: (-360.0, 360.0, 0.0), lambda channel: channel.burst_phase, _set_phase
    ),
    words(
        f"{_BURST}:GATE:POLarity",
        {"NORMal": "NORM", "INVerted": "INV"},
        lambda channel: "INV" if channel.gate_inverted else "NORM",
        _set_gate_polarity,
    ),
)


def _set_source(generator: WaveformGenerator, call: Call) -> Reply:
    channel = generator.channel(call)
    channel.source = call.choice(0, {"IMMediate": "IMM", "EXTernal": "EXT", "TIMer": "TIM", "BUS": "BUS"})
    generator.tell(_fit_burst_period(channel))
    channel.restart()
    generator.follow_gate(channel)
    return None


def _get_source(generator: WaveformGenerator, call: Call) -> Reply:
    return generator.channel(call).source


def _set_delay(channel: GeneratorChannel, delay: float) -> None:
    channel.delay = round(delay / 4e-9) * 4e-9


def _set_timer(channel: GeneratorChannel, period: float) -> None:
    channel.timer = period


def _set_slope(channel: GeneratorChannel, slope: str) -> None:
    channel.slope = slope


def _force(generator: WaveformGenerator, call: Call) -> Reply:
    if not generator.trigger_by_command(generator.channel(call)):
        raise ScpiError(-211)
    return None


TRIGGER_COMMANDS = (
    Command(":TRIGger<n>:SOURce", _set_source, _get_source, query_arguments=(0, 0)),
    numeric(":TRIGger<n>:DELay", "S", lambda channel: (0.0, 1000.0, 0.0), lambda channel: channel.delay, _set_delay),
    numeric(":TRIGger<n>:TIMer", "S", lambda channel: (1e-6, 8000.0, 1.0), lambda channel: channel.timer, _set_timer),
    kept_number(":TRIGger<n>:COUNt", "", 1.0, 1e6, 1.0),
    kept_number(":TRIGger<n>:LEVel", "V", 0.9, 3.8, 1.65),
    words(
        ":TRIGger<n>:SLOPe",
        {"POSitive": "POS", "NEGative": "NEG"},
        lambda channel: channel.slope,
        _set_slope,
        Effect.NONE,
    ),
    event(":TRIGger<n>[:IMMediate]", _force),
)
