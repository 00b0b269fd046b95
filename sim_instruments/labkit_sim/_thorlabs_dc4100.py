"""Firmware of the Thorlabs DC4100 and DC4104 four-channel LED drivers: a serial dialect whose sets answer nothing.

Commands in any case, `CC 0 250`, ended by CR LF; only `E?` tells whether the last one was taken. The DC4104 has a
modulation input for each channel, the DC4100 one for all.

Assumed: reading the error clears it; a change of mode switches all LEDs off; a level set in another mode is refused;
brightness is in percent of the user's limit; an external current beyond that limit is clipped to it and noted in the
status register. Not simulated: the display, over-temperature but as a fault, and the 100 kHz of the inputs.
"""

from collections.abc import Callable

from labkit_sim import _thorlabs_dc4100_specs as specs
from labkit_sim._thorlabs_dc4100_unit import DC4100Unit, LedChannel, Refused

Command = Callable[[DC4100Unit, list[str]], None]
Query = Callable[[DC4100Unit, list[str]], str]


def _value(text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise Refused(specs.MISSING_PARAMETER) from None
    if not low <= value <= high:
        raise Refused(specs.OUT_OF_RANGE)
    return value


def _whole(text: str, low: int, high: int) -> int:
    value = _value(text, low, high)
    if value != int(value):
        raise Refused(specs.MISSING_PARAMETER)
    return int(value)


def _count(parameters: list[str], count: int) -> None:
    if len(parameters) != count:
        raise Refused(specs.MISSING_PARAMETER)


def _setting(act: Callable[[DC4100Unit, int], None], high: int) -> Command:
    """Make a command with one whole number, `M 0`."""

    def command(unit: DC4100Unit, parameters: list[str]) -> None:
        _count(parameters, 1)
        act(unit, _whole(parameters[0], 0, high))

    return command


def _channel_setting(act: Callable[[DC4100Unit, int, int], None], high: int, all_at_once: bool = False) -> Command:
    """Make a command with a channel (-1 for all where the list of commands says so) and a whole number, `CC 0 250`."""

    def command(unit: DC4100Unit, parameters: list[str]) -> None:
        _count(parameters, 2)
        channel = _whole(parameters[0], -1 if all_at_once else 0, specs.CHANNELS - 1)
        value = _whole(parameters[1], 0, high)
        if channel >= 0:
            act(unit, channel, value)
            return
        for number, found in enumerate(unit.channels):
            if found.led is not None:
                act(unit, number, value)

    return command


def _brightness(unit: DC4100Unit, parameters: list[str]) -> None:
    _count(parameters, 2)
    channel = _whole(parameters[0], -1, specs.CHANNELS - 1)
    value = _value(parameters[1], 0.0, 100.0)
    for number in range(specs.CHANNELS) if channel < 0 else (channel,):
        unit.set_brightness(number, value)


def _plain(ask: Callable[[DC4100Unit], str]) -> Query:
    def query(unit: DC4100Unit, parameters: list[str]) -> str:
        _count(parameters, 0)
        return ask(unit)

    return query


def _of_channel(ask: Callable[[LedChannel], str]) -> Query:
    def query(unit: DC4100Unit, parameters: list[str]) -> str:
        _count(parameters, 1)
        return ask(unit.channels[_whole(parameters[0], 0, specs.CHANNELS - 1)])

    return query


_COMMANDS: dict[str, Command] = {
    "CC": _channel_setting(DC4100Unit.set_current, specs.LARGEST_CURRENT),
    "L": _channel_setting(DC4100Unit.set_limit, specs.LARGEST_CURRENT),
    "ML": _channel_setting(DC4100Unit.set_maximum, specs.LARGEST_CURRENT),
    "BP": _brightness,
    "O": _channel_setting(DC4100Unit.switch, 1, all_at_once=True),
    "A": _channel_setting(DC4100Unit.unlock, 1, all_at_once=True),
    "M": _setting(DC4100Unit.set_mode, specs.EXTERNAL),
    "SM": _setting(DC4100Unit.select, 1),
    "B": _setting(DC4100Unit.set_display, 100),
}

_QUERIES: dict[str, Query] = {
    "CC?": _of_channel(lambda channel: str(channel.current)),
    "L?": _of_channel(lambda channel: str(channel.limit)),
    "ML?": _of_channel(lambda channel: str(channel.maximum)),
    "BP?": _of_channel(lambda channel: f"{channel.brightness:.1f}"),
    "O?": _of_channel(lambda channel: str(int(channel.on))),
    "A?": _of_channel(lambda channel: str(int(channel.unlocked))),
    "HS?": _of_channel(lambda channel: (channel.led or specs.NO_HEAD).serial),
    "HN?": _of_channel(lambda channel: (channel.led or specs.NO_HEAD).name),
    "WL?": _of_channel(lambda channel: f"{(channel.led or specs.NO_HEAD).wavelength:.1f}"),
    "FB?": _of_channel(lambda channel: f"{(channel.led or specs.NO_HEAD).forward_voltage:.1f}"),
    "M?": _plain(lambda unit: str(unit.mode)),
    "SM?": _plain(lambda unit: str(int(unit.single_selection))),
    "B?": _plain(DC4100Unit.display),
    "R?": _plain(DC4100Unit.take_status),
    "E?": _plain(DC4100Unit.take_error),
    "N?": _plain(lambda unit: unit.MODEL),
    "S?": _plain(lambda unit: unit.station.serial),
    "V?": _plain(lambda unit: specs.FIRMWARE),
    "H?": _plain(lambda unit: specs.MANUFACTURER),
    "CD?": _plain(lambda unit: specs.CALIBRATION_DATE),
}


class ThorlabsDC4100(DC4100Unit):
    """A DC4100: four LEDs, one modulation input for all of them."""

    def answer(self, line: str) -> str | None:
        """Act on a command or a query."""
        word, *parameters = line.split()
        try:
            if (query := _QUERIES.get(word.upper())) is not None:
                return query(self, parameters)
            if (command := _COMMANDS.get(word.upper())) is None:
                raise Refused(specs.UNKNOWN_COMMAND)
            command(self, parameters)
        except Refused as refused:
            self.error(refused.code)
        return None


class ThorlabsDC4104(ThorlabsDC4100):
    """A DC4104: four LEDs, a modulation input for each."""

    MODEL = "DC4104"
    OWN_INPUTS = True
