"""The schemas for editors are those of the models, accept what labkit accepts and flag what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from labkit.protocol import SCHEMAS, protocol_folder, protocol_names, schema_text


@pytest.fixture(scope="module")
def accepts() -> Callable[[str], bool]:
    schema: dict[str, Any] = json.loads((protocol_folder() / "schema.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    return lambda text: validator.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_file_is_up_to_date(name: str) -> None:
    remedy = 'python -c "from labkit.protocol import write_schemas; write_schemas()"'
    assert (protocol_folder() / name).read_text(encoding="utf-8") == schema_text(SCHEMAS[name]), remedy


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(SCHEMAS[name])))


@pytest.mark.parametrize("name", protocol_names())
def test_an_editor_accepts_every_shipped_protocol(name: str, accepts: Callable[[str], bool]) -> None:
    assert accepts((protocol_folder() / f"{name}.yaml").read_text())


@pytest.mark.parametrize("path", sorted((protocol_folder() / "benches").glob("*.yaml")), ids=lambda path: path.stem)
def test_an_editor_accepts_every_shipped_bench(path: Path) -> None:
    schema = json.loads((protocol_folder() / "bench.schema.json").read_text())
    jsonschema.validate(yaml.safe_load(path.read_text()), schema)


@pytest.mark.parametrize(
    ("sound", "spoiled"),
    [
        ("width: {default: 20 ms", "width: {defualt: 20 ms"),
        ("width: $width, mark: epsc", "widht: $width, mark: epsc"),
        ("- wait: $window", "- wait: 10 V"),
        ("- wait: $window", "- wait: 10 volts"),
        ("- wait: $window", "- wait: 10"),
        ("- wait: $window", "- wiat: 10 s"),
        ("light: optical", "light: optic"),
        ("timeout: $timeout", "timeout: 10 sigma"),
        ("schema_version: 1", "schema_version: 2"),
        ("rate: $rate}", "rate: $rate, rates: 3}"),
    ],
)
def test_an_editor_flags_what_labkit_refuses(sound: str, spoiled: str, accepts: Callable[[str], bool]) -> None:
    text = (protocol_folder() / "epsc_optical.yaml").read_text()
    assert sound in text
    assert not accepts(text.replace(sound, spoiled))
