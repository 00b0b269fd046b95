"""Period, width and edges of a pulse, and what a generator adjusts when they do not fit each other.

An edge is the time from 10 % to 90 %. Edges give way first, then the width (33500 operating guide, FUNCtion:PULSe).
"""

from labkit_sim.generators._levels import Told, clipped
from labkit_sim.generators._specs import GeneratorSpec


class PulseTiming:
    """The period of all functions (s), and width, edges and duty cycle of the pulse function."""

    def __init__(self, spec: GeneratorSpec, period: float, width: float) -> None:
        self._spec = spec
        self.period = period
        self.width = width
        self.lead = self.trail = spec.default_edge
        self.holds_duty = False
        self.function = "SIN"

    @property
    def duty(self) -> float:
        """Width over period."""
        return self.width / self.period

    @property
    def shortest_period(self) -> float:
        """What the present function allows (s)."""
        return 1.0 / self._spec.largest_frequency.get(self.function, 1 / self._spec.period[0])

    def set_period(self, period: float) -> Told:
        """Set the period: width, or duty cycle when that is held, stays if it can."""
        told: Told = []
        duty = self.duty
        self.period = clipped(period, self.shortest_period, self._spec.period[1], told)
        if self.holds_duty:
            self.width = max(self._spec.width[0], duty * self.period)
        return told + (self._fit() if self.function == "PULS" else [])

    def set_width(self, width: float) -> Told:
        """Set the width; one that the period does not leave room for is shortened."""
        told: Told = []
        self.width = clipped(width, *self._spec.width, told)
        return told + self._fit()

    def set_edges(self, lead: float, trail: float) -> Told:
        """Set the transition times; those that do not fit are shortened."""
        told: Told = []
        self.lead = clipped(lead, *self._spec.edge, told)
        self.trail = clipped(trail, *self._spec.edge, told)
        return told + self._fit()

    def enter(self, function: str) -> Told:
        """Go over to another function, which may be slower."""
        self.function = function
        told: Told = []
        if self.period < self.shortest_period:
            self.period = self.shortest_period
            told.append((-221, "Settings conflict; frequency reduced for function"))
        return told + (self._fit() if function == "PULS" else [])

    def _longest_edge(self) -> float:
        spec = self._spec
        return max(spec.edge[0], min(self.width / spec.edge_in_width, (self.period - self.width) / spec.edge_in_rest))

    def _fit(self) -> Told:
        told: Told = []
        rest = max(self._spec.width[0], self._spec.edge_in_rest * self._spec.edge[0])
        if self.width > (self.period - rest) * (1 + 1e-9):  # the instrument counts in whole steps of its clock
            self.width = max(self._spec.width[0], self.period - rest)
            told.append((-221, "Settings conflict; pulse width decreased due to period"))
        longest = self._longest_edge()
        if max(self.lead, self.trail) > longest * (1 + 1e-9):
            self.lead, self.trail = min(self.lead, longest), min(self.trail, longest)
            told.append((-221, "Settings conflict; edge time decreased due to pulse width or period"))
        return told
