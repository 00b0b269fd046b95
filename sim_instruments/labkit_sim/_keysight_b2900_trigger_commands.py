"""Trigger commands of a B2900: arm and trigger layers of both device actions, trigger outputs, initiate and abort."""

from collections.abc import Callable, Generator
from dataclasses import replace

from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keysight_b2900_core import KeysightB2900Core
from labkit_sim._keysight_b2900_layers import Action, ActionName, Layer, OutputSetting
from labkit_sim._keysight_b2900_pins import INTERNAL_LINES, PINS
from labkit_sim._keysight_b2900_readings import number
from labkit_sim._process import Wish
from labkit_sim._scpi import Answer, Command, Reply, event
from labkit_sim._scpi_data import Call

_ACTIONS = {
    ":ACQuire": (ActionName.ACQUIRE,),
    ":TRANsient": (ActionName.TRANSIENT,),
    "[:ALL]": tuple(ActionName),
}
_SOURCES = {"AINT": "AINT", "BUS": "BUS", "TIMer": "TIM", "LAN": "LAN"} | {
    name: name for name in (*INTERNAL_LINES, *PINS)
}
_OUTPUTS = {name: name for name in (*PINS, "LAN", *INTERNAL_LINES)}
_LAN_EVENTS = {f"LAN{number}": f"LAN{number}" for number in range(8)}


def _layer(action: Action, name: str) -> Layer:
    return action.arm if name == "ARM" else action.trigger


def _put_layer(action: Action, name: str, layer: Layer) -> None:
    if name == "ARM":
        action.arm = layer
    else:
        action.trigger = layer


def _words(call: Call, choices: dict[str, str]) -> tuple[str, ...]:
    return tuple(call.choice(index, choices) for index in range(len(call)))


Read = Callable[[KeysightB2900Core, Call, Layer], Layer]
Tell = Callable[[KeysightB2900Core, Call, Layer], str]


def _count(smu: KeysightB2900Core, call: Call, layer: Layer) -> Layer:
    if call.text(0).upper() in ("INF", "INFINITY"):
        return replace(layer, count=specs.ENDLESS)
    value = call.integer(0, 1, specs.ENDLESS, 1)
    if value > specs.COUNTS and value != specs.ENDLESS:
        raise ScpiError(-222)
    return replace(layer, count=value)


def _tell_count(smu: KeysightB2900Core, call: Call, layer: Layer) -> str:
    asked = call.extreme(1, specs.COUNTS, 1)
    return str(round(layer.count if asked is None else asked))


def _timer(smu: KeysightB2900Core, call: Call, layer: Layer) -> Layer:
    shortest = smu.model.shortest_interval
    value = call.number(0, "S", shortest, specs.LONGEST_TIME, shortest)
    return replace(layer, timer=round(value / specs.TIMER_STEP) * specs.TIMER_STEP)


def _tell_timer(smu: KeysightB2900Core, call: Call, layer: Layer) -> str:
    shortest = smu.model.shortest_interval
    asked = call.extreme(shortest, specs.LONGEST_TIME, shortest)
    return number(layer.timer if asked is None else asked)


def _delay(smu: KeysightB2900Core, call: Call, layer: Layer) -> Layer:
    value = call.number(0, "S", 0.0, specs.LONGEST_TIME, 0.0)
    return replace(layer, delay=round(value / specs.TIMER_STEP) * specs.TIMER_STEP)


def _tell_delay(smu: KeysightB2900Core, call: Call, layer: Layer) -> str:
    asked = call.extreme(0.0, specs.LONGEST_TIME, 0.0)
    return number(layer.delay if asked is None else asked)


_LAYER_SETTINGS: tuple[tuple[str, Read, Tell, tuple[int, int]], ...] = (
    (
        ":SOURce[:SIGNal]",
        lambda smu, call, layer: replace(layer, source=call.choice(0, _SOURCES)),
        lambda smu, call, layer: layer.source,
        (1, 1),
    ),
    (
        ":SOURce:LAN",
        lambda smu, call, layer: replace(layer, lan=_words(call, _LAN_EVENTS)),
        lambda smu, call, layer: ",".join(layer.lan or _LAN_EVENTS),
        (1, 8),
    ),
    (":COUNt", _count, _tell_count, (1, 1)),
    (":DELay", _delay, _tell_delay, (1, 1)),
    (":TIMer", _timer, _tell_timer, (1, 1)),
    (
        ":BYPass",
        lambda smu, call, layer: replace(layer, bypass=call.choice(0, {"ONCE": True, "OFF": False})),
        lambda smu, call, layer: "ONCE" if layer.bypass else "OFF",
        (1, 1),
    ),
    (
        ":TOUTput:SIGNal",
        lambda smu, call, layer: replace(layer, outputs=_words(call, _OUTPUTS)),
        lambda smu, call, layer: ",".join(layer.outputs),
        (1, len(_OUTPUTS)),
    ),
    (
        ":TOUTput[:STATe]",
        lambda smu, call, layer: replace(layer, output_on=call.boolean(0)),
        lambda smu, call, layer: str(int(layer.output_on)),
        (1, 1),
    ),
)
"""Settings of a layer: header, how one is read from a call, how it is told, how many arguments it takes."""


