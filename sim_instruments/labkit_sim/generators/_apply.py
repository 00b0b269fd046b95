"""`APPLy`: function, frequency, amplitude and offset in one command, and the query that gives them back."""

from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call
from labkit_sim.generators._channel import GeneratorChannel
from labkit_sim.generators._instrument import WaveformGenerator, real
from labkit_sim.generators._source_commands import frequency_bounds

_UNTIMED = ("NOIS", "DC")
"""Functions without a frequency: what stands in its place is read and ignored."""


def apply_commands(node: str, functions: dict[str, str], amplitude: float) -> tuple[Command, ...]:
    """Give the APPLy commands under a node such as `[:SOURce<n>]:APPLy`.

    `functions` are keywords to function names, `amplitude` (V at 50 ohm) is what DEFault stands for.
    """
    commands = [_apply(f"{node}:{keyword}", function, amplitude) for keyword, function in functions.items()]

    def query(generator: WaveformGenerator, call: Call) -> Reply:
        channel = generator.channel(call)
        levels = channel.levels
        numbers = (
            1 / channel.timing.period,
            levels.amplitude_shown(channel.function),
            levels.shown(levels.offset),
        )
        return f'"{channel.function} {",".join(real(number) for number in numbers)}"'

    return (*commands, Command(node, query=query, query_arguments=(0, 0)))


def _apply(pattern: str, function: str, amplitude: float) -> Command:
    def write(generator: WaveformGenerator, call: Call) -> Reply:
        channel = generator.channel(call)
        channel.bursting, channel.source = False, "IMM"
        generator.select(channel, function)
        if call.given(0) and function not in _UNTIMED:
            low, high, default = frequency_bounds(channel)
            generator.tell(channel.timing.set_period(1 / generator.in_range(call, 0, "HZ", low, high, default)))
        _apply_levels(generator, channel, call, amplitude)
        channel.restart()
        channel.switch(True)
        return None

    return Command(pattern, write, write_arguments=(0, 3))


def _apply_levels(generator: WaveformGenerator, channel: GeneratorChannel, call: Call, amplitude: float) -> None:
    levels = channel.levels
    smallest, largest = levels.amplitude_bounds(channel.function)
    default = levels.in_unit(levels.shown(2 * amplitude), channel.function)
    wanted = call.number(1, "V", smallest, largest, default) if _is_word(call, 1) else None
    if wanted is None:
        wanted = call.number(1, "V") if call.given(1) else default
    most = levels.shown(channel.spec.peak)
    offset = call.number(2, "V", -most, most, 0.0) if _is_word(call, 2) else None
    if offset is None:
        offset = call.number(2, "V") if call.given(2) else 0.0
    levels.offset = 0.0
    generator.tell(levels.set_amplitude(wanted, channel.function))
    generator.tell(levels.set_offset(offset))


def _is_word(call: Call, index: int) -> bool:
    return call.given(index) and call.text(index)[0].isalpha()
