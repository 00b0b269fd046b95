"""What the instruments that labkit has drivers for could do, for a remedy that names one."""

from collections.abc import Iterator

from labkit.core import (
    Capabilities,
    Driver,
    ElectricalTerminal,
    Nanoseconds,
    PulseCapabilities,
    PulseTerminal,
    SourceMeterCapabilities,
    format_quantity,
    load_plugin,
    plugin_names,
    seconds,
)
from labkit.engine._timing import reading_time

_LINE_FREQUENCY = 50.0
_MOST_NAMED = 4


def electrical_models() -> Iterator[Capabilities]:
    """Give the capabilities of every source meter and pulse generator that has a driver, nothing connected."""
    for name in plugin_names("labkit.drivers"):
        driver: Driver = load_plugin("labkit.drivers", name)
        if driver.role == "source meter":
            terminal = ElectricalTerminal.model_validate(
                {"instrument": name, "maximum_voltage": "1 V", "maximum_current": "1 mA"}
            )
            yield driver.describe(terminal, _LINE_FREQUENCY)
        elif driver.role == "pulse source":
            output = PulseTerminal.model_validate({"instrument": name, "load": "high", "maximum_voltage": "1 V"})
            yield driver.describe(output, _LINE_FREQUENCY)


def shortest_pulses() -> dict[str, Nanoseconds]:
    """Give the shortest pulse of every model, shortest last."""
    found = {}
    for able in electrical_models():
        if isinstance(able, SourceMeterCapabilities) and able.written_steps:
            found[able.model] = able.shortest_step
        elif isinstance(able, PulseCapabilities):
            found[able.model] = able.width[0]
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


def pulse_makers(width: Nanoseconds) -> str:
    """Say which instruments make a pulse of a width, or that none does."""
    able = {model: shortest for model, shortest in shortest_pulses().items() if shortest <= width}
    if not able:
        return "no instrument that labkit has a driver for makes such pulses"
    named = list(able.items())[:_MOST_NAMED]
    return ", ".join(f"a {model} reaches {format_quantity(seconds(shortest), 's')}" for model, shortest in named)


def fast_samplers(period: Nanoseconds) -> str:
    """Say which source meters sample with a period, or that none does."""
    able = {}
    for model in electrical_models():
        if isinstance(model, SourceMeterCapabilities):
            fastest = reading_time(model.apertures[0], model)
            if fastest <= period:
                able[model.model] = 1e9 / fastest
    named = [f"a {model} reaches {format_quantity(rate, 'Hz', 3)}" for model, rate in list(able.items())[:_MOST_NAMED]]
    return ", ".join(named) or "use an oscilloscope"