def _layer_commands(name: str, node: str, names: tuple[ActionName, ...]) -> tuple[Command, ...]:
    """Give the settings of one layer of one device action, or of both."""
    root = f":{name}<n>{node}" + ("[:LAYer]" if name == "ARM" else "")
    return tuple(
        _layer_command(root + pattern, name, names, read, tell, arguments)
        for pattern, read, tell, arguments in _LAYER_SETTINGS
    )


def _layer_command(
    pattern: str, name: str, names: tuple[ActionName, ...], read: Read, tell: Tell, arguments: tuple[int, int]
) -> Command:
    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        actions = smu.triggers[smu.channel_number(call)].actions
        changed = {key: read(smu, call, _layer(actions[key], name)) for key in names}
        for key, layer in changed.items():
            _put_layer(actions[key], name, layer)
        return None

    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        action = smu.triggers[smu.channel_number(call)].actions[names[0]]
        return tell(smu, call, _layer(action, name))

    return Command(pattern, write, query, arguments)


def _output_commands(root: str, name: ActionName) -> tuple[Command, ...]:
    """Give the trigger output of a device action itself."""

    def output(smu: KeysightB2900Core, call: Call) -> OutputSetting:
        return smu.triggers[smu.channel_number(call)].actions[name].output

    def set_signal(smu: KeysightB2900Core, call: Call) -> Reply:
        output(smu, call).outputs = _words(call, _OUTPUTS)
        return None

    def set_state(smu: KeysightB2900Core, call: Call) -> Reply:
        output(smu, call).on = call.boolean(0)
        return None

    return (
        Command(
            f"{root}:TOUTput:SIGNal",
            set_signal,
            lambda smu, call: ",".join(output(smu, call).outputs),
            (1, len(_OUTPUTS)),
            (0, 0),
        ),
        Command(f"{root}:TOUTput[:STATe]", set_state, lambda smu, call: str(int(output(smu, call).on)), (1, 1), (0, 0)),
    )


def _initiate(names: tuple[ActionName, ...]) -> Callable[[KeysightB2900Core, Call], Reply]:
    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        smu.initiate(smu.channel_list(call), names)
        return None

    return write


def _abort(names: tuple[ActionName, ...]) -> Callable[[KeysightB2900Core, Call], Reply]:
    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        for channel in smu.channel_list(call) if len(call) else specs.CHANNELS:
            smu.triggers[channel].abort(names)
        return None

    return write


def _force(layer: str, names: tuple[ActionName, ...]) -> Callable[[KeysightB2900Core, Call], Reply]:
    def write(smu: KeysightB2900Core, call: Call) -> Reply:
        for channel in smu.channel_list(call):
            for name in names:
                smu.triggers[channel].force(name, layer)
        return None

    return write


def _idle(names: tuple[ActionName, ...]) -> Callable[[KeysightB2900Core, Call], Reply]:
    def query(smu: KeysightB2900Core, call: Call) -> Reply:
        channels = smu.channel_list(call)

        def wait() -> Generator[Wish, None, Answer]:
            for channel in channels:
                while (signal := smu.idle_signal(channel, names)) is not None:
                    yield signal
            return "1"

        return wait()

    return query


TRIGGER_COMMANDS = (
    *(
        command
        for name in ("ARM", "TRIGger")
        for node, names in _ACTIONS.items()
        for command in _layer_commands(name, node, names)
    ),
    *(event(f":INITiate[:IMMediate]{node}", _initiate(names), (0, 1)) for node, names in _ACTIONS.items()),
    *(event(f":ABORt{node}", _abort(names), (0, 1)) for node, names in _ACTIONS.items()),
    *(event(f":ARM{node}[:IMMediate]", _force("arm", names), (0, 1)) for node, names in _ACTIONS.items()),
    *(event(f":TRIGger{node}[:IMMediate]", _force("trigger", names), (0, 1)) for node, names in _ACTIONS.items()),
    *(Command(f":IDLE{node}", query=_idle(names), query_arguments=(0, 1)) for node, names in _ACTIONS.items()),
    *_output_commands("[:SOURce<n>]", ActionName.TRANSIENT),
    *_output_commands(":SENSe<n>", ActionName.ACQUIRE),
)
