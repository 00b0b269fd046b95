"""Commands of the 2400's dialect that take readings, set up the trigger model, and use the data store."""

from collections.abc import Callable, Generator
from math import inf

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2400 import _models as specs
from labkit_sim._keithley_2400._core import BUFFER_AVAILABLE, BUFFER_FULL, Keithley2400Core
from labkit_sim._keithley_2400._sense_commands import function_named
from labkit_sim._keithley_2400._source_commands import number
from labkit_sim._keithley_2400._store import ELEMENTS, statistics
from labkit_sim._keithley_2400._trigger import Layer
from labkit_sim._keithley_2450_settings import Quantity
from labkit_sim._process import Wish
from labkit_sim._scpi import Answer, Command, Reply, event
from labkit_sim._scpi_data import Call, matches

_ARM_SOURCES = {
    "IMMediate": "IMM",
    "TLINk": "TLIN",
    "TIMer": "TIM",
    "MANual": "MAN",
    "BUS": "BUS",
    "NSTest": "NST",
    "PSTest": "PST",
    "BSTest": "BST",
}
_TRIGGER_SOURCES = {"IMMediate": "IMM", "TLINk": "TLIN"}
_ARM_OUTPUTS = {"TENTer": "TENT", "TEXit": "TEX", "NONE": ""}
_CYCLE_EVENTS = {"SOURce": "SOUR", "DELay": "DEL", "SENSe": "SENS", "NONE": ""}
_ELEMENT_WORDS = {"VOLTage": "VOLT", "CURRent": "CURR", "RESistance": "RES", "TIME": "TIME", "STATus": "STAT"}
_STATISTICS = {"MEAN": "MEAN", "SDEViation": "SDEV", "MAXimum": "MAX", "MINimum": "MIN", "PKPK": "PKPK"}


def _arm(smu: Keithley2400Core) -> Layer:
    return smu.trigger_model.arm


def _trigger(smu: Keithley2400Core) -> Layer:
    return smu.trigger_model.trigger


def _layer_commands(
    root: str, layer: Callable[[Keithley2400Core], Layer], sources: dict[str, str], outputs: dict[str, str]
) -> tuple[Command, ...]:
    """Make the commands that both layers have."""

    def set_count(smu: Keithley2400Core, call: Call) -> Reply:
        endless = root.startswith(":ARM") and matches("INFinite", call.text(0))
        count = inf if endless else call.integer(0, 1, specs.BUFFER, 1)
        other = _trigger(smu).count if layer(smu) is _arm(smu) else _arm(smu).count
        if inf not in (count, other) and count * other > specs.BUFFER:
            raise ScpiError(-221)
        layer(smu).count = count
        return None

    def get_count(smu: Keithley2400Core, call: Call) -> Reply:
        count = layer(smu).count
        return "+9.900000E+37" if count == inf else str(int(count))

    def set_source(smu: Keithley2400Core, call: Call) -> Reply:
        layer(smu).source = call.choice(0, sources)
        return None

    def set_input(smu: Keithley2400Core, call: Call) -> Reply:
        layer(smu).input_line = call.integer(0, 1, specs.TRIGGER_LINES)
        return None

    def set_output(smu: Keithley2400Core, call: Call) -> Reply:
        layer(smu).output_line = call.integer(0, 1, specs.TRIGGER_LINES)
        smu.trigger_model.link.rest(layer(smu).output_line)
        return None

    def set_events(smu: Keithley2400Core, call: Call) -> Reply:
        layer(smu).outputs = {word for index in range(len(call)) if (word := call.choice(index, outputs))}
        return None

    def get_events(smu: Keithley2400Core, call: Call) -> Reply:
        return ",".join(sorted(layer(smu).outputs)) or "NONE"

    def set_bypass(smu: Keithley2400Core, call: Call) -> Reply:
        layer(smu).bypass = call.choice(0, {"SOURce": True, "ACCeptor": False})
        return None

    lines = f"{root}[:TCONfigure][:ASYNchronous]"
    return (
        Command(f"{root}:COUNt", set_count, get_count),
        Command(f"{root}:SOURce", set_source, lambda smu, call: layer(smu).source),
        Command(f"{lines}:ILINe", set_input, lambda smu, call: str(layer(smu).input_line)),
        Command(f"{lines}:OLINe", set_output, lambda smu, call: str(layer(smu).output_line)),
        Command(f"{lines}:OUTPut", set_events, get_events, write_arguments=(1, 3)),
        Command(f"{root}[:TCONfigure]:DIRection", set_bypass, lambda smu, call: "SOUR" if layer(smu).bypass else "ACC"),
    )


