"""Source commands of the 2400's dialect: output, function, level, range, ends of a sweep, delay."""

from collections.abc import Callable
from math import inf

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2400 import _models as specs
from labkit_sim._keithley_2400._core import Keithley2400Core
from labkit_sim._keithley_2400._settings import CURRENT, VOLTAGE, SourceFunction, holding_scale, source_ranges
from labkit_sim._keithley_2450_settings import Quantity
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

ROOT = ":SOURce[1]"
WORDS = {VOLTAGE: "VOLTage", CURRENT: "CURRent"}
UNITS = {VOLTAGE: "V", CURRENT: "A"}
_PROTECTIONS = (20.0, 40.0, 60.0, 80.0, 100.0, 120.0, 160.0, inf)
_OFF_MODES = {"NORMal": "NORM", "ZERO": "ZERO", "HIMPedance": "HIMP", "GUARd": "GUAR"}
_MODES = {"FIXed": "FIX", "SWEep": "SWE", "LIST": "LIST"}


def number(value: float) -> str:
    """Write a number as the dialect does."""
    return f"{value:.6E}"


def _largest(smu: Keithley2400Core, quantity: Quantity) -> float:
    return source_ranges(smu.MODEL, quantity)[-1] * specs.OVERRANGE


def _changed(smu: Keithley2400Core, quantity: Quantity) -> Reply:
    """Let the output follow when the function that changed is the active one."""
    if quantity is not smu.setup.active or not smu.channel.output:
        return None
    return smu.source_command(smu.setup.source.auto_range)


def _set_level(smu: Keithley2400Core, quantity: Quantity, level: float) -> None:
    source = smu.setup.sources[quantity]
    full_scale = holding_scale(smu.MODEL, quantity, level)
    if not source.auto_range and full_scale > source.full_scale:
        raise ScpiError(-222)
    smu.check_power(quantity, full_scale, smu.setup.limit_of(quantity))
    before = source.level
    source.level = source.triggered = level
    try:
        if quantity is smu.setup.active and smu.channel.output:
            smu.channel.check_interlock(smu.setup)
    except ScpiError:
        source.level = source.triggered = before
        raise
    if source.auto_range:
        source.full_scale = full_scale


def _level_command(quantity: Quantity) -> Command:
    def write(smu: Keithley2400Core, call: Call) -> Reply:
        largest = _largest(smu, quantity)
        _set_level(smu, quantity, call.number(0, UNITS[quantity], -largest, largest, 0.0))
        return _changed(smu, quantity)

    def query(smu: Keithley2400Core, call: Call) -> Reply:
        largest = _largest(smu, quantity)
        asked = call.extreme(-largest, largest, 0.0)
        return number(smu.setup.sources[quantity].level if asked is None else asked)

    return Command(f"{ROOT}:{WORDS[quantity]}[:LEVel][:IMMediate][:AMPLitude]", write, query)


def _numeric(
    quantity: Quantity,
    pattern: str,
    get: Callable[[SourceFunction], float],
    put: Callable[[SourceFunction, float], None],
) -> Command:
    """Make the command of a level that acts later: at a trigger, or as an end of a sweep."""

    def write(smu: Keithley2400Core, call: Call) -> Reply:
        largest = _largest(smu, quantity)
        put(smu.setup.sources[quantity], call.number(0, UNITS[quantity], -largest, largest, 0.0))
        return None

    def query(smu: Keithley2400Core, call: Call) -> Reply:
        largest = _largest(smu, quantity)
        asked = call.extreme(-largest, largest, 0.0)
        return number(get(smu.setup.sources[quantity]) if asked is None else asked)

    return Command(f"{ROOT}:{WORDS[quantity]}:{pattern}", write, query)


def _put_triggered(source: SourceFunction, value: float) -> None:
    source.triggered = value


def _put_start(source: SourceFunction, value: float) -> None:
    source.start = value


def _put_stop(source: SourceFunction, value: float) -> None:
    source.stop = value


