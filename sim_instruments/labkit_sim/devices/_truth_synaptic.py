"""What a transistor with memory says of its synaptic metrics, without a measurement (M1, M2, M4, M14-M18, M21, M22).

The state equations are solved exactly from edge to edge of the stimulus, by themselves: no bench, no firmware, no
noise. Every event has efficiency 1, nothing wears, and no current limit is reached. Voltages and currents have the
signs that an experimenter sees, also for a transistor of holes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from labkit.core import FloatArray
from labkit_sim.devices._device import ROOM_TEMPERATURE, Device, Drive, Stimulus
from labkit_sim.devices._mirrored import Mirrored
from labkit_sim.devices._transistor import Transistor
from labkit_sim.devices._transistor_parameters import TransistorParameters
from labkit_sim.devices._truth_phototransistor import LightPulse, PairedPulse, ReadBias, window_nodes
from labkit_sim.devices._truth_update import UpdateTruth


@dataclass(frozen=True, slots=True)
class GatePulse:
    """A rectangular gate pulse: V against the source, s."""

    voltage: float
    width: float


Pulse = LightPulse | GatePulse


@dataclass(frozen=True, slots=True)
class UpdateProtocol:
    """Cycles of equal potentiating, then depressing pulses, each followed by a read at a constant bias (P11, P12).

    Times in s, potentiation first: `rests` from the end of a pulse to the next of its kind, `delays` from the end of a
    pulse to the middle of its read, `pauses` from the last pulse of a kind to the first of the other (left out, as the
    rests). `initial_delay` is from the last depressing pulse to the read before the next potentiation (left out, the
    depression's delay). The first `discarded` cycles do not count.
    """

    potentiation: Pulse
    depression: Pulse
    pulses: int
    bias: ReadBias
    rests: tuple[float, float]
    delays: tuple[float, float]
    pauses: tuple[float, float] | None = None
    initial_delay: float | None = None
    cycles: int = 10
    discarded: int = 1


class SynapticTruth:
    """The true synaptic metrics of a transistor at one temperature (K), from its first state on."""

    def __init__(
        self,
        parameters: TransistorParameters,
        polarity: Literal["n", "p"] = "n",
        temperature: float = ROOM_TEMPERATURE,
    ) -> None:
        self.parameters = parameters.model_copy(update={"variation": 0.0, "endurance": None})
        self._polarity = polarity
        self._temperature = temperature

    def baseline(self, bias: ReadBias) -> float:
        """Give the dark current (A) of the device in its first state (M2)."""
        return self._read(self._device(), bias)

    def epsc(self, pulse: Pulse, bias: ReadBias, window: float = 0.0, delay: float = 0.0) -> float:
        """Give the response (A) less the baseline (M1).

        To light: the mean over the last `window` (s) of the pulse. To the gate: the mean over `window` from `delay` (s)
        after the pulse on, for within it the gate is the drive.
        """
        return self._level(self._device(), pulse, bias, window, delay) - self.baseline(bias)

    def paired_pulse(
        self, pulse: Pulse, interval: float, bias: ReadBias, window: float = 0.0, delay: float = 0.0
    ) -> PairedPulse:
        """Give the PPF indices for an interval (s) from the end of the first pulse to the start of the second (M4)."""
        first = self.epsc(pulse, bias, window, delay)
        device = self._device()
        self._apply(device, pulse, bias)
        self._rest(device, bias, interval)
        edge = self._read(device, bias)
        beyond = delay + window if isinstance(pulse, GatePulse) else 0.0
        single = self._windowed(device, self._stimulus(bias), pulse.width + beyond, window)
        second = self._level(device, pulse, bias, window, delay)
        return PairedPulse((second - self.baseline(bias)) / first, (second - edge) / first, (second - single) / first)

    def read_energy(self, pulse: LightPulse, bias: ReadBias, window: float = 0.0) -> float:
        """Give E_read (J): |V_R| I t_w with the current at the end of the pulse (M21)."""
        return abs(bias.drain * self._level(self._device(), pulse, bias, window, 0.0)) * pulse.width

    def optical_energy(self, pulse: LightPulse) -> float:
        """Give E_opt (J) on the channel's area (M21)."""
        return pulse.irradiance * pulse.width * self.parameters.channel.area

    def weights(self, protocol: UpdateProtocol) -> UpdateTruth:
        """Give the curves of M14, I_D / V_DS after every pulse, with all that follows from them (M14-M16, M18)."""
        device, delays = self._device(), protocol.delays
        initial = delays[1] if protocol.initial_delay is None else protocol.initial_delay
        pauses = protocol.rests if protocol.pauses is None else protocol.pauses
        rows: list[list[float]] = []
        for _ in range(protocol.discarded + protocol.cycles):
            start = self._read(device, protocol.bias)
            self._rest(device, protocol.bias, pauses[1] - initial if rows else 0.0)
            rising = self._train(device, protocol, 0)
            self._rest(device, protocol.bias, pauses[0] - delays[0])
            falling = self._train(device, protocol, 1)
            self._rest(device, protocol.bias, initial - delays[1])
            rows.append([start, *rising, *falling])
        mean = np.mean(rows[protocol.discarded :], axis=0) / protocol.bias.drain
        return UpdateTruth(mean[: protocol.pulses + 1], mean[protocol.pulses :])

    def _train(self, device: Device, protocol: UpdateProtocol, kind: int) -> list[float]:
        """Apply the pulses of a kind and give the current (A) after each; the device is then at the last read."""
        pulse = (protocol.potentiation, protocol.depression)[kind]
        delay, levels = protocol.delays[kind], []
        for place in range(protocol.pulses):
            self._rest(device, protocol.bias, protocol.rests[kind] - delay if place else 0.0)
            self._apply(device, pulse, protocol.bias)
            self._rest(device, protocol.bias, delay)
            levels.append(self._read(device, protocol.bias))
        return levels

    def retention(
        self,
        program: Sequence[tuple[Pulse, float]],
        times: FloatArray,
        bias: ReadBias,
        rest: ReadBias | None = None,
        before: Sequence[tuple[Pulse, float]] = (),
    ) -> FloatArray:
        """Give R(t) at `times` (s) after the last programming pulse, relative to the first time (M22).

        Pulses come with the time (s) that follows them, but for the last of `program`. `before` them an erase may take
        place; then the reference is read. `rest` is the bias but for the reads.
        """
        held, device = bias if rest is None else rest, self._device()
        for pulse, pause in before:
            self._apply(device, pulse, held)
            self._rest(device, held, pause)
        reference = self._read(device, bias)
        for place, (pulse, pause) in enumerate(program, 1):
            self._apply(device, pulse, held)
            self._rest(device, held, pause if place < len(program) else 0.0)
        change, passed = np.empty(len(times)), 0.0
        for place, time in enumerate(times.tolist()):
            self._rest(device, held, time - passed)
            passed, change[place] = time, self._read(device, bias) - reference
        return np.asarray(change / change[0])

    def _device(self) -> Device:
        device = Transistor(self.parameters)
        return device if self._polarity == "n" else Mirrored(device)

    def _stimulus(self, bias: ReadBias, pulse: Pulse | None = None) -> Stimulus:
        gate = pulse.voltage if isinstance(pulse, GatePulse) else bias.gate
        light = {pulse.wavelength: pulse.irradiance} if isinstance(pulse, LightPulse) else {}
        drives = {"drain": Drive(bias.drain), "gate": Drive(gate), "source": Drive(0.0)}
        return Stimulus(drives, light, self._temperature)

    def _apply(self, device: Device, pulse: Pulse, bias: ReadBias) -> None:
        device.advance(self._stimulus(bias, pulse), pulse.width)

    def _rest(self, device: Device, bias: ReadBias, time: float) -> None:
        device.advance(self._stimulus(bias), time)

    def _read(self, device: Device, bias: ReadBias) -> float:
        return float(device.trace(self._stimulus(bias), np.zeros(1))["drain"][1][0])

    def _level(self, device: Device, pulse: Pulse, bias: ReadBias, window: float, delay: float) -> float:
        if isinstance(pulse, LightPulse):
            return self._windowed(device, self._stimulus(bias, pulse), pulse.width, window)
        self._apply(device, pulse, bias)
        return self._windowed(device, self._stimulus(bias), delay + window, window)

    def _windowed(self, device: Device, stimulus: Stimulus, end: float, window: float) -> float:
        """Give the mean current (A) over the last `window` (s) before `end` (s)."""
        times, weights = window_nodes(end, window)
        return float(weights @ device.trace(stimulus, times)["drain"][1])