def _set_timer(smu: Keithley2400Core, call: Call) -> Reply:
    smu.trigger_model.timer = call.number(0, "S", 0.001, 99999.99, 0.1)
    return None


def _set_delay(smu: Keithley2400Core, call: Call) -> Reply:
    smu.trigger_model.delay = call.number(0, "S", 0.0, specs.LONGEST_DELAY, 0.0)
    return None


def _set_inputs(smu: Keithley2400Core, call: Call) -> Reply:
    smu.trigger_model.inputs = {word for index in range(len(call)) if (word := call.choice(index, _CYCLE_EVENTS))}
    return None


def _initiate(smu: Keithley2400Core, call: Call) -> Reply:
    smu.initiate()
    return None


def _abort(smu: Keithley2400Core, call: Call) -> Reply:
    smu.abort()
    return None


def _nothing(smu: Keithley2400Core, call: Call) -> Reply:
    return None


def _read(smu: Keithley2400Core, call: Call) -> Reply:
    return smu.read()


def _fetch(smu: Keithley2400Core, call: Call) -> Reply:
    return smu.fetch()


def _configure(smu: Keithley2400Core, quantity: Quantity | None) -> None:
    """Set up a one-shot measurement of one function, and switch the output on as the manual warns."""
    smu.check_stopped()
    smu.trigger_model.reset()
    if quantity is not None:
        smu.enable(quantity, True)
        smu.setup.senses[quantity].auto_range = True
        smu.setup.filter_on = False
    if not smu.auto_output_off:
        smu.channel.set_output(True)
    smu.channel.put_on_wire()


def _configure_command(function: str, quantity: Quantity) -> tuple[Command, ...]:
    def configure(smu: Keithley2400Core, call: Call) -> Reply:
        _configure(smu, quantity)
        return None

    def measure(smu: Keithley2400Core, call: Call) -> Reply:
        _configure(smu, quantity)
        return smu.read()

    return event(f":CONFigure:{function}", configure), Command(
        f":MEASure:{function}", query=measure, query_arguments=(0, 0)
    )


def _measure(smu: Keithley2400Core, call: Call) -> Generator[Wish, None, Answer]:
    _configure(smu, function_named(call.text(0)) if call.given(0) else None)
    return smu.read()


def _configured(smu: Keithley2400Core, call: Call) -> Reply:
    names = {Quantity.VOLTAGE: '"VOLT"', Quantity.CURRENT: '"CURR"', Quantity.RESISTANCE: '"RES"'}
    return ",".join(name for quantity, name in names.items() if quantity in smu.setup.functions) or '""'


# Data store


def _set_points(smu: Keithley2400Core, call: Call) -> Reply:
    smu.store.set_size(call.integer(0, 1, specs.BUFFER, 100))
    return None


def _set_feed(smu: Keithley2400Core, call: Call) -> Reply:
    smu.store.check_idle()
    smu.store.feed = call.choice(
        0, {"SENSe": "SENS", "SENSe1": "SENS", "CALCulate": "CALC", "CALCulate1": "CALC", "CALCulate2": "CALC2"}
    )
    return None


def _set_control(smu: Keithley2400Core, call: Call) -> Reply:
    if call.choice(0, {"NEXT": True, "NEVer": False}):
        smu.store.begin()
        smu.measurement.set_bit(BUFFER_FULL | BUFFER_AVAILABLE, False)
    else:
        smu.store.filling = False
    return None


def _clear_store(smu: Keithley2400Core, call: Call) -> Reply:
    smu.store.check_idle()
    smu.store.readings.clear()
    smu.measurement.set_bit(BUFFER_FULL | BUFFER_AVAILABLE, False)
    return None


def _actual(smu: Keithley2400Core, call: Call) -> Reply:
    smu.world.collect()
    return str(len(smu.store.readings))


def _stored(smu: Keithley2400Core, call: Call) -> Reply:
    return smu.format.answer(smu.store.timed())


def _free(smu: Keithley2400Core, call: Call) -> Reply:
    return ",".join(map(str, smu.store.free))


def _set_stamps(smu: Keithley2400Core, call: Call) -> Reply:
    smu.store.deltas = call.choice(0, {"ABSolute": False, "DELTa": True})
    return None


def _set_statistic(smu: Keithley2400Core, call: Call) -> Reply:
    smu.statistic = call.choice(0, _STATISTICS)
    return None


