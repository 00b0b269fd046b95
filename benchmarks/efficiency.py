"""Bench efficiency of each shipped protocol on three differently composed virtual benches, with the reason for losses.

    python benchmarks/efficiency.py [--page]

The time that the protocol itself asks for over the time that the bench was occupied, on the virtual clock:
deterministic, 1 at best. `--page` writes docs/reference/efficiency.md.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from labkit.app import Request, run_request
from labkit.core import LabkitError, PlanRefused

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "efficiency.md"
ENOUGH = 0.95

PROTOCOLS = (
    ("epsc_optical", None),
    ("ppf_optical", "demo"),
    ("ppf_optical", None),
    ("ltp_ltd", None),
    ("ltp_ltd", "slow"),
    ("iv_hysteresis", None),
    ("retention", None),
    ("retention_optical", None),
)
BENCHES = {
    "2450 + DC2200": {"optical": "demo_transistor", "electrical": "demo_memristor"},
    "2636B + 33522B + DC4104 + 707B": {"optical": "keithley_2636b_optical", "electrical": "keithley_2636b_memristor"},
    "B2902A + 81160A + LEDD1B + B2201A": {
        "optical": "keysight_b2902a_optical",
        "electrical": "keysight_b2902a_memristor",
    },
}
"""Composition to the shipped bench of each kind of device."""
CHIP = "r1c1"
"""The cell of a chip that is measured."""


@dataclass(frozen=True)
class Measured:
    """One protocol on one bench: times in s of the virtual clock, or why it was refused."""

    protocol: str
    set_name: str | None
    composition: str
    bench: str
    demanded: float = 0.0
    occupied: float = 0.0
    refused: str = ""

    @property
    def efficiency(self) -> float:
        return self.demanded / self.occupied if self.occupied else 0.0

    @property
    def shown(self) -> str:
        return "refused" if self.refused else f"{self.efficiency:.4f}"


def measure(protocol: str, set_name: str | None, composition: str, folder: Path) -> Measured:
    """Run a protocol once."""
    kind = "optical" if protocol.endswith("optical") else "electrical"
    bench = BENCHES[composition][kind]
    devices = (CHIP,) if kind == "electrical" and not bench.startswith("demo") else ()
    request = Request(protocol, bench, virtual=True, set_name=set_name, devices=devices)
    path = folder / "run.h5"
    path.unlink(missing_ok=True)
    try:
        finished = run_request(request, path).finished
    except PlanRefused as refused:
        reason = refused.message.splitlines()[0].split(": ", 1)[1]
        return Measured(protocol, set_name, composition, bench, refused=reason)
    except LabkitError as error:
        return Measured(protocol, set_name, composition, bench, refused=error.message)
    return Measured(protocol, set_name, composition, bench, finished.demanded, finished.occupied)


def all_of_them() -> Iterator[Measured]:
    with tempfile.TemporaryDirectory() as folder:
        for protocol, set_name in PROTOCOLS:
            for composition in BENCHES:
                yield measure(protocol, set_name, composition, Path(folder))


def table(found: Sequence[Measured]) -> Iterator[str]:
    """Give protocols against benches as markdown."""
    yield f"| protocol | {' | '.join(BENCHES)} |"
    yield "|---|" + "---|" * len(BENCHES)
    for protocol, set_name in PROTOCOLS:
        row = [each for each in found if (each.protocol, each.set_name) == (protocol, set_name)]
        name = f"`{protocol}`" + (f", set `{set_name}`" if set_name else "")
        yield f"| {name} | {' | '.join(each.shown for each in row)} |"


def reasons(found: Sequence[Measured]) -> Iterator[str]:
    """Say what each refusal is, and what each value below 0.95 costs."""
    for each in found:
        name = f"`{each.protocol}`" + (f" (`{each.set_name}`)" if each.set_name else "") + f" on `{each.bench}`"
        if each.refused:
            yield f"- {name}: refused: {each.refused}."
        elif each.efficiency < ENOUGH:
            lost = each.occupied - each.demanded
            yield f"- {name}: {lost:.3g} s of {each.occupied:.4g} s are loading, start commands and reading back."


def page(found: Sequence[Measured]) -> str:
    below = list(reasons(found)) or ["None."]
    return PAGE_TEXT.format(table="\n".join(table(found)), reasons="\n".join(below))


PAGE_TEXT = """\
# Bench efficiency

The time that a protocol itself asks for (pulses, waits, apertures, relaxation to its criterion) over the time that the
bench was occupied, from connecting to the safe state, on the virtual clock with the latencies of bus and relays and the
settling of sources. It is deterministic, and 1 at best. Every run tells its own.

Made by

<!-- not run: it takes minutes -->
```console
$ python benchmarks/efficiency.py --page
```

{table}

The instruments are simulated firmware: what they take for a command, a range change or a reading is from their manuals
where these tell, and an assumption where they do not ([the virtual bench](virtual-bench.md)).

## Below 0.95, or refused

{reasons}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", action="store_true", help=f"also write {PAGE.name}")
    options = parser.parse_args()
    found = []
    for each in all_of_them():
        print(
            f"{each.protocol:<20}{each.set_name or '':<8}{each.bench:<28}{each.shown:>10}  {each.refused}", flush=True
        )
        found.append(each)
    if options.page:
        PAGE.write_text(page(found), encoding="utf-8")
    print(json.dumps({"benchmark": "efficiency", "cases": [asdict(each) for each in found]}))


if __name__ == "__main__":
    main()
