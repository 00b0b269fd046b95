"""Firmware of the Lake Shore 336 temperature controller: four inputs, two heater outputs, setpoint ramps, relays.

Commands, answers and event bits as in the Model 336 user's manual, chapter 6, where it could be seen through the
drivers of others; lines end with CR LF, and errors show in `*ESR?` only. Assumed: inputs with a stage have a platinum
sensor with its curve, others are disabled; noise and accuracy are those of a calibrated PT-103 at 300 K as recalled,
not verified; relay 1 opens the coolant's valve of a stage whose controller has the option `coolant_relay`. Not
simulated: outputs 3 and 4, alarms, zones, autotuning, curves, the display.
"""

from functools import partial
from typing import ClassVar

import numpy as np

from labkit_sim._control_loop import RANGES, ControlLoop
from labkit_sim._endpoint import Latency
from labkit_sim._instrument import ScpiInstrument
from labkit_sim._ports import Disturbance
from labkit_sim._scpi import Command, Reply
from labkit_sim._scpi_data import Call
from labkit_sim._station import Station
from labkit_sim._status import DEVICE_ERROR, EXECUTION_ERROR

INPUTS = ("A", "B", "C", "D")
OUTPUTS = ("1", "2")
RELAYS = (1, 2)
ACCURACY = 0.062
"""Limit of a reading's deviation with a calibrated platinum sensor at 300 K (K)."""
NOISE = 5e-3
"""Standard deviation of a reading (K): its resolution at 300 K."""
HIGHEST = 1000.0
UNITS_ZERO = 64
"""Bit of the reading's status: the sensor gives zero, as an input without one does."""
OPEN_HEATER = 1
PLATINUM = 2
_ALPHA, _BETA = 3.9083e-3, -5.775e-7
_ICE = 273.15


def _signed(value: float, digits: int = 3) -> str:
    return f"{value:+.{digits}f}"