def _put_step(source: SourceFunction, value: float) -> None:
    source.step = value


def _put_center(source: SourceFunction, value: float) -> None:
    half = (source.stop - source.start) / 2
    source.start, source.stop = value - half, value + half


def _put_span(source: SourceFunction, value: float) -> None:
    center = (source.stop + source.start) / 2
    source.start, source.stop = center - value / 2, center + value / 2


def _sweep_ends(quantity: Quantity) -> tuple[Command, ...]:
    return (
        _numeric(quantity, "TRIGgered[:AMPLitude]", lambda one: one.triggered, _put_triggered),
        _numeric(quantity, "STARt", lambda one: one.start, _put_start),
        _numeric(quantity, "STOP", lambda one: one.stop, _put_stop),
        _numeric(quantity, "STEP", lambda one: one.step, _put_step),
        _numeric(quantity, "CENTer", lambda one: (one.start + one.stop) / 2, _put_center),
        _numeric(quantity, "SPAN", lambda one: one.stop - one.start, _put_span),
    )


def _range_commands(quantity: Quantity) -> tuple[Command, ...]:
    def write(smu: Keithley2400Core, call: Call) -> Reply:
        source, scales = smu.setup.sources[quantity], source_ranges(smu.MODEL, quantity)
        word = call.text(0).upper()
        if word in ("UP", "DOWN"):
            place = scales.index(source.full_scale) + (1 if word == "UP" else -1)
            full_scale = scales[max(0, min(place, len(scales) - 1))]
        else:
            largest = _largest(smu, quantity)
            full_scale = holding_scale(
                smu.MODEL, quantity, call.number(0, UNITS[quantity], -largest, largest, scales[-2])
            )
        if abs(source.level) > full_scale * specs.OVERRANGE:
            raise ScpiError(-221)
        smu.check_power(quantity, full_scale, smu.setup.limit_of(quantity))
        source.full_scale, source.auto_range = full_scale, False
        return _changed(smu, quantity)

    def query(smu: Keithley2400Core, call: Call) -> Reply:
        largest = _largest(smu, quantity)
        asked = call.extreme(-largest, largest, 0.0)
        return number(smu.setup.sources[quantity].full_scale * specs.OVERRANGE if asked is None else asked)

    def set_auto(smu: Keithley2400Core, call: Call) -> Reply:
        source = smu.setup.sources[quantity]
        source.auto_range = call.boolean(0)
        if source.auto_range:
            source.full_scale = holding_scale(smu.MODEL, quantity, source.level)
        return _changed(smu, quantity)

    def get_auto(smu: Keithley2400Core, call: Call) -> Reply:
        return str(int(smu.setup.sources[quantity].auto_range))

    root = f"{ROOT}:{WORDS[quantity]}:RANGe"
    return Command(root, write, query), Command(f"{root}:AUTO", set_auto, get_auto, query_arguments=(0, 0))


def _mode_command(quantity: Quantity) -> Command:
    def write(smu: Keithley2400Core, call: Call) -> Reply:
        smu.setup.sources[quantity].mode = call.choice(0, _MODES)
        return None

    def query(smu: Keithley2400Core, call: Call) -> Reply:
        return smu.setup.sources[quantity].mode

    return Command(f"{ROOT}:{WORDS[quantity]}:MODE", write, query, query_arguments=(0, 0))


def _set_function(smu: Keithley2400Core, call: Call) -> Reply:
    words = {"VOLTage": VOLTAGE, "VOLTage:DC": VOLTAGE, "CURRent": CURRENT, "CURRent:DC": CURRENT}
    chosen: Quantity | None = call.choice(0, {**words, "MEMory": None})
    smu.memory_sweep = chosen is None
    if chosen is not None and chosen is not smu.setup.active:
        smu.setup.active = chosen
        smu.channel.put_on_wire()
    return None


def _get_function(smu: Keithley2400Core, call: Call) -> Reply:
    return "MEM" if smu.memory_sweep else str(smu.setup.active.value)