def _statistics(smu: Keithley2400Core, call: Call) -> Reply:
    return statistics(smu.statistic, smu.store.readings)


# Format


def _set_elements(smu: Keithley2400Core, call: Call) -> Reply:
    chosen = {call.choice(index, _ELEMENT_WORDS) for index in range(len(call))}
    smu.format.elements = tuple(name for name in ELEMENTS if name in chosen)
    return None


def _set_data(smu: Keithley2400Core, call: Call) -> Reply:
    smu.format.binary = call.choice(0, {"ASCii": False, "REAL": True, "SREal": True})
    if call.given(1) and call.integer(1, 32, 32) != 32:
        raise ScpiError(-222)
    return None


def _set_order(smu: Keithley2400Core, call: Call) -> Reply:
    smu.format.swapped = call.choice(0, {"NORMal": False, "SWAPped": True})
    return None


def _set_registers(smu: Keithley2400Core, call: Call) -> Reply:
    smu.format.registers = call.choice(0, {"ASCii": "ASC", "HEXadecimal": "HEX", "OCTal": "OCT", "BINary": "BIN"})
    return None


TRIGGER_COMMANDS = (
    *_layer_commands(":ARM[:SEQuence[1]][:LAYer[1]]", _arm, _ARM_SOURCES, _ARM_OUTPUTS),
    *_layer_commands(":TRIGger[:SEQuence[1]]", _trigger, _TRIGGER_SOURCES, _CYCLE_EVENTS),
    Command(":ARM[:SEQuence[1]][:LAYer[1]]:TIMer", _set_timer, lambda smu, call: number(smu.trigger_model.timer)),
    Command(":TRIGger[:SEQuence[1]]:DELay", _set_delay, lambda smu, call: number(smu.trigger_model.delay)),
    Command(
        ":TRIGger[:SEQuence[1]][:TCONfigure][:ASYNchronous]:INPut",
        _set_inputs,
        lambda smu, call: ",".join(sorted(smu.trigger_model.inputs)) or "NONE",
        write_arguments=(1, 3),
    ),
    event(":TRIGger:CLEar", _nothing),
    event(":INITiate[:IMMediate]", _initiate),
    event(":ABORt", _abort),
    Command(":READ", query=_read, query_arguments=(0, 0)),
    Command(":FETCh", query=_fetch, query_arguments=(0, 0)),
    Command(":MEASure", query=_measure, query_arguments=(0, 1)),
    Command(":CONFigure", query=_configured, query_arguments=(0, 0)),
    *_configure_command("VOLTage[:DC]", Quantity.VOLTAGE),
    *_configure_command("CURRent[:DC]", Quantity.CURRENT),
    *_configure_command("RESistance", Quantity.RESISTANCE),
    Command("[:SENSe[1]]:DATA[:LATest]", query=_fetch, query_arguments=(0, 0)),
)

STORE_COMMANDS = (
    Command(":TRACe:POINts", _set_points, lambda smu, call: str(smu.store.size)),
    Command(":TRACe:POINts:ACTual", query=_actual, query_arguments=(0, 0)),
    Command(":TRACe:FEED", _set_feed, lambda smu, call: smu.store.feed),
    Command(":TRACe:FEED:CONTrol", _set_control, lambda smu, call: "NEXT" if smu.store.filling else "NEV"),
    Command(":TRACe:DATA", query=_stored, query_arguments=(0, 0)),
    Command(":TRACe:FREE", query=_free, query_arguments=(0, 0)),
    event(":TRACe:CLEar", _clear_store),
    Command(":TRACe:TSTamp:FORMat", _set_stamps, lambda smu, call: "DELT" if smu.store.deltas else "ABS"),
    Command(":CALCulate3:FORMat", _set_statistic, lambda smu, call: smu.statistic),
    Command(
        ":CALCulate3:DATA",
        query=lambda smu, call: statistics(smu.statistic, smu.store.readings),
        query_arguments=(0, 0),
    ),
    Command(
        ":FORMat:ELEMents[:SENSe[1]]",
        _set_elements,
        lambda smu, call: ",".join(smu.format.elements),
        write_arguments=(1, 5),
    ),
    Command(
        ":FORMat[:DATA]",
        _set_data,
        lambda smu, call: "REAL,32" if smu.format.binary else "ASC",
        write_arguments=(1, 2),
    ),
    Command(":FORMat:BORDer", _set_order, lambda smu, call: "SWAP" if smu.format.swapped else "NORM"),
    Command(":FORMat:SREGister", _set_registers, lambda smu, call: smu.format.registers),
)
