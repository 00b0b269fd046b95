"""The parts of a switching cell: what moves a conduction path, what forms it, what stands in series with it."""

from math import exp, inf, pi
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from labkit.core import QuantityField
from labkit_sim.devices._absorber import Absorber
from labkit_sim.devices._activation import BOLTZMANN
from labkit_sim.devices._memristor import Switching
from labkit_sim.devices._parameters import (
    Area,
    Conductance,
    Energy,
    Irradiance,
    Length,
    Parameters,
    Rate,
    Ratio,
    Time,
    Voltage,
)

Current = Annotated[float, QuantityField("current", "nA")]


class Hop(NamedTuple):
    """What a hopping law is at one temperature: w' = rate sinh(V / scale) (1/s, V), and the return (1/s)."""

    rate: float
    scale: float
    diffusion: float


class Hopping(Parameters):
    """Ions that hop over one barrier across the film, with the field and, where they diffuse, back.

    Mott and Gurney: the front of the ions passes the film at the share w' = (2 a nu / d) exp(-E_a / kT)
    sinh(a V / 2 d kT) a second (V over kT in volts). Their diffusion constant is D = nu a^2 exp(-E_a / kT), so that
    mobility and diffusion obey Einstein's relation; a gradient between two blocking electrodes fades with its slowest
    mode, pi^2 D / d^2.
    """

    barrier: Energy = Field(ge=0, description="E_a: of one hop")
    jump: Length = Field(gt=0, description="a: from site to site")
    thickness: Length = Field(gt=0, description="d: of the film")
    attempt: Rate = Field(1e12, gt=0, description="nu: attempts, of the order of a phonon frequency")
    threshold: Voltage = Field(
        0.0, ge=0, description="built-in voltage that has to be overcome; with 0 V a reading writes as well"
    )
    diffusive: bool = Field(False, description="whether the gradient drives the ions back without voltage")

    def at(self, temperature: float) -> Hop:
        """Give the law at a temperature (K)."""
        thermal = BOLTZMANN * temperature
        hops = self.attempt * exp(-self.barrier / thermal)
        return Hop(
            2 * hops * self.jump / self.thickness,
            2 * thermal * self.thickness / self.jump,
            hops * (pi * self.jump / self.thickness) ** 2 if self.diffusive else 0.0,
        )


class Illumination(Parameters):
    """How light moves a path: it fills the traps that open it, or takes away what carries it."""

    cross_section: Area = Field(gt=0, description="sigma: per absorbed photon")
    effect: Literal["opens", "closes"] = "opens"
    absorber: Absorber | None = Field(None, description="of this path; left out: that of the cell")

    def scaled(self, factor: float) -> Self:
        """Give light that moves the path so many times as fast."""
        return self.model_copy(update={"cross_section": factor * self.cross_section})


class BarrierLowering(Parameters):
    """How light helps ions over their barrier, by up to an energy: E_a - dE P / (P + P_half), P what is absorbed."""

    energy: Energy = Field(gt=0, description="dE: under strong light")
    half: Irradiance = Field(gt=0, description="P_half: absorbed irradiance that lowers it by half of that")

    def at(self, absorbed: float) -> float:
        """Give by how much (eV) an absorbed irradiance (W/m^2) lowers the barrier."""
        return self.energy * absorbed / (absorbed + self.half)


class Path(Parameters):
    """A way for the current that ions or trapped charge open and close: G = g s(w), s(w) = (e^bw - 1)/(e^b - 1).

    The bend b is 0 for a share of the area that conducts; it is what a gap is long in decay lengths of the tunnelling,
    or by how many kT a contact's barrier is lowered, where w closes the gap or lowers the barrier evenly.
    """

    conductance: Conductance = Field(gt=0, description="g: when it is fully open")
    bend: float = Field(0.0, ge=0, le=60, description="b: 0 conducts in proportion to w")
    localised: bool = Field(False, description="a filament, whatever the area of the electrodes")
    initial: Ratio = Field(0.0, ge=0, le=1, description="w as made; 1: in its low-resistance state without forming")
    resting: Ratio = Field(0.0, ge=0, le=1, description="w to which it relaxes")
    lifetime: Time = Field(inf, gt=0, description="tau: of its relaxation; left out: it stays")
    activation: Energy = Field(0.0, ge=0, description="barrier of its relaxation")
    polarity: Literal["positive", "negative"] = Field("positive", description="of the voltage that opens it")
    potentiation: Switching | None = Field(None, description="left out: that of the cell")
    depression: Switching | None = Field(None, description="left out: that of the cell")
    migration: Hopping | None = Field(None, description="instead of the two: one barrier in both directions")
    efficiency: Ratio = Field(1.0, ge=0, description="e: how well a voltage moves it; 0: not at all")
    softness: Ratio = Field(1.0, ge=0, le=1, description="1: w' falls towards the bound; 0: it is the same up to it")
    write_activation: Energy = Field(0.0, ge=0, description="barrier of potentiation and depression")
    conduction_activation: Energy = Field(0.0, ge=0, description="of its conductance, as a semiconductor's")
    temperature_coefficient: Ratio = Field(0.0, ge=0, description="of its resistance, a kelvin, as a metal's")
    light: Illumination | None = None
    lowering: BarrierLowering | None = Field(None, description="how light helps its ions to move")

    @model_validator(mode="after")
    def _one_law(self) -> Self:
        if self.migration is not None and (self.potentiation is not None or self.depression is not None):
            raise ValueError("migration already says how a voltage moves the path: leave out the other two")
        return self


class Leakage(Parameters):
    """What the film conducts beside its paths, over the whole area."""

    conductance: Conductance = Field(gt=0, description="in the dark, at the reference temperature")
    activation: Energy = Field(0.0, ge=0, description="as a semiconductor's")


class Forming(Parameters):
    """The first voltage: until a filament has nucleated every path stays as made.

    Nucleation is a matter of chance, with the rate of the law at the voltage across; its sum over time, for a nucleus,
    is gamma distributed with mean 1: exponentially for a variation of 100 %, as for a Poisson process.
    """

    nucleation: Switching
    variation: Ratio = Field(1.0, ge=0, description="coefficient of variation; 100 %: a Poisson process")
    either_polarity: bool = Field(False, description="the polarity that forms the cell is from then on the opening one")


class SelectorBranch(Parameters):
    """A selector in one direction: I = I_0 (exp(V / V_s) - 1)."""

    current: Current = Field(gt=0, description="I_0")
    scale: Voltage = Field(gt=0, description="V_s")


class Selector(Parameters):
    """A nonlinear element in series with the cell: a diode where both directions differ, else a selector."""

    forward: SelectorBranch
    reverse: SelectorBranch
