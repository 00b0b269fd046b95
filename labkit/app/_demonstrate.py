"""Demonstrations: found by entry point, run from their documents, written as data or as a picture."""

import json
import math
import shutil
from pathlib import Path

from labkit.core import (
    Curve,
    Demonstrated,
    Demonstration,
    FloatArray,
    LabkitError,
    did_you_mean,
    load_plugin,
    load_yaml,
    plugin_names,
    read_text,
)
from labkit.report import draw_demonstration

_GROUP = "labkit.demonstrations"


def demonstrations() -> tuple[Demonstration, ...]:
    """Give all installed demonstrations, by name."""
    return tuple(_load(name) for name in plugin_names(_GROUP))


def demonstrate(name_or_path: str, seed: int | None = None) -> Demonstrated:
    """Run a demonstration by its name, or from a document of one's own, whose `demonstration` says which it is.

    Raises LabkitError for what there is not, and DocumentError with every fault of the document.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml"):
        located = load_yaml(read_text(path), str(path))
        named = located.data.get("demonstration") if isinstance(located.data, dict) else None
        return _load(str(named)).run(path, seed)
    found = _load(name_or_path)
    return found.run(found.document, seed)


def copy_demonstration(name: str, target: Path) -> None:
    """Write the document of a demonstration to a new file; raises LabkitError where there is one already."""
    if target.exists():
        raise LabkitError(f"{target} exists", "choose another name")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_load(name).document, target)


def write_demonstrated(found: Demonstrated, output: Path) -> None:
    """Write what a demonstration came to as .json, or its images and curves as .svg, .pdf or .png."""
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.suffix.lower() != ".json":
        draw_demonstration(found, output)
        return
    told = {
        "labkit_demonstration": 1,
        "title": found.title,
        "headings": found.headings,
        "rows": found.rows,
        "notes": dict(found.notes),
        "images": {name: _image(image) for name, image in found.images.items()},
        "curves": [_plain(curve) for curve in found.curves],
    }
    output.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _plain(curve: Curve) -> dict[str, object]:
    points = [pair for pair in zip(curve.x.tolist(), curve.y.tolist(), strict=True) if not math.isnan(pair[0])]
    axes = {"x": f"{curve.x_label} ({curve.x_unit})", "y": f"{curve.y_label} ({curve.y_unit})"}
    return {"name": curve.name, **axes, "points": points}


def _image(image: FloatArray) -> list[list[float | None]]:
    return [[None if math.isnan(value) else value for value in row] for row in image.tolist()]


def _load(name: str) -> Demonstration:
    names = plugin_names(_GROUP)
    if name not in names:
        near = did_you_mean(name, names)
        known = f"choose one of {', '.join(names)}, or give a .yaml file"
        raise LabkitError(f'there is no demonstration "{name}"{near}', known)
    found = load_plugin(_GROUP, name)
    if not isinstance(found, Demonstration):
        raise LabkitError(
            f"the entry point {_GROUP}:{name} is not a Demonstration", "let it name a Demonstration object"
        )
    return found
