"""Commands of the 2400's dialect that take readings and set up the trigger model."""

from collections.abc import Callable, Generator
from math import inf

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2400 import _models as specs
from labkit_sim._keithley_2400._core import Keithley2400Core
from labkit_sim._keithley_2400._sense_commands import function_named
from labkit_sim._keithley_2400._source_commands import number
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
