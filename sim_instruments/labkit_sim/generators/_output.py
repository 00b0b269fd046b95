"""The output stage of a generator's channel: relay, source behind its 50 ohm, and how far this unit is off."""

from math import inf

from labkit_sim._ports import Disturbance
from labkit_sim._station import AccuracyDraw, Station
from labkit_sim.generators._levels import Levels
from labkit_sim.generators._specs import SOURCE_RESISTANCE, GeneratorSpec


class OutputStage:
    """Turns values of a waveform (-1 is the low level, 1 the high one) into voltages of the world."""

    def __init__(self, station: Station, channel: str, spec: GeneratorSpec, errors: AccuracyDraw) -> None:
        self.spec = spec
        self.number = channel
        self._port = station.electrical_port(channel)
        self._disturbances = station.disturbances
        self._amplitude_gain = 1 + errors.within(spec.gain)
        self._offset_gain = 1 + errors.within(spec.gain)
        self._amplitude_error = errors.within(spec.amplitude_error)
        self._offset_error = errors.within(spec.offset_error)
        self._offset_of_amplitude = errors.within(spec.offset_of_amplitude)
        self._value = 0.0
        self.output = False
        self.inverted = False
        self.levels: Levels

    def move_relay(self, on: bool) -> bool:
        """Move the output relay, unless it is stuck; tells whether it moved."""
        if Disturbance.STUCK_OUTPUT in self._disturbances or on == self.output:
            return False
        self.output = on
        if not on:
            self._port.release()
        return True

    def refresh(self) -> None:
        """Let changed levels act at once."""
        self.put(self._value)

    def put(self, value: float) -> None:
        """Put out a value of the waveform, turned about the offset when the output is inverted."""
        self._value = value
        if not self.output:
            return
        levels = self.levels
        voltage = levels.offset * self._offset_gain + self._offset_error
        if not levels.is_dc:
            swing = levels.amplitude * self._amplitude_gain + self._amplitude_error
            voltage += self._offset_of_amplitude * levels.amplitude
            voltage += (-value if self.inverted else value) * swing / 2
        self._port.drive(voltage, inf, SOURCE_RESISTANCE)
