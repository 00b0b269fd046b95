"""What a demonstration is: a simulated experiment of the field, from a document to a table and its pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labkit.core._result import Curve
from labkit.core._samples import FloatArray


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """What a demonstration came to.

    `rows` are of text, one cell for each of the `headings`. `images` are shown side by side by their names.
    `notes` tell the data set, the seeds, what was published, and the caution.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: Mapping[str, str]
    images: Mapping[str, FloatArray] = field(default_factory=dict)
    curves: tuple[Curve, ...] = ()
    log_y: bool = False


@dataclass(frozen=True, slots=True)
class Demonstration:
    """One demonstration (an entry point of `labkit.demonstrations`).

    `document` is the YAML that it comes with, a start for others; `run` takes such a document and a seed that overrides
    the document's, and raises LabkitError.
    """

    name: str
    description: str
    document: Path
    run: Callable[[Path, int | None], Demonstrated]
