"""The physics behind a virtual bench: one clock, one device, what drives it, and what happens by itself.

The world is event driven. The device's state is moved only when the stimulus changes, once for each stretch of
constant stimulus, however often it was looked at in between; readings of such a stretch are computed together. So
what an instrument sees does not depend on how often anybody asks.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from threading import RLock
from zlib import crc32

import numpy as np

from labkit.core import FloatArray, Nanoseconds
from labkit_sim._process import Line, Process, Sampling, Signal, Task, Until, Wish
from labkit_sim._sampling import RunningSampling
from labkit_sim.devices import ROOM_TEMPERATURE, Device, Drive, Stimulus


class World:
    """One device, the sources on its terminals, the light on it, and the time (integer ns, from 0).

    `seed` is where every random number of the instruments comes from.
    """

    def __init__(self, device: Device, seed: int = 1) -> None:
        self.device = device
        self.seed = seed
        self._now = 0
        self._since = 0  # the device's state is that of this instant
        self._drives: dict[str, Drive] = {}
        self._grounded: dict[str, Drive] = {}
        self._light: dict[str, tuple[float, float]] = {}
        self._temperature = ROOM_TEMPERATURE
        self._stimulus: Stimulus | None = None
        self._samplings: list[RunningSampling] = []
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._event_count = 0
        self._lines: dict[str, Line] = {}
        self._advancing = False
        self.lock = RLock()
        """Held by whoever lets time pass or lets an instrument act, one thread at a time."""

    @property
    def now(self) -> Nanoseconds:
        """The present instant."""
        return Nanoseconds(self._now)

    # What acts on the device

    def set_drive(self, terminal: str, voltage: float, limit: float = np.inf, resistance: float = 0.0) -> None:
        """Drive a terminal through `resistance` (ohm) with a voltage (V) from now on.

        The source delivers at most `limit` (A, a magnitude).
        """
        drive = Drive(voltage, limit, resistance)
        if self._drives.get(terminal) != drive:
            self._stimulus_changes()
            self._drives[terminal] = drive

    def release(self, terminal: str) -> None:
        """Let go of a terminal: it floats, or is tied to ground when the bench grounds it."""
        if terminal in self._drives:
            self._stimulus_changes()
            del self._drives[terminal]

    def ground(self, terminal: str) -> None:
        """Tie a terminal to ground for good; a wire of the bench, not an output."""
        self._stimulus_changes()
        self._grounded[terminal] = Drive(0.0)

    def set_irradiance(self, source: str, wavelength: float, irradiance: float) -> None:
        """Light the device by one source (m, W/m^2), from now on; sources of one wavelength add up."""
        if self._light.get(source, (wavelength, 0.0)) != (wavelength, irradiance):
            self._stimulus_changes()
            self._light[source] = (wavelength, irradiance)

    def set_temperature(self, temperature: float) -> None:
        """Bring the device to a temperature (K)."""
        if temperature != self._temperature:
            self._stimulus_changes()
            self._temperature = temperature

    def switch_off(self) -> tuple[str, ...]:
        """Release every terminal and darken every light, as when the power of the bench goes; gives what was on."""
        lights = tuple(source for source, (_, irradiance) in self._light.items() if irradiance)
        driven = tuple(self._drives)
        for terminal in driven:
            self.release(terminal)
        for source in lights:
            self.set_irradiance(source, self._light[source][0], 0.0)
        return driven + lights

    @property
    def stimulus(self) -> Stimulus:
        """All that acts on the device now."""
        if self._stimulus is None:
            wired = self.device.terminals
            drives = {name: drive for name, drive in self._drives.items() if name in wired}
            light: dict[float, float] = {}
            for wavelength, irradiance in self._light.values():
                if irradiance:
                    light[wavelength] = light.get(wavelength, 0.0) + irradiance
            self._stimulus = Stimulus(self._grounded | drives, light, self._temperature)
        return self._stimulus

    def drive(self, terminal: str) -> Drive | None:
        """Give how an instrument drives a terminal, or None when its output is off."""
        return self._drives.get(terminal)

    def irradiance(self, wavelength: float | None = None) -> float:
        """Give the irradiance (W/m^2) on the device, of one wavelength (m) or of all."""
        return sum(level for found, level in self._light.values() if wavelength is None or found == wavelength)

    def outputs_off(self) -> bool:
        """Tell whether no instrument drives a terminal."""
        return not self._drives

    def lights_off(self) -> bool:
        """Tell whether the device is in the dark."""
        return all(irradiance == 0 for _, irradiance in self._light.values())

    # What is seen of it

    def response(self, terminal: str) -> tuple[float, float]:
        """Give voltage (V) and current (A) at a terminal now."""
        voltage, current = self._trace(terminal, np.array([(self._now - self._since) * 1e-9]))
        return float(voltage[0]), float(current[0])

    def sample(self, sampling: Sampling) -> None:
        """Begin readings that go on by themselves; their sink gets them at the latest when they are over."""
        if sampling.count > 0:
            self._register(sampling, lambda: None)

    def collect(self) -> None:
        """Deliver all readings that are over by now."""
        for running in tuple(self._samplings):
            self._collect(running)

    def _trace(self, terminal: str, offsets: FloatArray) -> tuple[FloatArray, FloatArray]:
        if terminal not in self.device.terminals:  # an open wire: the source's voltage, no current
            drive = self._drives.get(terminal, Drive(0.0))
            return np.full(len(offsets), drive.voltage), np.zeros(len(offsets))
        return self.device.trace(self.stimulus, offsets)[terminal]

    def _collect(self, running: RunningSampling, closing: bool = False, last: bool = False) -> None:
        terminal = running.sampling.terminal
        running.collect(self._since, self._now, lambda offsets: self._trace(terminal, offsets), closing, last)

    def _stimulus_changes(self) -> None:
        """Bring readings and device up to now, because a new stimulus begins."""
        if self._now > self._since:
            for running in self._samplings:
                self._collect(running, closing=True)
            self.device.advance(self.stimulus, (self._now - self._since) * 1e-9)
            self._since = self._now
        self._stimulus = None

    # What happens by itself

    def spawn(self, process: Process) -> Task:
        """Start a process; it runs at once up to its first wait."""
        task = Task(process)
        self._resume(task)
        return task

    def line(self, name: str) -> Line:
        """Give the wire of a name, new when nobody has asked for it before."""
        return self._lines.setdefault(name, Line())

    def random(self, label: str) -> np.random.Generator:
        """Give a stream of random numbers of its own for a label, the same for the same seed."""
        return np.random.default_rng([self.seed, crc32(label.encode())])

    def at(self, time: int, action: Callable[[], None]) -> None:
        """Have something done at an instant (ns), or as soon as time goes on when it has passed."""
        self._event_count += 1
        heappush(self._events, (max(time, self._now), self._event_count, action))

    def _resume(self, task: Task) -> None:
        """Let a process go on until it has to wait."""
        try:
            wish = next(task.process)
            while self._granted(wish):
                wish = next(task.process)
        except StopIteration as stop:
            task.end(stop.value)
        except BaseException:
            task.end(None)
            raise
        else:
            self._wait(task, wish)

    def _granted(self, wish: Wish) -> bool:
        if isinstance(wish, Until):
            return wish.time <= self._now
        if isinstance(wish, Sampling):
            return wish.count < 1
        return isinstance(wish, Task) and wish.done

    def _wait(self, task: Task, wish: Wish) -> None:
        def go_on() -> None:
            if not task.done:
                self._resume(task)

        task.on_cancel = None
        if isinstance(wish, Until):
            self.at(wish.time, go_on)
        elif isinstance(wish, Sampling):
            running = self._register(wish, go_on)
            task.on_cancel = lambda: self._stop(running)
        elif isinstance(wish, Signal):
            wish.resume_on_fire(go_on)
        else:
            wish.finished.resume_on_fire(go_on)

    def _register(self, sampling: Sampling, then: Callable[[], None]) -> RunningSampling:
        if sampling.start < self._now:
            raise ValueError(f"readings cannot begin at {sampling.start} ns, it is {self._now} ns")
        running = RunningSampling(sampling)
        self._samplings.append(running)

        def finish() -> None:
            if running in self._samplings:
                self._stop(running)
                then()

        self.at(sampling.end, finish)
        return running

    def _stop(self, running: RunningSampling) -> None:
        self._collect(running, last=True)
        self._samplings.remove(running)

    # Time

    @property
    def next_event(self) -> Nanoseconds | None:
        """When something will happen by itself, or None."""
        return Nanoseconds(self._events[0][0]) if self._events else None

    def advance_to(self, time: int) -> None:
        """Let time pass up to an instant; an instant that has passed changes nothing."""
        self.advance_until(_never, time)

    def advance_until(self, condition: Callable[[], bool], deadline: int) -> bool:
        """Let time pass until an event makes `condition` true, or up to `deadline`; give the condition."""
        with self.lock:
            if self._advancing:
                raise RuntimeError("a process of the world cannot make time pass; it yields what it waits for")
            self._advancing = True
            try:
                return self._run(condition, deadline)
            finally:
                self._advancing = False

    def _run(self, condition: Callable[[], bool], deadline: int) -> bool:
        events = self._events
        while not condition():
            if not events or events[0][0] > deadline:
                self._now = max(self._now, deadline)
                return False
            self._now, _, action = heappop(events)
            action()
        return True


def _never() -> bool:
    return False
