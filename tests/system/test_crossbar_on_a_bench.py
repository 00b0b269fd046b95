"""A crossbar behind a switch matrix: what a protocol reads of its cells is what a nodal solve says of them."""

from pathlib import Path

import numpy as np
import pytest
from labkit_sim import open_virtual_bench
from labkit_sim.crossbar import CellRead, Crossbar, Scheme, SelectedCells, SelectorPart, Wires, read_cell
from labkit_sim.devices import Memristor

from labkit.app import Request, run_request
from labkit.core import Bench, Flag, FloatArray, Interval, Result, read_document
from labkit.protocol import protocol_folder

SIZE = 3
WIRES = Wires(2.0, 2.0, 50.0, 50.0)


def small(name: str, folder: Path) -> Path:
    """Cut a shipped bench down to 3 x 3 cells."""
    shipped = (protocol_folder() / "benches" / f"{name}.yaml").read_text(encoding="utf-8")
    for line, kept in (("    rows:", '    rows: ["1", "2", "3"]'), ("    columns:", '    columns: ["13", "14", "15"]')):
        shipped = "\n".join(kept if found.startswith(line) else found for found in shipped.splitlines())
    path = folder / f"{name}.yaml"
    path.write_text(shipped + "\n", encoding="utf-8")
    return path


def conductances(bench: Path) -> tuple[FloatArray, float]:
    """Give what the cells conduct as made, and the voltage scale of their conduction."""
    virtual = open_virtual_bench(read_document(bench, Bench), bench.parent)
    devices = [virtual.devices[f"r{row + 1}c{column + 1}"] for row in range(SIZE) for column in range(SIZE)]
    cells = [device for device in devices if isinstance(device, Memristor)]
    assert len(cells) == SIZE**2
    values = np.array([cell.conductance for cell in cells]).reshape(SIZE, SIZE)
    return values, cells[0].parameters.conduction_scale


def reads(bench: Path, scheme: Scheme, voltage: float, selector: SelectorPart | None) -> list[CellRead]:
    values, scale = conductances(bench)
    crossbar = Crossbar(SelectedCells(values, np.full_like(values, scale), selector), WIRES)
    return [read_cell(crossbar, scheme, word, bit, voltage) for word in range(SIZE) for bit in range(SIZE)]


def checks(results: tuple[Result, ...]) -> list[Interval]:
    found = [each.estimate.interval for each in results if each.symbol == "G_check" and each.estimate is not None]
    assert len(found) == SIZE**2
    return found


@pytest.mark.parametrize(
    ("name", "protocol", "scheme", "voltage", "selector"),
    [
        ("demo_crossbar", "crossbar_read", Scheme.FLOATING, 0.1, None),
        ("demo_crossbar_selector", "crossbar_read", Scheme.FLOATING, 0.6, SelectorPart(1e-15, 0.02)),
        ("demo_crossbar_grounded", "crossbar_read_grounded", Scheme.GROUNDED, 0.1, None),
    ],
)
def test_what_is_read_is_what_the_nodal_solve_says(
    tmp_path: Path, name: str, protocol: str, scheme: Scheme, voltage: float, selector: SelectorPart | None
) -> None:
    bench = small(name, tmp_path)
    run = run_request(
        Request(protocol, str(bench), virtual=True, parameters={"read_bias": f"{voltage} V"}), tmp_path / "run.h5"
    )
    expected = reads(bench, scheme, voltage, selector)
    for interval, read in zip(checks(run.results), expected, strict=True):
        assert interval.low <= read.current / voltage <= interval.high
    sneaks = [each for each in run.results if each.symbol == "sneak"]
    errors = [read.error for read in expected]
    if scheme is Scheme.GROUNDED:
        assert max(map(abs, errors)) < 0.01
    elif selector is None:  # the reads are far too large, and the user is told
        assert min(errors) > 0.5
        assert Flag.LEAKAGE in sneaks[0].flags
    else:
        assert sneaks[0].estimate is not None
        assert Flag.LEAKAGE not in sneaks[0].flags
        assert all(-1e-3 < error < sneaks[0].estimate.interval.high for error in errors)  # wires take a little
