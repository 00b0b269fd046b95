"""What is published about devices: searching the table, and writing what was found."""

from collections.abc import Sequence
from pathlib import Path

from labkit.core import LabkitError, did_you_mean
from labkit.literature import (
    ALIASES,
    Mechanism,
    PublishedDevice,
    Quantity,
    Search,
    published_devices,
    quantities,
    search,
)
from labkit.report import published_markdown, write_published_csv

FORMATS = (".csv", ".md")


def literature(sought: Search) -> list[PublishedDevice]:
    """Give the published devices that a search is about, with those of their values that it is about."""
    return search(published_devices(), sought)


def named_quantities(name: str) -> tuple[Quantity, ...]:
    """Give the quantities of a name, which may be that of a metric: `ppf`, `ppf_index`, `energy`.

    Raises LabkitError for a name that there is not.
    """
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    known = [*(str(each) for each in Quantity), *ALIASES]
    if wanted not in known:
        raise LabkitError(
            f"no published metric {name!r}{did_you_mean(wanted, known)}", f"take one of {', '.join(known)}"
        )
    return quantities(wanted)


def named_mechanism(name: str) -> Mechanism:
    """Give a mechanism by its letters or its words: `FG`, `floating gate`.

    Raises LabkitError for one that there is not.
    """
    wanted = name.strip().casefold().replace("-", " ").replace("_", " ")
    for mechanism in Mechanism:
        if wanted in {mechanism.casefold(), mechanism.words.casefold()}:
            return mechanism
    known = ", ".join(f"{mechanism} ({mechanism.words})" for mechanism in Mechanism)
    raise LabkitError(f"no mechanism {name!r}", f"take one of {known}")


def write_literature(devices: Sequence[PublishedDevice], output: Path) -> None:
    """Write published devices as .csv (a row for each value, SI units) or .md.

    Raises LabkitError for another format.
    """
    suffix = output.suffix.lower()
    if suffix not in FORMATS:
        raise LabkitError(f"no format {suffix or output.name!r} for a table", f"end the name in {', '.join(FORMATS)}")
    output.parent.mkdir(parents=True, exist_ok=True)
    if suffix == ".csv":
        write_published_csv(devices, output)
    else:
        output.write_text(published_markdown(devices), encoding="utf-8", newline="\n")
