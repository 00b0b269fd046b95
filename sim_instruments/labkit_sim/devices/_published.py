"""What a preset keeps of the published device that its numbers come from, and the experiments that show them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from labkit_sim.devices._parameters import Length


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishedNumber(_Part):
    """One number of the review's tables, in SI units (ratios as ratios)."""

    value: float
    confidence: Literal["low", "medium", "high"] = Field(description="how sure it is that it stands in this column")


class Experiment(_Part):
    """A protocol whose ideal outcome on the preset is the published numbers. Conditions are ours unless told."""

    protocol: str
    parameters: dict[str, str] = Field(default_factory=dict)
    metrics: tuple[str, ...] = Field((), description="those to compute; left out: the protocol's")
    shows: tuple[str, ...] = Field((), description="the quantities of `values` that it shows")


class Published(_Part):
    """The row of the tables. A number that is not there was not published."""

    reference: int = Field(description="its number in the review's list of references")
    terminals: Literal[2, 3]
    structure: str = Field(description="layers as printed, PVSK for the perovskite")
    perovskite: str
    mechanism: str
    wavelengths: tuple[Length, ...] = ()
    values: dict[str, PublishedNumber] = Field(default_factory=dict)
    not_published: tuple[str, ...] = ()
    experiments: tuple[Experiment, ...] = ()
