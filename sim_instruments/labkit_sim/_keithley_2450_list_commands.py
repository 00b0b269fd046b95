"""Commands of a 2450 for configuration lists, source lists and the sweeps made of them."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from labkit.core import FloatArray
from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_buffer_commands import buffer_name
from labkit_sim._keithley_2450_core import Keithley2450Core
from labkit_sim._keithley_2450_lists import ConfigurationLists
from labkit_sim._keithley_2450_settings import SOURCE_RANGES, Quantity, Sense, SourceSetting
from labkit_sim._keithley_2450_templates import (
    SweepOptions,
    linear_levels,
    logarithmic_levels,
    stepped_levels,
    sweep_blocks,
    sweep_settings,
    there_and_back,
)
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

T = TypeVar("T", SourceSetting, Sense)
Lists = Callable[[Keithley2450Core], ConfigurationLists[T]]

_WORDS = {Quantity.VOLTAGE: "VOLTage", Quantity.CURRENT: "CURRent"}
_SI_UNITS = {Quantity.VOLTAGE: "V", Quantity.CURRENT: "A"}
_SHORT = {Quantity.VOLTAGE: "Volt", Quantity.CURRENT: "Curr"}
_MOST_COUNTS = 268_435_455
_SHORTEST_DELAY, _LONGEST_DELAY = 50e-6, 10e3


def _index(call: Call, place: int) -> int | None:
    return call.integer(place, 1, specs.CONFIGURATION_POINTS) if call.given(place) else None


def _list_commands(
    root: str, lists: Lists[T], active: Callable[[Keithley2450Core], T], put: Callable[[Keithley2450Core, T], None]
) -> tuple[Command, ...]:
    """Give the commands for one kind of configuration list."""

    def create(smu: Keithley2450Core, call: Call) -> Reply:
        name = call.string(0)
        if name in smu.source_lists or name in smu.sense_lists:
            raise ScpiError(-224, f"Illegal parameter value: configuration list {name} exists already")
        lists(smu).create(name)
        return None

    def store(smu: Keithley2450Core, call: Call) -> Reply:
        lists(smu).store(call.string(0), active(smu), _index(call, 1))
        return None

    def recall(smu: Keithley2450Core, call: Call) -> Reply:
        smu.check_idle()
        put(smu, lists(smu).recall(call.string(0), _index(call, 1) or 1))
        return None

    def delete(smu: Keithley2450Core, call: Call) -> Reply:
        smu.check_idle()
        lists(smu).delete(call.string(0), _index(call, 1))
        return None

    def size(smu: Keithley2450Core, call: Call) -> Reply:
        return str(lists(smu).size(call.string(0)))

    def look(smu: Keithley2450Core, call: Call) -> Reply:
        separator = call.string(2) if call.given(2) else ","
        return separator.join(_described(lists(smu).look(call.string(0), _index(call, 1) or 1)))

    def catalog(smu: Keithley2450Core, call: Call) -> Reply:
        return ",".join(lists(smu).names)

    return (
        event(f"{root}:CREate", create, (1, 1)),
        event(f"{root}:STORe", store, (1, 2)),
        event(f"{root}:RECall", recall, (1, 2)),
        event(f"{root}:DELete", delete, (1, 2)),
        Command(f"{root}:SIZE", query=size, query_arguments=(1, 1)),
        Command(f"{root}:QUERy", query=look, query_arguments=(1, 3)),
        Command(f"{root}:CATalog", query=catalog, query_arguments=(0, 0)),
    )


def _described(setting: SourceSetting | Sense) -> list[str]:
    """Write a stored setting, name and value of each part."""
    parts = asdict(setting.setting if isinstance(setting, Sense) else setting)
    return [f"{name}={value}" for name, value in parts.items()]


# Sweeps


def _setting(smu: Keithley2450Core, quantity: Quantity) -> SourceSetting:
    return smu.channel.source.of(quantity)


def _levels(call: Call, quantity: Quantity) -> FloatArray:
    if len(call) > specs.LIST_VALUES_A_COMMAND:
        raise ScpiError(-223)
    return call.numbers(0, _SI_UNITS[quantity])


def _list_values(quantity: Quantity) -> tuple[Command, ...]:
    """Give the commands for the list of a custom sweep."""
    name = f"{_SHORT[quantity]}CustomSweepList"
    root = f":SOURce[1]:LIST:{_WORDS[quantity]}"

    def settings(smu: Keithley2450Core, call: Call) -> list[SourceSetting]:
        smu.check_idle()
        levels = _levels(call, quantity)
        try:
            return [_setting(smu, quantity).with_level(level) for level in levels.tolist()]
        except ValueError:
            raise ScpiError(-222) from None

    def write(smu: Keithley2450Core, call: Call) -> Reply:
        smu.source_lists.replace(name, settings(smu, call))
        return None

    def append(smu: Keithley2450Core, call: Call) -> Reply:
        smu.source_lists.extend(name, settings(smu, call))
        return None

    def size(smu: Keithley2450Core) -> int:
        return smu.source_lists.size(name) if name in smu.source_lists else 0

    def query(smu: Keithley2450Core, call: Call) -> Reply:
        points = (smu.source_lists.look(name, index) for index in range(1, size(smu) + 1))
        return ",".join(smu.format.number(point.level) for point in points)

    def points(smu: Keithley2450Core, call: Call) -> Reply:
        return str(size(smu))

    most = specs.CONFIGURATION_POINTS
    return (
        Command(root, write, query, write_arguments=(1, most), query_arguments=(0, 0)),
        event(f"{root}:APPend", append, (1, most)),
        Command(f"{root}:POINts", query=points, query_arguments=(0, 0)),
    )


def _delay(call: Call, place: int, default: float) -> float:
    if not call.given(place):
        return default
    delay = call.number(place, "S", -1.0, _LONGEST_DELAY, default)
    if delay not in (-1.0, 0.0) and delay < _SHORTEST_DELAY:
        raise ScpiError(-222)
    return delay


def _options(call: Call, first: int, default_delay: float, abort: int, buffer: int) -> SweepOptions:
    """Read delay and count from `first` on, the abort on a limit and the buffer from their places."""
    return SweepOptions(
        delay=_delay(call, first, default_delay),
        count=call.integer(first + 1, 0, _MOST_COUNTS, 1) if call.given(first + 1) else 1,
        abort_on_limit=call.boolean(abort) if call.given(abort) else True,
        buffer=buffer_name(call, buffer),
    )


def _sweep(smu: Keithley2450Core, call: Call, quantity: Quantity, levels: FloatArray, name: str) -> None:
    """Make list and trigger model of a sweep whose parameters after the levels begin at the fourth."""
    smu.check_idle()
    options = _options(call, 3, -1.0, 6, 8)
    smu.buffers[options.buffer]
    ranging = call.choice(5, {"AUTO": "AUTO", "BEST": "BEST", "FIXed": "FIX"}) if call.given(5) else "BEST"
    if call.given(7) and call.boolean(7):
        levels = there_and_back(levels)
    settings = sweep_settings(_setting(smu, quantity), levels, ranging, options.delay == -1.0)
    smu.source_lists.replace(name, settings)
    smu.trigger_model.load(sweep_blocks(name, 1, len(settings), options))


def _sweep_commands(quantity: Quantity) -> tuple[Command, ...]:
    """Give the sweep commands of one source function."""
    root, unit, short = f":SOURce[1]:SWEep:{_WORDS[quantity]}", _SI_UNITS[quantity], _SHORT[quantity]
    largest = SOURCE_RANGES[quantity][-1].full_scale * specs.OVERRANGE

    def ends(call: Call) -> tuple[float, float]:
        return call.number(0, unit, -largest, largest), call.number(1, unit, -largest, largest)

    def points(call: Call) -> int:
        return call.integer(2, 2, specs.SWEEP_POINTS)

    def linear(smu: Keithley2450Core, call: Call) -> Reply:
        _sweep(smu, call, quantity, linear_levels(*ends(call), points(call)), f"{short}LinearSweepList")
        return None

    def stepped(smu: Keithley2450Core, call: Call) -> Reply:
        levels = stepped_levels(*ends(call), call.number(2, unit))
        _sweep(smu, call, quantity, levels, f"{short}LinearSweepList")
        return None

    def logarithmic(smu: Keithley2450Core, call: Call) -> Reply:
        asymptote = call.number(9, unit) if call.given(9) else 0.0
        levels = logarithmic_levels(*ends(call), points(call), asymptote)
        _sweep(smu, call, quantity, levels, f"{short}LogSweepList")
        return None

    def custom(smu: Keithley2450Core, call: Call) -> Reply:
        smu.check_idle()
        name = call.string(5) if call.given(5) else f"{short}CustomSweepList"
        size = smu.source_lists.size(name)
        first = call.integer(0, 1, max(size, 1)) if call.given(0) else 1
        options = _options(call, 1, 0.0, 3, 4)
        smu.buffers[options.buffer]
        smu.trigger_model.load(sweep_blocks(name, first, size - first + 1, options))
        return None

    return (
        event(f"{root}:LINear", linear, (3, 9)),
        event(f"{root}:LINear:STEP", stepped, (3, 9)),
        event(f"{root}:LOG", logarithmic, (3, 10)),
        event(f"{root}:LIST", custom, (1, 6)),
    )


def _put_source(smu: Keithley2450Core, setting: SourceSetting) -> None:
    smu.channel.change_source(smu.channel.source.recalled(setting))


def _put_sense(smu: Keithley2450Core, sense: Sense) -> None:
    smu.channel.sense = sense


LIST_COMMANDS = (
    *_list_commands(
        ":SOURce[1]:CONFiguration:LIST",
        lambda smu: smu.source_lists,
        lambda smu: smu.channel.source.setting,
        _put_source,
    ),
    *_list_commands(
        "[:SENSe[1]]:CONFiguration:LIST", lambda smu: smu.sense_lists, lambda smu: smu.channel.sense, _put_sense
    ),
    *_list_values(Quantity.VOLTAGE),
    *_list_values(Quantity.CURRENT),
    *_sweep_commands(Quantity.VOLTAGE),
    *_sweep_commands(Quantity.CURRENT),
)
