"""Reading a cell of a crossbar among others: what creeps through them, with and without what should hinder it."""

from itertools import product
from pathlib import Path

import numpy as np
from pydantic import Field

from labkit.core import Curve, Demonstrated, FloatArray, format_quantity, read_document
from labkit_sim.crossbar import IDEAL_WIRES, CellRead, Crossbar, Scheme, Wires, read_cell
from labkit_sim.demonstrations._document import CellKind, CellsPart, DemonstrationDocument, Voltage, WiresPart, noted


class CrossbarRead(DemonstrationDocument):
    """Crossbars of several sizes and kinds of cells, each read under several schemes."""

    sizes: tuple[int, ...] = Field(min_length=1, description="word lines, and as many bit lines")
    kinds: tuple[CellKind, ...] = Field(min_length=1)
    schemes: tuple[Scheme, ...] = Field(min_length=1, description="what is done with the lines that are not selected")
    read_voltage: Voltage = Field(gt=0)
    cells: CellsPart
    wires: WiresPart = WiresPart()


def crossbar_read(path: Path, seed: int | None) -> Demonstrated:
    """Read the worst cell of each crossbar: off among cells that are all on, in the corner farthest from the drivers.

    Nothing in it is random. Raises LabkitError.
    """
    document = read_document(path, CrossbarRead)
    rows, curves, drops = [], [], {}
    last = document.schemes[-1]
    for kind in document.kinds:
        errors = []
        for size in document.sizes:
            off = {scheme: _read(document, kind, size, scheme, off=True) for scheme in document.schemes}
            on = _read(document, kind, size, last, off=False)
            errors.append(abs(off[last].error))
            shown = [_error(off[scheme].error) for scheme in document.schemes]
            power = format_quantity(off[last].solution.power, "W", 3)
            rows.append((kind, f"{size} x {size}", *shown, _error(on.error), power))
            drops[f"V across {kind} cells, {size} x {size}"] = off[last].solution.voltages
        sizes = np.array(document.sizes, float)
        curves.append(Curve(kind, sizes, np.array(errors), "lines", "1", "error of the read", "1", log_x=True))
    return Demonstrated(
        title="Reading one cell of a crossbar",
        headings=("cells", "array", *(f"off, {each}" for each in document.schemes), f"on, {last}", f"power, {last}"),
        rows=tuple(rows),
        notes=noted(document, _notes(document)),
        images={
            name: drop
            for name, drop in drops.items()
            if name.endswith(f", {max(document.sizes)} x {max(document.sizes)}")
        },
        curves=tuple(curves),
        log_y=True,
    )


def _read(document: CrossbarRead, kind: CellKind, size: int, scheme: Scheme, off: bool) -> CellRead:
    values = np.full((size, size), document.cells.high)
    word, bit = 0, size - 1  # word lines are driven at the first bit line, bit lines at the last word line
    if off:
        values[word, bit] = document.cells.low
    return _corner(document, kind, values, scheme, document.wires.wires())


def _corner(document: CrossbarRead, kind: CellKind, values: FloatArray, scheme: Scheme, wires: Wires) -> CellRead:
    bit = values.shape[1] - 1
    return read_cell(Crossbar(document.cells.cells(kind, values, 0), wires), scheme, 0, bit, document.read_voltage)


def _notes(document: CrossbarRead) -> dict[str, str]:
    ideal = {
        (kind, scheme): _corner(document, kind, _worst(document, max(document.sizes)), scheme, IDEAL_WIRES).error
        for kind, scheme in product(document.kinds, document.schemes)
    }
    lines = "; ".join(
        f"{kind} {', '.join(f'{scheme} {_error(ideal[kind, scheme])}' for scheme in document.schemes)}"
        for kind in document.kinds
    )
    return {
        "worst case": "the cell is off, all others are on, and it lies farthest from both drivers; `off` and `on` tell "
        "by how much its read is too large, against the same cell alone at the full voltage",
        "without wire resistance": f"{max(document.sizes)} x {max(document.sizes)}: {lines}",
        "caution": "stationary currents of ideal components; selectors and barriers are of no real device",
    }


def _worst(document: CrossbarRead, size: int) -> FloatArray:
    values = np.full((size, size), document.cells.high)
    values[0, -1] = document.cells.low
    return values


def _error(share: float) -> str:
    """Write by how much a read is wrong: in per cent, or what it finds over what it should."""
    if share >= 10:
        return f"x {1 + share:.3g}"
    return f"{share:+.0%}" if abs(share) >= 1 else f"{share:+.1%}"
