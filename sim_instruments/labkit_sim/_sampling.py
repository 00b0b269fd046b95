"""Readings as means over apertures, from a device that can be asked for its response at any instant.

Between two changes of the stimulus a response is smooth, a sum of decays that begin at the change. Each aperture is
cut where the stimulus changes, and each piece is integrated by Gauss-Legendre quadrature: three nodes, and for the
first piece after a change, where fast decays still live, twenty nodes on panels that shrink towards the change. For a
decay of time constant tau and an aperture T the error is below 1e-5 of the step for T / tau up to 300.
"""

from collections.abc import Callable

import numpy as np

from labkit.core import FloatArray, IntArray
from labkit_sim._process import Sampling

Response = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Offsets (s) from the latest change of the stimulus to voltage (V) and current (A) of one terminal."""

_BATCH = 1 << 15


def _gauss_legendre(order: int, edges: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """Give nodes and weights on [0, 1], `order` of them in each panel between `edges`."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    left, width = np.array(edges[:-1]), np.diff(edges)
    return (
        (left[:, None] + width[:, None] * (nodes + 1) / 2).ravel(),
        (width[:, None] * weights / 2).ravel(),
    )


_NODES, _WEIGHTS = _gauss_legendre(3, (0.0, 1.0))
_NO_NODES = np.empty(0)
_GRADED_NODES, _GRADED_WEIGHTS = _gauss_legendre(5, (0.0, 1 / 64, 1 / 16, 1 / 4, 1.0))


class RunningSampling:
    """A sampling under way: which reading comes next, and what its open aperture has gathered so far."""

    __slots__ = ("_carry_current", "_carry_voltage", "_fresh", "_next", "sampling")

    def __init__(self, sampling: Sampling) -> None:
        self.sampling = sampling
        self._next = 0
        self._fresh = True
        self._carry_voltage = 0.0
        self._carry_current = 0.0

    @property
    def complete(self) -> bool:
        """Whether all readings have been delivered."""
        return self._next >= self.sampling.count

    def collect(self, since: int, until: int, response: Response, closing: bool = False, last: bool = False) -> None:
        """Deliver the readings that are over at `until`; `since` is when the present stimulus began.

        `closing` says that the stimulus changes at `until`: an open aperture keeps what it has gathered. `last` says
        that nothing more will happen at `until`; before that, an instant that is read at `until` waits for an edge.
        """
        sampling = self.sampling
        if until < sampling.start:
            return
        reach = until - sampling.start - sampling.aperture
        if not sampling.aperture and not last:
            reach -= 1  # an instant that meets an edge reads the new level
        over = min(sampling.count, reach // sampling.period + 1) if sampling.period else int(reach >= 0)
        while self._next < over:
            self._deliver(since, min(over, self._next + _BATCH), response)
        if closing:
            self._keep_open_aperture(since, until, response)
            self._fresh = True

    def _deliver(self, since: int, stop: int, response: Response) -> None:
        sampling = self.sampling
        times = sampling.start + sampling.period * np.arange(self._next, stop, dtype=np.int64)
        if sampling.aperture:
            voltage, current = self._means(since, times, response)
        else:
            voltage, current = response(1e-9 * (times - since).astype(np.float64))
        self._next = stop
        sampling.sink(times, voltage, current)

    def _means(self, since: int, times: IntArray, response: Response) -> tuple[FloatArray, FloatArray]:
        """Average over apertures; the first after a change of the stimulus may have begun before it.

        Each reading gets the same nodes and the same sums, whichever readings it is asked for together with.
        """
        aperture = self.sampling.aperture
        graded = len(_GRADED_NODES) if self._fresh else 0
        whole = times[1:] if graded else times
        offsets = ((whole - since) * 1e-9)[:, None] + (aperture * 1e-9) * _NODES
        begin = max(since, int(times[0]))
        left = int(times[0]) + aperture - begin
        head = (begin - since + left * _GRADED_NODES) * 1e-9 if graded else _NO_NODES
        voltages, currents = response(np.concatenate((head, offsets.ravel())))
        voltage, current = _weighted(voltages[graded:]), _weighted(currents[graded:])
        if graded:
            share = left / aperture
            first_voltage = self._carry_voltage + share * float(_GRADED_WEIGHTS @ voltages[:graded])
            first_current = self._carry_current + share * float(_GRADED_WEIGHTS @ currents[:graded])
            voltage = np.concatenate(((first_voltage,), voltage))
            current = np.concatenate(((first_current,), current))
        self._carry_voltage = self._carry_current = 0.0
        self._fresh = False
        return voltage, current

    def _keep_open_aperture(self, since: int, until: int, response: Response) -> None:
        sampling = self.sampling
        opened = sampling.start + self._next * sampling.period
        if self.complete or opened >= until or not sampling.aperture:
            return
        begin = max(since, opened)
        share = (until - begin) / sampling.aperture
        voltages, currents = response((begin - since + (until - begin) * _GRADED_NODES) * 1e-9)
        self._carry_voltage += share * float(_GRADED_WEIGHTS @ voltages)
        self._carry_current += share * float(_GRADED_WEIGHTS @ currents)


def _weighted(values: FloatArray) -> FloatArray:
    """Add up the nodes of each whole aperture, in an order that does not depend on their number."""
    nodes = values.reshape(-1, len(_NODES))
    total: FloatArray = _WEIGHTS[0] * nodes[:, 0] + _WEIGHTS[1] * nodes[:, 1] + _WEIGHTS[2] * nodes[:, 2]
    return total
