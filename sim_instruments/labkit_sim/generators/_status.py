"""The status registers of the waveform generators, which no condition of theirs sets."""

from collections.abc import Callable

from labkit_sim._errors import StatusRegister
from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call
from labkit_sim.generators._instrument import WaveformGenerator

_LARGEST = 0x7FFF


def _register(word: str, of: Callable[[WaveformGenerator], StatusRegister]) -> tuple[Command, ...]:
    def take(generator: WaveformGenerator, call: Call) -> Reply:
        return f"{of(generator).take_event():+d}"

    def condition(generator: WaveformGenerator, call: Call) -> Reply:
        return f"{of(generator).condition:+d}"

    def enable(generator: WaveformGenerator, call: Call) -> Reply:
        of(generator).enable = call.integer(0, 0, _LARGEST)
        return None

    def enabled(generator: WaveformGenerator, call: Call) -> Reply:
        return f"{of(generator).enable:+d}"

    root = f":STATus:{word}"
    return (
        Command(f"{root}[:EVENt]", query=take, query_arguments=(0, 0)),
        Command(f"{root}:CONDition", query=condition, query_arguments=(0, 0)),
        Command(f"{root}:ENABle", enable, enabled, query_arguments=(0, 0)),
    )


STATUS_COMMANDS = (
    *_register("OPERation", lambda generator: generator.operation),
    *_register("QUEStionable", lambda generator: generator.questionable),
)
