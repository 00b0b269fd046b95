"""Arming and bursts of the 81160A: `ARM` says what starts, `TRIG:COUN` or `BURS` how many periods follow.

ARM:SOURce IMMediate is the continuous mode; with any other source one trigger (ARM:SENSe EDGE) starts TRIG:COUN
periods, or periods are made while the input is high (LEVel).
"""

from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call
from labkit_sim.generators._channel import GeneratorChannel
from labkit_sim.generators._instrument import WaveformGenerator
from labkit_sim.generators._settings import Bounds, numeric, switch, words

_SOURCES = {"IMM": "IMM", "INT2": "TIM", "EXT": "EXT", "MAN": "BUS"}
"""Arm source to what the channel calls it."""


def arm_of(channel: GeneratorChannel) -> str:
    """Give the arm source as a query does."""
    return next(arm for arm, source in _SOURCES.items() if source == channel.source)


def rearm(channel: GeneratorChannel) -> None:
    """Bring the channel's trigger in line with arm source and burst state."""
    channel.bursting = channel.source != "IMM" or channel.burst_state
    channel.count = channel.cycles if channel.burst_state else 1


def _set_source(generator: WaveformGenerator, call: Call) -> Reply:
    channel = generator.channel(call)
    arm = call.choice(0, {"IMMediate": "IMM", "INTernal2": "INT2", "INT2": "INT2", "EXTernal": "EXT", "MANual": "MAN"})
    channel.source = _SOURCES[arm]
    rearm(channel)
    channel.restart()
    generator.follow_gate(channel)
    return None


def _get_source(generator: WaveformGenerator, call: Call) -> Reply:
    return arm_of(generator.channel(call))


def _set_gated(channel: GeneratorChannel, sense: str) -> None:
    channel.gated = sense in ("LEV", "GAT")


def _set_count(generator: WaveformGenerator, call: Call) -> Reply:
    channel = generator.channel(call)
    channel.cycles = call.integer(0, *channel.spec.cycles, 1)
    channel.burst_state = channel.cycles > 1
    rearm(channel)
    channel.restart()
    return None


def _get_count(generator: WaveformGenerator, call: Call) -> Reply:
    channel = generator.channel(call)
    found = call.extreme(*channel.spec.cycles, 1)
    return str(round((channel.cycles if channel.burst_state else 1) if found is None else found))


def _set_cycles(generator: WaveformGenerator, call: Call) -> Reply:
    channel = generator.channel(call)
    channel.cycles = call.integer(0, 2, channel.spec.cycles[1], 2)
    rearm(channel)
    channel.restart()
    return None


def _get_cycles(generator: WaveformGenerator, call: Call) -> Reply:
    channel = generator.channel(call)
    found = call.extreme(2, channel.spec.cycles[1], 2)
    return str(round(max(2, channel.cycles) if found is None else found))


def _set_state(channel: GeneratorChannel, on: bool) -> None:
    channel.burst_state = on
    channel.cycles = max(2, channel.cycles) if on else channel.cycles
    rearm(channel)
    channel.restart()


def _set_period(channel: GeneratorChannel, period: float) -> None:
    channel.burst_period = channel.timer = period


def _period_bounds(channel: GeneratorChannel) -> Bounds:
    return *channel.spec.burst_period, 10e-3


def _set_delay(channel: GeneratorChannel, delay: float) -> None:
    channel.delay = delay


def _set_burst_phase(channel: GeneratorChannel, degrees: float) -> None:
    channel.burst_phase = degrees


def _set_slope(generator: WaveformGenerator, call: Call) -> Reply:
    slope = call.choice(0, {"POSitive": "POS", "NEGative": "NEG", "EITHer": "EITH"})
    for channel in generator.channels.values():
        channel.slope = slope
    return None


def _get_slope(generator: WaveformGenerator, call: Call) -> Reply:
    return generator.channels[1].slope


def _trigger(generator: WaveformGenerator, call: Call) -> Reply:
    generator.trigger()
    return None


_BURST = "[:SOURce[1]]:BURSt<n>"

TRIGGER_COMMANDS = (
    Command(":ARM:SOURce<n>", _set_source, _get_source, query_arguments=(0, 0)),
    words(
        ":ARM:SENSe<n>",
        {"EDGE": "EDGE", "LEVel": "LEV"},
        lambda channel: "LEV" if channel.gated else "EDGE",
        _set_gated,
    ),
    Command(":ARM:SLOPe", _set_slope, _get_slope, query_arguments=(0, 0)),
    numeric(":ARM:PERiod<n>", "S", _period_bounds, lambda channel: channel.timer, _set_period),
    Command(":TRIGger<n>:COUNt", _set_count, _get_count),
    event(":TRIGger[:IMMediate]", _trigger),
    switch(f"{_BURST}:STATe", lambda channel: channel.burst_state, _set_state),
    words(
        f"{_BURST}:MODE",
        {"TRIGgered": "TRIG", "GATed": "GAT"},
        lambda channel: "GAT" if channel.gated else "TRIG",
        _set_gated,
    ),
    Command(f"{_BURST}:NCYCles", _set_cycles, _get_cycles),
    numeric(f"{_BURST}:INTernal:PERiod", "S", _period_bounds, lambda channel: channel.burst_period, _set_period),
    numeric(
        f"{_BURST}:PHASe",
        "DEG",
        lambda channel: (-360.0, 360.0, 0.0),
        lambda channel: channel.burst_phase,
        _set_burst_phase,
    ),
    numeric(
        "[:SOURce[1]]:PULSe:DELay<n>",
        "S",
        lambda channel: (0.0, channel.spec.period[1], 0.0),
        lambda channel: channel.delay,
        _set_delay,
    ),
)
