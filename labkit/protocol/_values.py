"""Values as a protocol file writes them: quantities, expressions and lists, as fields of typed data."""

from collections.abc import Sized
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from labkit.core import unit_pattern
from labkit.protocol._dimensions import dimension_name, with_article
from labkit.protocol._expressions import Expression, parse_expression


class Part(BaseModel):
    """A part of a protocol file: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The annotation of a list that must have so many items; unlike `min_length` it does not count faulty ones out."""

    count: int

    def check(self, items: Sized) -> Sized:
        """Count the items; raises ValueError."""
        if len(items) < self.count:
            raise ValueError(f"at least {self.count} must stand here, not {len(items)}")
        return items

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        found = handler(schema)
        return {**found, "minItems": self.count} if found.get("type") == "array" else {**found, "minProperties": 1}


@dataclass(frozen=True, slots=True)
class ExpressionField:
    """The annotation of a field that holds an expression of one of `dimensions` (none: of any).

    What the file writes is kept; a literal is checked when the file is read, the rest when parameters are put in.
    """

    dimensions: tuple[str, ...] = ()
    example: str = "$name"

    def read(self, value: object) -> Expression:
        """Read what stands in the file; raises ValueError."""
        if isinstance(value, Expression):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"here must be {self.wanted()}")
        expression = parse_expression(value)
        literal = expression.literal
        if literal is not None and self.dimensions:
            name = dimension_name(literal.dimension)
            if not isinstance(value, str) and "ratio" not in self.dimensions:
                raise ValueError(f'{value} has no unit; write for example "{self.example}"')
            if not self.accepts(literal.dimension):
                raise ValueError(f'"{value}" is {with_article(name)}, not {self.wanted()}')
        return expression

    def accepts(self, dimension: tuple[int, ...]) -> bool:
        """Tell whether the field may have this dimension."""
        name = dimension_name(dimension)
        return not self.dimensions or name in self.dimensions

    def wanted(self) -> str:
        """Say what the field must hold: `a time`."""
        if not self.dimensions:
            return 'a quantity such as "10 ms"'
        return " or ".join(with_article(name) for name in self.dimensions)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda found: found.written),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        patterns = [unit_pattern(name) for name in self.dimensions]
        number = not self.dimensions or "ratio" in self.dimensions
        text: dict[str, Any] = {"type": "string", "examples": [self.example]}
        if patterns:
            text["anyOf"] = [{"pattern": pattern} for pattern in [*patterns, r"[$*()]|\s[-+/]\s"]]
        return {"anyOf": [{"type": "number"}, text]} if number else text


TIME = ExpressionField(("time",), "10 ms")
VOLTAGE = ExpressionField(("voltage",), "100 mV")
CURRENT = ExpressionField(("current",), "1 mA")
IRRADIANCE = ExpressionField(("irradiance",), "0.1 mW/cm^2")
LEVEL = ExpressionField(("voltage", "irradiance"), "100 mV")
FREQUENCY = ExpressionField(("frequency",), "100 Hz")
RAMP_RATE = ExpressionField(("ramp rate",), "1 V/s")
TEMPERATURE = ExpressionField(("temperature",), "300 K")
HEATING_RATE = ExpressionField(("heating rate",), "5 K/min")
DEVIATIONS = ExpressionField(("deviations",), "3 sigma")
COUNT = ExpressionField(("ratio",), "10")
ANY = ExpressionField()

Time = Annotated[Expression, TIME]
Voltage = Annotated[Expression, VOLTAGE]
Current = Annotated[Expression, CURRENT]
Level = Annotated[Expression, LEVEL]
Frequency = Annotated[Expression, FREQUENCY]
RampRate = Annotated[Expression, RAMP_RATE]
Temperature = Annotated[Expression, TEMPERATURE]
HeatingRate = Annotated[Expression, HEATING_RATE]
Deviations = Annotated[Expression, DEVIATIONS]
Count = Annotated[Expression, COUNT]
AnyExpression = Annotated[Expression, ANY]


class LogSpace(Part):
    """Values at equal factors, both ends included: `{logspace: [0.1 s, 20 s], points: 12}`."""

    logspace: tuple[AnyExpression, AnyExpression]
    points: Count


class LinSpace(Part):
    """Values at equal differences, both ends included: `{linspace: [0 V, 1 V], points: 11}`."""

    linspace: tuple[AnyExpression, AnyExpression]
    points: Count


def _form(value: object) -> str | None:
    if isinstance(value, list | tuple):
        return "<list>"
    if isinstance(value, dict):
        return "<linspace>" if "linspace" in value else "<logspace>"
    if isinstance(value, LogSpace | LinSpace):
        return "<logspace>" if isinstance(value, LogSpace) else "<linspace>"
    return "<scalar>"


ValueForm = Annotated[
    Annotated[AnyExpression, Tag("<scalar>")]
    | Annotated[tuple[AnyExpression, ...], Tag("<list>")]
    | Annotated[LogSpace, Tag("<logspace>")]
    | Annotated[LinSpace, Tag("<linspace>")],
    Discriminator(_form),
]
"""A single value, a list, or the ends of one and how many points."""