class LakeShore336(ScpiInstrument):
    """A 336; the stage on its outputs is that of the terminal with their number."""

    IDENTITY: ClassVar[str] = "LSCI,MODEL336,{serial},2.9"
    LINE_END: ClassVar[bytes] = b"\r\n"

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.latency = Latency(write=2e-3, read=8e-3, jitter=0.5e-3)
        self._loops = {name: ControlLoop(self.world, station.thermal.get(name)) for name in OUTPUTS}
        self._sensors = {port.sensor: port for port in station.thermal.values()}
        draw = station.accuracy()
        self._offsets = {name: draw.within(ACCURACY) for name in INPUTS}
        # The loop has readings of its own: how often somebody asks must not change what it does.
        self._asked = self.world.random(f"answers of {station.name}")
        self._controlled = self.world.random(f"readings of {station.name}")
        self._relays = dict.fromkeys(RELAYS, 0)
        coolant = str(station.options.get("coolant_relay", ""))
        self._valve = int(coolant) if coolant.isdigit() else 0

    def reset(self) -> None:
        """Switch the heaters off and take the settings of power-up."""
        for number, loop in self._loops.items():
            self._switch(number, 0)
            loop.settings = type(loop.settings)()
            loop.go_to(0.0)

    def error(self, code: int, message: str = "") -> None:
        """Note an error: it has no number here, only its kind in the event status."""
        super().error(code, message)
        if self._event_status & DEVICE_ERROR:
            self._event_status = self._event_status & ~DEVICE_ERROR | EXECUTION_ERROR

    def _loop(self, call: Call) -> ControlLoop:
        return self._loops[str(call.integer(0, 1, len(OUTPUTS)))]

    def _named(self, call: Call) -> str:
        return call.choice(0, dict(zip(INPUTS, INPUTS, strict=True)))

    # Readings

    def _kelvin(self, name: str, noise: np.random.Generator | None = None) -> float:
        port = self._sensors.get(name)
        if port is None:
            return 0.0
        source = self._asked if noise is None else noise
        return port.temperature() + self._offsets[name] + NOISE * float(source.standard_normal())

    def _get_kelvin(self, call: Call) -> Reply:
        return _signed(self._kelvin(self._named(call)))

    def _get_celsius(self, call: Call) -> Reply:
        name = self._named(call)
        return _signed(self._kelvin(name) - _ICE if name in self._sensors else 0.0)

    def _get_sensor(self, call: Call) -> Reply:
        name = self._named(call)
        celsius = self._kelvin(name) - _ICE
        return _signed(100 * (1 + _ALPHA * celsius + _BETA * celsius**2) if name in self._sensors else 0.0)

    def _get_reading_status(self, call: Call) -> Reply:
        return f"{0 if self._named(call) in self._sensors else UNITS_ZERO:03d}"

    def _get_input_type(self, call: Call) -> Reply:
        return f"{PLATINUM if self._named(call) in self._sensors else 0},1,0,1,1"

    # The loop

    def _set_setpoint(self, call: Call) -> Reply:
        self._loop(call).go_to(call.number(1, "", 0.0, HIGHEST))
        return None

    def _get_setpoint(self, call: Call) -> Reply:
        return _signed(self._loop(call).setpoint)

    def _set_ramp(self, call: Call) -> Reply:
        settings, ramping = self._loop(call).settings, call.integer(1, 0, 1)
        settings.rate = round(call.number(2, "", 0.0, 100.0), 1)
        settings.ramping = bool(ramping)
        return None

    def _get_ramp(self, call: Call) -> Reply:
        settings = self._loop(call).settings
        return f"{int(settings.ramping)},{settings.rate:+06.1f}"

    def _get_ramping(self, call: Call) -> Reply:
        return str(int(self._loop(call).is_ramping))

    def _set_pid(self, call: Call) -> Reply:
        settings = self._loop(call).settings
        values = call.number(1, "", 0.1, 1000.0), call.number(2, "", 0.0, 1000.0), call.number(3, "", 0.0, 200.0)
        settings.proportional, settings.integral, settings.derivative = values
        return None

    def _get_pid(self, call: Call) -> Reply:
        settings = self._loop(call).settings
        return f"{settings.proportional:+07.1f},{settings.integral:+07.1f},{settings.derivative:+04.0f}"

    def _set_manual(self, call: Call) -> Reply:
        self._loop(call).settings.manual = call.number(1, "", 0.0, 100.0)
        return None

    def _get_manual(self, call: Call) -> Reply:
        return f"{self._loop(call).settings.manual:+07.2f}"

    def _set_mode(self, call: Call) -> Reply:
        loop = self._loop(call)
        mode, sensor, powerup = call.integer(1, 0, 5), call.integer(2, 0, len(INPUTS)), call.integer(3, 0, 1)
        loop.settings.mode, loop.settings.sensor, loop.settings.powerup = mode, sensor, powerup
        name = INPUTS[sensor - 1] if sensor else ""
        loop.measured = partial(self._kelvin, name, self._controlled) if name in self._sensors else None
        return None

    def _get_mode(self, call: Call) -> Reply:
        settings = self._loop(call).settings
        return f"{settings.mode},{settings.sensor},{settings.powerup}"

    # The heater

    def _set_heater(self, call: Call) -> Reply:
        settings = self._loop(call).settings
        resistance, code = call.integer(1, 1, 2), call.integer(2, 0, 4)
        limit, display = call.number(3, "", 0.0, ControlLoop.CURRENTS[-1]), call.integer(4, 1, 2)
        settings.resistance, settings.current_limit = resistance, code
        settings.user_limit, settings.display = limit, display
        return None

    def _get_heater(self, call: Call) -> Reply:
        settings = self._loop(call).settings
        limits = f"{settings.current_limit},{settings.user_limit:+06.3f}"
        return f"{settings.resistance},{limits},{settings.display}"

    def _switch(self, number: str, heater_range: int) -> None:
        if Disturbance.STUCK_OUTPUT not in self.disturbances:
            self._loops[number].switch(heater_range)

    def _set_range(self, call: Call) -> Reply:
        number = str(call.integer(0, 1, len(OUTPUTS)))
        self._switch(number, call.integer(1, 0, len(RANGES) - 1))
        return None

    def _get_range(self, call: Call) -> Reply:
        return str(self._loop(call).range)

    def _get_output(self, call: Call) -> Reply:
        return f"{self._loop(call).output:+06.1f}"

    def _get_heater_status(self, call: Call) -> Reply:
        loop = self._loop(call)
        return str(OPEN_HEATER if loop.port is None and loop.range else 0)

    # Relays

    def _set_relay(self, call: Call) -> Reply:
        number, mode = call.integer(0, *RELAYS), call.integer(1, 0, 2)
        self._relays[number] = mode
        if number == self._valve:
            for loop in self._loops.values():
                if loop.port is not None:
                    loop.port.cool(mode == 1)
        return None

    def _get_relay(self, call: Call) -> Reply:
        return f"{self._relays[call.integer(0, *RELAYS)]},A,0"

    def _get_relay_status(self, call: Call) -> Reply:
        return str(int(self._relays[call.integer(0, *RELAYS)] == 1))

    TABLE = ScpiInstrument.TABLE.extended(
        *(
            Command(name, query=query, query_arguments=(1, 1))
            for name, query in (
                ("KRDG", _get_kelvin),
                ("CRDG", _get_celsius),
                ("SRDG", _get_sensor),
                ("RDGST", _get_reading_status),
                ("INTYPE", _get_input_type),
                ("RAMPST", _get_ramping),
                ("HTR", _get_output),
                ("HTRST", _get_heater_status),
                ("RELAYST", _get_relay_status),
            )
        ),
        Command("SETP", _set_setpoint, _get_setpoint, (2, 2), (1, 1)),
        Command("RAMP", _set_ramp, _get_ramp, (3, 3), (1, 1)),
        Command("PID", _set_pid, _get_pid, (4, 4), (1, 1)),
        Command("MOUT", _set_manual, _get_manual, (2, 2), (1, 1)),
        Command("OUTMODE", _set_mode, _get_mode, (4, 4), (1, 1)),
        Command("HTRSET", _set_heater, _get_heater, (5, 5), (1, 1)),
        Command("RANGE", _set_range, _get_range, (2, 2), (1, 1)),
        Command("RELAY", _set_relay, _get_relay, (2, 4), (1, 1)),
    )
