"""The settings that both families have, under a header of its own each: levels, pulse, other shapes."""

from collections.abc import Callable
from math import inf

from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call
from labkit_sim.generators._channel import GeneratorChannel
from labkit_sim.generators._instrument import WaveformGenerator, real
from labkit_sim.generators._levels import Levels, Told
from labkit_sim.generators._settings import Bounds, Effect, numeric, switch, words


def _peak_bounds(channel: GeneratorChannel) -> Bounds:
    peak = channel.levels.shown(channel.spec.peak)
    return -peak, peak, 0.0


def _high_bounds(channel: GeneratorChannel) -> Bounds:
    low, high, _ = _peak_bounds(channel)
    return low + channel.levels.shown(channel.spec.amplitude[0]), high, channel.levels.shown(channel.levels.high)


def _low_bounds(channel: GeneratorChannel) -> Bounds:
    low, high, _ = _peak_bounds(channel)
    return low, high - channel.levels.shown(channel.spec.amplitude[0]), channel.levels.shown(channel.levels.low)


def _amplitude_bounds(channel: GeneratorChannel) -> Bounds:
    return *channel.levels.amplitude_bounds(channel.function), channel.levels.amplitude_shown(channel.function)


def _offset_bounds(channel: GeneratorChannel) -> Bounds:
    levels = channel.levels
    most = channel.spec.peak - (0.0 if levels.is_dc else levels.amplitude / 2)
    return -levels.shown(most), levels.shown(most), 0.0


def _set_amplitude(channel: GeneratorChannel, value: float) -> Told:
    return channel.levels.set_amplitude(value, channel.function)


def _voltage(
    pattern: str,
    bounds: Callable[[GeneratorChannel], Bounds],
    get: Callable[[Levels], float],
    put: Callable[[Levels, float], Told],
    effect: Effect = Effect.LEVEL,
) -> Command:
    """Give a setting that is kept as the voltage of the source and shown as the one at the stated load."""
    return numeric(
        pattern,
        "V",
        bounds,
        lambda channel: channel.levels.shown(get(channel.levels)),
        lambda channel, value: put(channel.levels, value),
        effect,
        absolute=False,
    )


def level_commands(node: str) -> tuple[Command, ...]:
    """Give amplitude, offset, levels and limits under a node such as `[:SOURce<n>]:VOLTage`."""
    immediate = f"{node}[:LEVel][:IMMediate]"
    return (
        numeric(
            f"{immediate}[:AMPLitude]",
            "V",
            _amplitude_bounds,
            lambda channel: channel.levels.amplitude_shown(channel.function),
            _set_amplitude,
            Effect.LEVEL,
            absolute=False,
        ),
        _voltage(f"{immediate}:OFFSet", _offset_bounds, lambda levels: levels.offset, Levels.set_offset),
        _voltage(f"{immediate}:HIGH", _high_bounds, lambda levels: levels.high, Levels.set_high),
        _voltage(f"{immediate}:LOW", _low_bounds, lambda levels: levels.low, Levels.set_low),
        *_limit_commands(f"{node}:LIMit"),
        words(
            f"{node}:UNIT",
            {"VPP": "VPP", "VRMS": "VRMS", "DBM": "DBM"},
            lambda channel: channel.levels.unit,
            lambda channel, unit: channel.levels.set_unit(unit),
            Effect.NONE,
        ),
    )


def _limit_commands(node: str) -> tuple[Command, ...]:
    none = Effect.NONE
    return (
        _voltage(f"{node}:HIGH", _peak_bounds, lambda levels: levels.limit_high, Levels.set_limit_high, none),
        _voltage(f"{node}:LOW", _peak_bounds, lambda levels: levels.limit_low, Levels.set_limit_low, none),
        switch(
            f"{node}:STATe",
            lambda channel: channel.levels.limited,
            lambda channel, enabled: channel.levels.enable_limits(enabled),
        ),
    )


# Times


def period_bounds(channel: GeneratorChannel) -> Bounds:
    """Give the shortest and longest period (s) of the present function."""
    return channel.timing.shortest_period, channel.spec.period[1], 1e-3


def frequency_bounds(channel: GeneratorChannel) -> Bounds:
    """Give the lowest and highest frequency (Hz) of the present function."""
    shortest, longest, default = period_bounds(channel)
    return 1 / longest, 1 / shortest, 1 / default


def set_period(channel: GeneratorChannel, period: float) -> Told:
    """Set the period; one beyond what the function can do is clipped."""
    return channel.timing.set_period(period)


def _set_frequency(channel: GeneratorChannel, frequency: float) -> Told:
    return channel.timing.set_period(1 / frequency if frequency > 0 else inf)


