"""Commands of the 2400's dialect for sweeps, source lists and the source memory."""

from collections.abc import Callable

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2400 import _models as specs
from labkit_sim._keithley_2400._core import Keithley2400Core
from labkit_sim._keithley_2400._settings import CURRENT, VOLTAGE, holding_scale
from labkit_sim._keithley_2400._source_commands import ROOT, UNITS, WORDS
from labkit_sim._keithley_2450_settings import Quantity
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call


def _list_commands(quantity: Quantity) -> tuple[Command, ...]:
    def values_of(smu: Keithley2400Core, call: Call, there: int) -> list[float]:
        if len(call) > specs.VALUES_A_COMMAND or there + len(call) > specs.BUFFER:
            raise ScpiError(-223)
        values = [float(value) for value in call.numbers(unit=UNITS[quantity])]
        for value in values:
            holding_scale(smu.MODEL, quantity, value)
        return values

    def write(smu: Keithley2400Core, call: Call) -> Reply:
        source = smu.setup.sources[quantity]
        source.values = values_of(smu, call, 0)
        source.first_value = 1
        return None

    def append(smu: Keithley2400Core, call: Call) -> Reply:
        source = smu.setup.sources[quantity]
        source.values = source.values + values_of(smu, call, len(source.values))
        return None

    def query(smu: Keithley2400Core, call: Call) -> Reply:
        return ",".join(f"{value:+.6E}" for value in smu.setup.sources[quantity].values)

    def points(smu: Keithley2400Core, call: Call) -> Reply:
        return str(len(smu.setup.sources[quantity].values))

    def set_first(smu: Keithley2400Core, call: Call) -> Reply:
        source = smu.setup.sources[quantity]
        source.first_value = call.integer(0, 1, len(source.values), 1)
        return None

    def get_first(smu: Keithley2400Core, call: Call) -> Reply:
        return str(smu.setup.sources[quantity].first_value)

    root = f"{ROOT}:LIST:{WORDS[quantity]}"
    return (
        Command(root, write, query, write_arguments=(1, 10_000), query_arguments=(0, 0)),
        event(f"{root}:APPend", append, (1, 10_000)),
        Command(f"{root}:POINts", query=points, query_arguments=(0, 0)),
        Command(f"{root}:STARt", set_first, get_first),
    )


def _sweep_word(name: str, words: dict[str, str], get: Callable[[Keithley2400Core], str]) -> Command:
    def write(smu: Keithley2400Core, call: Call) -> Reply:
        word = call.choice(0, words)
        sweep = smu.sweep
        if name == "SPACing":
            sweep.spacing = word
        elif name == "DIRection":
            sweep.direction = word
        elif name == "RANGing":
            sweep.ranging = word
        else:
            sweep.abort = word
        return None

    return Command(f"{ROOT}:SWEep:{name}", write, lambda smu, call: get(smu), query_arguments=(0, 0))


def _set_points(smu: Keithley2400Core, call: Call) -> Reply:
    smu.sweep.points = call.integer(0, 2, specs.BUFFER, specs.BUFFER)
    for source in smu.setup.sources.values():
        source.step = 0.0
    return None


def _get_points(smu: Keithley2400Core, call: Call) -> Reply:
    return str(smu.sweep.points)


def _save(smu: Keithley2400Core, call: Call) -> Reply:
    smu.memory[call.integer(0, 1, specs.MEMORY_LOCATIONS)] = smu.setup.copy()
    return None


def _recall(smu: Keithley2400Core, call: Call) -> Reply:
    found = smu.memory.get(call.integer(0, 1, specs.MEMORY_LOCATIONS))
    if found is not None:
        smu.channel.setup = found.copy()
        smu.channel.put_on_wire()
    return None


def _set_memory_points(smu: Keithley2400Core, call: Call) -> Reply:
    smu.memory_points = call.integer(0, 1, specs.MEMORY_LOCATIONS, 1)
    return None


def _set_memory_start(smu: Keithley2400Core, call: Call) -> Reply:
    smu.memory_start = call.integer(0, 1, specs.MEMORY_LOCATIONS, 1)
    return None


SWEEP_COMMANDS = (
    *_list_commands(VOLTAGE),
    *_list_commands(CURRENT),
    _sweep_word("SPACing", {"LINear": "LIN", "LOGarithmic": "LOG"}, lambda smu: smu.sweep.spacing),
    _sweep_word("DIRection", {"UP": "UP", "DOWN": "DOWN"}, lambda smu: smu.sweep.direction),
    _sweep_word("RANGing", {"BEST": "BEST", "AUTO": "AUTO", "FIXed": "FIX"}, lambda smu: smu.sweep.ranging),
    _sweep_word("CABort", {"NEVer": "NEV", "EARLy": "EARL", "LATE": "LATE"}, lambda smu: smu.sweep.abort),
    Command(f"{ROOT}:SWEep:POINts", _set_points, _get_points, query_arguments=(0, 0)),
    event(f"{ROOT}:MEMory:SAVE", _save, (1, 1)),
    event(f"{ROOT}:MEMory:RECall", _recall, (1, 1)),
    Command(f"{ROOT}:MEMory:POINts", _set_memory_points, lambda smu, call: str(smu.memory_points)),
    Command(f"{ROOT}:MEMory:STARt", _set_memory_start, lambda smu, call: str(smu.memory_start)),
)
