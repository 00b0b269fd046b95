"""Plan a temperature: what the stage cannot or must not do, and how long it will take to settle."""

from labkit.core import Nanoseconds, StageCapabilities, format_quantity, nanoseconds, seconds
from labkit.engine._ground import Ground
from labkit.engine._plan import TemperatureBlock
from labkit.protocol import Temperature

ROOM_TEMPERATURE = 295.0
"""Where a stage is taken to be before its first setpoint (K), for the estimate of how long it takes."""
_ROUNDING = 1e-9


def temperature_block(ground: Ground, step: Temperature) -> TemperatureBlock:
    """Plan a temperature, refused where the stage or the bench's limits do not allow it."""
    able = ground.capabilities[step.terminal]
    assert isinstance(able, StageCapabilities)  # noqa: S101 - checked when the program was
    rate = able.rate[1] if step.rate is None else step.rate
    way = abs(step.setpoint - ground.temperatures.get(step.terminal, ROOM_TEMPERATURE))
    settled = nanoseconds(way / rate + (able.settling if way else 0.0))
    expected = Nanoseconds(settled + step.dwell)
    _refuse(ground, step, able, rate, expected)
    ground.temperatures[step.terminal] = step.setpoint
    label = f"{step.terminal} to {step.setpoint:.6g} K"
    return TemperatureBlock(
        step.terminal,
        step.setpoint,
        step.within,
        step.dwell,
        step.timeout,
        rate,
        step.mark,
        expected,
        step.line,
        label,
    )


def _refuse(ground: Ground, step: Temperature, able: StageCapabilities, rate: float, expected: Nanoseconds) -> None:
    low, high = able.temperature
    if not low <= step.setpoint <= high:
        ground.refuse(
            step.line,
            f"{step.setpoint:.6g} K on {step.terminal} is outside the {low:.6g} K to {high:.6g} K that the bench and "
            f"the {able.model} allow",
            f"choose temperatures from {low:.6g} K to {high:.6g} K, or correct minimum_temperature and "
            "maximum_temperature in bench.yaml if device and stage bear it",
        )
    slowest, fastest = able.rate
    if not slowest * (1 - _ROUNDING) <= rate <= fastest * (1 + _ROUNDING):
        ground.refuse(
            step.line,
            f"{_per_minute(rate)} on {step.terminal} is outside the {_per_minute(slowest)} to {_per_minute(fastest)} "
            f"that the bench and the {able.model} allow",
            "leave `rate` out for the fastest that the bench allows, or correct the terminal's rate in bench.yaml",
        )
    if step.within < able.stability:
        ground.refuse(
            step.line,
            f"settling within {format_quantity(step.within, 'K')} is finer than the "
            f"{format_quantity(able.stability, 'K')} that the {able.model} keeps",
            "allow a larger deviation; the temperature that was reached is measured and stored",
        )
    if step.timeout < expected:
        ground.refuse(
            step.line,
            f"{step.terminal} needs about {_duration(expected)} to settle at {step.setpoint:.6g} K, more than the "
            f"timeout of {_duration(step.timeout)}",
            "raise the timeout, or a faster rate in bench.yaml if the stage follows it",
        )


def _duration(time: Nanoseconds) -> str:
    return format_quantity(seconds(time), "s", 3)


def _per_minute(rate: float) -> str:
    return f"{60 * rate:.4g} K/min"
