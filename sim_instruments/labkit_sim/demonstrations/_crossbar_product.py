"""The product of vectors and a matrix in crossbars of several sizes: what wires and converters make of it."""

from pathlib import Path

import numpy as np
from pydantic import Field

from labkit.core import Curve, Demonstrated, read_document
from labkit_sim.crossbar import IDEAL_WIRES, Converter, Crossbar, ideal_product, multiply
from labkit_sim.demonstrations._document import CellsPart, DemonstrationDocument, Voltage, WiresPart, noted, seeded


class CrossbarProduct(DemonstrationDocument):
    """Random conductances and random inputs, both uniform."""

    sizes: tuple[int, ...] = Field(min_length=1)
    bits: tuple[int, ...] = Field(min_length=1, description="of the DACs in front and of the ADCs behind")
    vectors: int = Field(100, ge=2)
    highest: Voltage = Field(gt=0, description="of an input; the lowest is 0 V")
    cells: CellsPart
    wires: WiresPart = WiresPart()


def crossbar_product(path: Path, seed: int | None) -> Demonstrated:
    """Multiply random vectors by random matrices; raises LabkitError.

    Errors are root mean squares over the full scale of the ADC: all inputs and all conductances at their highest.
    """
    document = read_document(path, CrossbarProduct)
    rows, curves = [], []
    for size in document.sizes:
        random = np.random.default_rng([seeded(document, seed), size])
        values = random.uniform(document.cells.low, document.cells.high, (size, size))
        inputs = random.uniform(0, document.highest, (document.vectors, size))
        cells = document.cells.cells("ohmic", values, 0)
        ideal, full = ideal_product(Crossbar(cells), inputs), size * document.highest * document.cells.high
        errors = {}
        for wires in (IDEAL_WIRES, document.wires.wires()):
            crossbar = Crossbar(cells, wires)
            for bits in (*document.bits, 0):
                dac = Converter(bits, 0.0, document.highest) if bits else None
                adc = Converter(bits, 0.0, full) if bits else None
                found = multiply(crossbar, inputs, dac, adc)
                errors[wires == IDEAL_WIRES, bits] = float(np.sqrt(np.mean((found - ideal) ** 2))) / full
        for bits in (*document.bits, 0):
            name = f"{bits} bits" if bits else "none"
            rows.append((f"{size} x {size}", name, f"{errors[True, bits]:.3%}", f"{errors[False, bits]:.3%}"))
        curves.append(
            Curve(
                f"{size} x {size}, with wires",
                np.array(document.bits, float),
                np.array([errors[False, bits] for bits in document.bits]),
                "bits",
                "1",
                "error over full scale",
                "1",
            )
        )
    return Demonstrated(
        title="Products of vectors and matrices in crossbars",
        headings=("array", "DAC and ADC", "error, ideal wires", "error, with wires"),
        rows=tuple(rows),
        notes=noted(
            document,
            {
                "errors": f"root mean square of {document.vectors} vectors over the full scale, uncalibrated",
                "seed": str(seeded(document, seed)),
                "caution": "stationary currents of ideal components: no noise, no drift, no yield below 100 %",
            },
        ),
        curves=tuple(curves),
        log_y=True,
    )
