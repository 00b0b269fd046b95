"""JSON schemas for editors, made from the models that read the files."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from labkit.core import Bench, Criteria, Sample
from labkit.protocol._document import Document
from labkit.protocol._library import protocol_folder

SCHEMAS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "schema.json": Document,
        "bench.schema.json": Bench,
        "sample.schema.json": Sample,
        "criteria.schema.json": Criteria,
    }
)
"""The schema files beside the shipped protocols, and what each describes."""


def schema_text(model: type[BaseModel]) -> str:
    """Write the JSON schema of a model, the same text for the same model."""
    schema: dict[str, Any] = model.model_json_schema(by_alias=True, mode="validation")
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas() -> None:
    """Write the schema files into the folder of the shipped protocols."""
    for name, model in SCHEMAS.items():
        (protocol_folder() / name).write_text(schema_text(model), encoding="utf-8")
