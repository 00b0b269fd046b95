"""Quantities as fields of a typed document: text with a unit in the file, SI floats in the model."""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from labkit.core._quantities import SI_UNITS, UNITS, format_quantity, quantity


def unit_pattern(dimension: str) -> str:
    """Give the regular expression that a text of this dimension matches, for editors."""
    units = sorted((unit for unit, (found, _) in UNITS.items() if found == dimension and unit), key=len, reverse=True)
    escaped = "|".join(unit.replace("^", r"\^").replace("/", r"\/") for unit in units)
    optional = "?" if dimension == "ratio" else ""
    return rf"^\s*[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?\s*({escaped}){optional}\s*$"


@dataclass(frozen=True, slots=True)
class QuantityField:
    """The annotation of a field that holds a quantity: `Annotated[float, QuantityField("time", "ms")]`.

    The field reads text ("100 us") and holds an SI float. A bare number is refused unless the dimension is a ratio,
    with a sentence that shows what to write.
    """

    dimension: str
    example_unit: str

    def read(self, value: object) -> float:
        """Read what stands in the file; raises ValueError."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"{value!r} is not a {self.dimension}")
        if isinstance(value, str):
            return quantity(value, self.dimension)
        if self.dimension == "ratio":
            return float(value)
        raise ValueError(f'{value} has no unit; write for example "{value:g} {self.example_unit}"')

    def write(self, value: float) -> str:
        """Write an SI value as text with a unit."""
        return format_quantity(value, SI_UNITS[self.dimension], 12)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            self.read,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(self.write, when_used="json"),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": ["string", "number"] if self.dimension == "ratio" else "string",
            "pattern": unit_pattern(self.dimension),
            "examples": [f"10 {self.example_unit}"],
        }