def _set_delay(smu: Keithley2400Core, call: Call) -> Reply:
    smu.setup.delay = call.number(0, "S", 0.0, specs.LONGEST_DELAY, 0.0)
    smu.setup.auto_delay = False
    return None


def _get_delay(smu: Keithley2400Core, call: Call) -> Reply:
    asked = call.extreme(0.0, specs.LONGEST_DELAY, 0.0)
    if asked is None:
        asked = smu.channel.delay() * 1e-9 if smu.setup.auto_delay else smu.setup.delay
    return number(asked)


def _set_auto_delay(smu: Keithley2400Core, call: Call) -> Reply:
    smu.setup.auto_delay = call.boolean(0)
    return None


def _get_auto_delay(smu: Keithley2400Core, call: Call) -> Reply:
    return str(int(smu.setup.auto_delay))


def _set_output(smu: Keithley2400Core, call: Call) -> Reply:
    smu.channel.set_output(call.boolean(0))
    return None


def _get_output(smu: Keithley2400Core, call: Call) -> Reply:
    return str(int(smu.channel.output))


def _set_off_mode(smu: Keithley2400Core, call: Call) -> Reply:
    smu.channel.off_mode = call.choice(0, _OFF_MODES)
    if not smu.channel.output:
        smu.channel.put_on_wire()
    return None


def _get_off_mode(smu: Keithley2400Core, call: Call) -> Reply:
    return smu.channel.off_mode


def _clear(smu: Keithley2400Core, call: Call) -> Reply:
    smu.channel.set_output(False)
    return None


def _set_auto_clear(smu: Keithley2400Core, call: Call) -> Reply:
    smu.auto_output_off = call.boolean(0)
    return None


def _get_auto_clear(smu: Keithley2400Core, call: Call) -> Reply:
    return str(int(smu.auto_output_off))


def _set_protection(smu: Keithley2400Core, call: Call) -> Reply:
    if call.text(0).upper() == "NONE":
        value = inf
    else:
        asked = abs(call.number(0, "V", -_largest(smu, VOLTAGE), _largest(smu, VOLTAGE)))
        value = next(found for found in _PROTECTIONS if asked <= found)
    smu.setup.protection = value
    smu.channel.put_on_wire()
    return None


def _get_protection(smu: Keithley2400Core, call: Call) -> Reply:
    return number(min(smu.setup.protection, _largest(smu, VOLTAGE)))


def _protection_tripped(smu: Keithley2400Core, call: Call) -> Reply:
    source = smu.setup.sources[VOLTAGE]
    return str(int(smu.setup.active is VOLTAGE and abs(source.level) > smu.setup.protection))


def _of_function(quantity: Quantity) -> tuple[Command, ...]:
    return (
        _level_command(quantity),
        *_sweep_ends(quantity),
        *_range_commands(quantity),
        _mode_command(quantity),
    )


SOURCE_COMMANDS = (
    *_of_function(VOLTAGE),
    *_of_function(CURRENT),
    Command(f"{ROOT}:FUNCtion[:MODE]", _set_function, _get_function, query_arguments=(0, 0)),
    Command(f"{ROOT}:DELay", _set_delay, _get_delay),
    Command(f"{ROOT}:DELay:AUTO", _set_auto_delay, _get_auto_delay, query_arguments=(0, 0)),
    event(f"{ROOT}:CLEar[:IMMediate]", _clear),
    Command(f"{ROOT}:CLEar:AUTO", _set_auto_clear, _get_auto_clear, query_arguments=(0, 0)),
    Command(f"{ROOT}:VOLTage:PROTection[:LEVel]", _set_protection, _get_protection, query_arguments=(0, 0)),
    Command(f"{ROOT}:VOLTage:PROTection:TRIPped", query=_protection_tripped, query_arguments=(0, 0)),
    Command(":OUTPut[1][:STATe]", _set_output, _get_output, query_arguments=(0, 0)),
    Command(":OUTPut[1]:SMODe", _set_off_mode, _get_off_mode, query_arguments=(0, 0)),
)
