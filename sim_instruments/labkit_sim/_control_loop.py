"""A control loop of a temperature controller: a setpoint that may ramp, a PID law, a heater with ranges.

The law is that of the 336's manual, section 2.7: output (%) = P (e + (I / 1000) int e dt + D' de/dt) with e in K and
the derivative's time D' = (D / 100) (1000 / I) / 4. Assumed: the output is a share of the range's full power, the loop
acts twice a second, the integral stops while the output is at a bound and starts anew with the heater.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from labkit.core import Nanoseconds, nanoseconds
from labkit_sim._process import Task, Until
from labkit_sim._thermal_port import ThermalPort
from labkit_sim._world import World

ACTION = nanoseconds(0.5)
"""How often the loop sets its output."""

RANGES = (0.0, 0.01, 0.1, 1.0)
"""Full power of off, low, medium and high as parts of the largest: a decade of power each."""

CLOSED_LOOP, OPEN_LOOP = 1, 3
"""Output modes in which the heater follows the PID law, or the manual output alone."""


@dataclass(slots=True)
class Settings:
    """What is set on one output, as after power-up."""

    mode: int = 0
    sensor: int = 0
    powerup: int = 0
    proportional: float = 50.0
    integral: float = 20.0
    derivative: float = 0.0
    manual: float = 0.0
    ramping: bool = False
    rate: float = 0.0
    """K/min"""
    resistance: int = 2
    current_limit: int = 2
    user_limit: float = 0.0
    display: int = 2


class ControlLoop:
    """One output with its heater; `port` is the stage that it heats, None where nothing is connected."""

    CURRENTS = (0.0, 0.707, 1.0, 1.141, 1.732)
    """Largest currents (A) by the code of the heater's set-up; code 0 is the user's."""
    RESISTANCES = (0.0, 25.0, 50.0)

    def __init__(self, world: World, port: ThermalPort | None) -> None:
        self._world = world
        self.port = port
        self.settings = Settings()
        self.range = 0
        self.output = 0.0
        """Heater output, % of the range."""
        self.measured: Callable[[], float] | None = None
        """Reads the sensor on the loop's input (K)."""
        self._begin, self._target, self._arrival = 0.0, 0.0, 0
        self._left = 0
        self._summed = 0.0
        self._error: float | None = None
        self._task: Task | None = None

    @property
    def full_power(self) -> float:
        """The power (W) of the highest range into the heater."""
        settings = self.settings
        limit = self.CURRENTS[settings.current_limit] or settings.user_limit
        return limit**2 * self.RESISTANCES[settings.resistance]

    @property
    def setpoint(self) -> float:
        """The setpoint now (K), on its way while it ramps."""
        if self._world.now >= self._arrival:
            return self._target
        share = (self._world.now - self._left) / (self._arrival - self._left)
        return self._begin + share * (self._target - self._begin)

    @property
    def is_ramping(self) -> bool:
        """Whether the setpoint is on its way."""
        return self._world.now < self._arrival

    def go_to(self, setpoint: float) -> None:
        """Take a setpoint (K): at once, or at the rate of the ramp from the setpoint as it is now."""
        settings = self.settings
        self._begin, self._target, self._left = self.setpoint, setpoint, int(self._world.now)
        rate = settings.rate / 60 if settings.ramping else 0.0
        duration = abs(setpoint - self._begin) / rate if rate > 0 else 0.0
        self._arrival = self._left + nanoseconds(duration)

    def switch(self, heater_range: int) -> None:
        """Choose the heater's range; 0 is off."""
        self.range = heater_range
        if heater_range == 0:
            if self._task is not None:
                self._task.cancel()
            self._task = None
            self._heat(0.0)
        elif self._task is None:
            self._summed, self._error = 0.0, None
            self._task = self._world.spawn(self._control())

    def _heat(self, output: float) -> None:
        self.output = output
        if self.port is not None:
            self.port.heat(output / 100 * RANGES[self.range] * self.full_power)

    def _control(self) -> Generator[Until, None, None]:
        while True:
            self._heat(self._law())
            yield Until(Nanoseconds(self._world.now + ACTION))

    def _law(self) -> float:
        settings = self.settings
        if settings.mode == OPEN_LOOP:
            return settings.manual
        if settings.mode != CLOSED_LOOP or self.measured is None:
            return 0.0
        error = self.setpoint - self.measured()
        step = ACTION * 1e-9
        before, self._error = self._error, error
        summed = self._summed + settings.integral / 1000 * error * step
        slope = 0.0 if before is None else (error - before) / step
        rate_time = settings.derivative / 100 * 250 / settings.integral if settings.integral else 0.0
        output = settings.proportional * (error + summed + rate_time * slope) + settings.manual
        if 0 <= output <= 100:
            self._summed = summed
        return min(max(output, 0.0), 100.0)
