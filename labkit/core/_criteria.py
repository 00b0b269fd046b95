"""What a device must be to count as good, written down before it is measured: `criteria.yaml` (M40)."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from labkit.core._quantities import SI_UNITS, parse_quantity
from labkit.core._result import Flag, Result

Limit = Annotated[str | float, Field(description='a number with its unit, e.g. "1 nS"; without one for ratios')]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Document):
    """Something that holds or does not hold for a device: a value within limits, or a flag of it."""

    symbol: str = Field(description="the value, as tables print it: G_max, NL_P, I_on/I_off")
    metric: str = Field("", description="the metric that it is of, where several have such a symbol")
    at: dict[str, Limit] = Field(default_factory=dict, description="conditions that the value belongs to")
    min: Limit | None = None
    max: Limit | None = None
    flags: tuple[Flag, ...] = Field((), description="holds when the value has one of these flags, e.g. [CMP, SAT]")

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        if self.min is None and self.max is None and not self.flags:
            raise ValueError("a condition needs min, max or flags")
        for limit in (self.min, self.max, *self.at.values()):
            if limit is not None:
                _in_si(limit)
        return self

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest value allowed, in SI units."""
        low = float("-inf") if self.min is None else _in_si(self.min)[0]
        high = float("inf") if self.max is None else _in_si(self.max)[0]
        return low, high

    @property
    def units(self) -> frozenset[str]:
        """The SI units that the limits are written in."""
        return frozenset(_in_si(limit)[1] for limit in (self.min, self.max) if limit is not None)

    def concerns(self, result: Result) -> bool:
        """Tell whether a result is the value that the condition is about."""
        if result.symbol != self.symbol or (self.metric and result.metric != self.metric):
            return False
        wanted = {name: _in_si(limit)[0] for name, limit in self.at.items()}
        return all(
            abs(result.at.get(name, float("nan")) - value) <= 1e-6 * abs(value) for name, value in wanted.items()
        )

    def words(self) -> str:
        """Say the condition."""
        parts = [f"at least {self.min}"] if self.min is not None else []
        parts += [f"at most {self.max}"] if self.max is not None else []
        parts += [f"flagged {' or '.join(self.flags)}"] if self.flags else []
        return f"{self.symbol} {' and '.join(parts)}"


class Criteria(_Document):
    """Pre-registered criteria: a good device meets all of them and has none of the failure modes.

    Modes are tried in the order of the file; the first of which one condition holds is the device's.
    """

    schema_version: Literal[1] = 1
    name: str
    description: str = ""
    criteria: tuple[Condition, ...] = Field(min_length=1)
    failure_modes: dict[str, tuple[Condition, ...]] = Field(
        default_factory=dict, description="short, open, ...: a device is of a mode when one of its conditions holds"
    )


def _in_si(limit: str | float) -> tuple[float, str]:
    """Read a limit: SI value and SI unit; raises ValueError."""
    if isinstance(limit, str):
        value, dimension = parse_quantity(limit)
        return value, SI_UNITS[dimension]
    return float(limit), "1"
