"""Readings as means over apertures, from a device that can be asked for its response at any instant.

Between two changes of the stimulus a response is smooth, a sum of decays that begin at the change. Each aperture is
cut where the stimulus changes, and each piece is integrated by Gauss-Legendre quadrature: three nodes, and for the
first piece after a change, where fast decays still live, twelve nodes on panels that shrink towards the change. For a
decay of time constant tau and an aperture T the error is below 1e-4 of the step for T / tau up to 200.
"""

from collections.abc import Callable

import numpy as np

from labkit.core import FloatArray
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
_GRADED_NODES, _GRADED_WEIGHTS = _gauss_legendre(3, (0.0, 1 / 64, 1 / 16, 1 / 4, 1.0))


class RunningSampling:
    """A sampling under way: which reading comes next, and what its open aperture has gathered so far."""

    __slots__ = ("_begun", "_carry_current", "_carry_voltage", "_fresh", "_next", "sampling")

    def __init__(self, sampling: Sampling) -> None:
        self.sampling = sampling
        self._next = 0
        self._fresh = True
        self._begun = False
        self._carry_voltage = 0.0
        self._carry_current = 0.0

    @property
    def complete(self) -> bool:
        """Whether all readings have been delivered."""
        return self._next >= self.sampling.count

    def collect(self, since: int, until: int, response: Response, closing: bool) -> None:
        """Deliver the readings that are over at `until`; `since` is when the present stimulus began.

        `closing` says that the stimulus changes at `until`: an open aperture keeps what it has gathered.
        """
        sampling = self.sampling
        if until < sampling.start:
            return
        reach = until - sampling.start - sampling.aperture
        if closing and not sampling.aperture:
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
            begin = int(times[0]) if not self._begun else max(since, int(times[0]))
            voltage, current = self._means(since, begin, times, response)
        else:
            voltage, current = response(1e-9 * (times - since).astype(np.float64))
        self._next = stop
        self._begun = False
        sampling.sink(times, voltage, current)

    def _means(self, since: int, begin: int, times: np.ndarray, response: Response) -> tuple[FloatArray, FloatArray]:
        """Average over apertures; the first may have begun under the stimulus before, and goes on at `begin`."""
        aperture = self.sampling.aperture
        nodes, weights = (_GRADED_NODES, _GRADED_WEIGHTS) if self._fresh else (_NODES, _WEIGHTS)
        self._fresh = False
        left = int(times[0]) + aperture - begin
        first = (begin - since + left * nodes) * 1e-9
        rest = ((times[1:] - since) * 1e-9)[:, None] + (aperture * 1e-9) * _NODES
        voltages, currents = response(np.concatenate((first, rest.ravel())))
        share = left / aperture
        count = len(nodes)
        voltage, current = np.empty(len(times)), np.empty(len(times))
        voltage[0] = self._carry_voltage + share * (weights @ voltages[:count])
        current[0] = self._carry_current + share * (weights @ currents[:count])
        np.matmul(voltages[count:].reshape(-1, len(_NODES)), _WEIGHTS, out=voltage[1:])
        np.matmul(currents[count:].reshape(-1, len(_NODES)), _WEIGHTS, out=current[1:])
        self._carry_voltage = self._carry_current = 0.0
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
        self._begun = True