def frequency_command(pattern: str) -> Command:
    """Give the frequency (Hz) of the waveform."""
    return numeric(
        pattern, "HZ", frequency_bounds, lambda channel: 1 / channel.timing.period, _set_frequency, absolute=False
    )


def period_command(pattern: str) -> Command:
    """Give the period (s) of the waveform."""
    return numeric(pattern, "S", period_bounds, lambda channel: channel.timing.period, set_period, absolute=False)


def width_command(pattern: str) -> Command:
    """Give the width (s) of the pulse."""
    return numeric(
        pattern,
        "S",
        lambda channel: (channel.spec.width[0], channel.timing.period - channel.spec.width[0], 1e-4),
        lambda channel: channel.timing.width,
        lambda channel, value: channel.timing.set_width(value),
        absolute=False,
    )


def duty_command(pattern: str) -> Command:
    """Give the duty cycle (%) of the pulse."""
    return numeric(
        pattern,
        "PCT",
        lambda channel: (
            100 * channel.spec.width[0] / channel.timing.period,
            100 * (1 - channel.spec.width[0] / channel.timing.period),
            10.0,
        ),
        lambda channel: 100 * channel.timing.duty,
        lambda channel, value: channel.timing.set_width(value / 100 * channel.timing.period),
        absolute=False,
    )


def edge_commands(both: str, leading: str, trailing: str) -> tuple[Command, ...]:
    """Give the transition times (s): both, the leading and the trailing one."""

    def bounds(channel: GeneratorChannel) -> Bounds:
        return *channel.spec.edge, channel.spec.default_edge

    return (
        numeric(
            both,
            "S",
            bounds,
            lambda channel: channel.timing.lead,
            lambda channel, value: channel.timing.set_edges(value, value),
            absolute=False,
        ),
        numeric(
            leading,
            "S",
            bounds,
            lambda channel: channel.timing.lead,
            lambda channel, value: channel.timing.set_edges(value, channel.timing.trail),
            absolute=False,
        ),
        numeric(
            trailing,
            "S",
            bounds,
            lambda channel: channel.timing.trail,
            lambda channel, value: channel.timing.set_edges(channel.timing.lead, value),
            absolute=False,
        ),
    )


def _set_hold(channel: GeneratorChannel, held: str) -> None:
    channel.timing.holds_duty = held == "DCYC"


def hold_command(pattern: str) -> Command:
    """Choose what stays when the period changes: the width or the duty cycle."""
    return words(
        pattern,
        {"WIDTh": "WIDT", "DCYCle": "DCYC"},
        lambda channel: "DCYC" if channel.timing.holds_duty else "WIDT",
        _set_hold,
        Effect.NONE,
    )


def _set_square_duty(channel: GeneratorChannel, percent: float) -> None:
    channel.square_duty = percent / 100


def _set_symmetry(channel: GeneratorChannel, percent: float) -> None:
    channel.symmetry = percent / 100


def shape_commands(square_duty: str, symmetry: str) -> tuple[Command, ...]:
    """Give the duty cycle of the square wave (%) and the symmetry of the ramp (%)."""
    return (
        numeric(
            square_duty,
            "PCT",
            lambda channel: (0.01, 99.99, 50.0),
            lambda channel: 100 * channel.square_duty,
            _set_square_duty,
        ),
        numeric(
            symmetry, "PCT", lambda channel: (0.0, 100.0, 100.0), lambda channel: 100 * channel.symmetry, _set_symmetry
        ),
    )


def _set_polarity(channel: GeneratorChannel, polarity: str) -> None:
    channel.inverted = polarity == "INV"


def load_command(pattern: str) -> Command:
    """Give the load (ohm) that the numbers are meant for; infinite is 9.9E37."""

    def set_load(generator: WaveformGenerator, call: Call) -> Reply:
        channel = generator.channel(call)
        generator.tell(channel.levels.set_load(generator.load_of(call, channel.spec.load)))
        return None

    def get_load(generator: WaveformGenerator, call: Call) -> Reply:
        channel = generator.channel(call)
        found = call.extreme(*channel.spec.load, 50.0)
        return real(min(channel.levels.load if found is None else found, 9.9e37))

    return Command(pattern, set_load, get_load)


def output_commands() -> tuple[Command, ...]:
    """Give output relay, load and polarity, the same in both families."""
    return (
        switch(":OUTPut<n>[:STATe]", lambda channel: channel.output, lambda channel, on: channel.switch(on)),
        load_command(":OUTPut<n>:LOAD"),
        words(
            ":OUTPut<n>:POLarity",
            {"NORMal": "NORM", "INVerted": "INV"},
            lambda channel: "INV" if channel.inverted else "NORM",
            _set_polarity,
            Effect.LEVEL,
        ),
    )
