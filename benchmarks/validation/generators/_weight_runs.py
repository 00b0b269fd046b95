"""Runs of P10 of a synthetic synapse, as the engine records them."""

from dataclasses import dataclass, field

import numpy as np

from benchmarks.validation.generators._noise import Instrument
from benchmarks.validation.generators._run import NO_SAMPLES, RunBuilder
from benchmarks.validation.generators._weights import Cycles
from labkit.core import FloatArray, Kind, Run, SampleStatus


@dataclass
class PulsedRun:
    """Protocol P10 as a run: pulses, reads of several readings, late reads, the section of state reads."""

    builder: RunBuilder
    ammeter: Instrument
    voltage: float = 0.1
    readings: int = 5
    width: float = 0.1
    aperture: float = 0.02
    time: list[float] = field(default_factory=list)
    current: list[float] = field(default_factory=list)
    volts: list[float] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    now: float = 0.0

    def pulse(self, mark: str, level: float, **loops: float) -> None:
        """Apply one pulse."""
        self.builder.event(Kind.PULSE, mark, "top", self.now, self.now + self.width, level, NO_SAMPLES, **loops)
        self.now += self.width

    def read(self, mark: str, conductance: float, status: int = 0, **loops: float) -> None:
        """Read ten widths after what came before."""
        begin, first = self.now, len(self.time)
        self.now += 10 * self.width
        for _ in range(self.readings):
            self.time.append(self.now)
            self.current.append(conductance * self.voltage)
            self.volts.append(self.voltage)
            self.status.append(status)
            self.now += self.aperture
        self.builder.event(Kind.READ, mark, "top", begin, self.now, self.voltage, (first, self.readings), **loops)

    def run(self, generator: np.random.Generator) -> Run:
        """Give the run as its ammeter saw it."""
        current = self.ammeter.read(np.array(self.current), generator)
        self.builder.trace(
            "top",
            np.array(self.time),
            np.array(self.volts),
            current,
            self.ammeter,
            self.aperture,
            np.array(self.status),
        )
        return self.builder.build()


def ltp_ltd_run(
    cycles: Cycles,
    seed: int,
    *,
    sigma: float = 0.0,
    offset: float = 0.0,
    gain: float = 0.0,
    late_share: float = 1.0,
    readings: int = 5,
    status: SampleStatus = SampleStatus.OK,
    levels: FloatArray | None = None,
    state_reads: int = 30,
) -> Run:
    """Make a run of P10 of a synthetic synapse; the first of its cycles is spoilt, as forming would."""
    generator = np.random.default_rng(seed)
    up, down = cycles.walks(generator)
    made = PulsedRun(
        RunBuilder(loops=("cycle", "pulse", "programmed_level", "reading"), terminals={"top": "electrical"}),
        Instrument(sigma=sigma, offset=offset, gain=gain),
        readings=readings,
    )
    for cycle in range(-1, len(up)):
        spoilt = 1.0 if cycle >= 0 else 3.0
        rise, fall = up[max(cycle, 0)] * spoilt, down[max(cycle, 0)] * spoilt
        made.read("initial", rise[0], cycle=cycle + 1)
        for pulse, value in enumerate(rise[1:]):
            made.pulse("potentiation", 0.5, cycle=cycle + 1, pulse=pulse)
            made.read("potentiation", value, int(status), cycle=cycle + 1, pulse=pulse)
        made.read("late", rise[0] + late_share * (rise[-1] - rise[0]), cycle=cycle + 1)
        for pulse, value in enumerate(fall[1:]):
            made.pulse("depression", -0.5, cycle=cycle + 1, pulse=pulse)
            made.read("depression", value, cycle=cycle + 1, pulse=pulse)
    for level, value in enumerate([] if levels is None else levels):
        made.pulse("state_pulse", 0.5, programmed_level=level)
        for reading in range(state_reads):
            made.read("state", value, programmed_level=level, reading=reading)
    return made.run(generator)
