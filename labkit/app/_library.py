"""The protocols that come with labkit, in the order of what they measure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from labkit.app._documents import load_bench
from labkit.core import LabkitError, read_text
from labkit.protocol import find_protocol, load_protocol, protocol_folder, protocol_names

SUBJECTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Noise and dark current": ("P01",),
        "Short-term plasticity": ("P02", "P03", "P04", "P05", "P06", "P07", "P08"),
        "From short to long term": ("P09", "P14"),
        "Long-term weights": ("P10", "P11", "P12", "P13"),
        "Memory and switching": ("P15", "P16", "P17", "P24"),
        "Transistor curves": ("P18",),
        "Light response": ("P19", "P20", "P21"),
        "Arrays and populations": ("P22", "P23"),
    }
)
"""What the standard protocols measure."""
OTHERS = "Others"


@dataclass(frozen=True, slots=True)
class Shelved:
    """A protocol of the library: what it is called, which standard protocol it is, what it needs and yields."""

    name: str
    title: str
    implements: str
    subject: str
    description: str
    terminals: Mapping[str, str]
    metrics: tuple[str, ...]
    sets: tuple[str, ...]

    def words(self) -> str:
        """Give all that a search looks through."""
        parts = (self.name, self.title, self.implements, self.subject, self.description, *self.terminals, *self.metrics)
        return " ".join(parts).lower()


def library() -> tuple[Shelved, ...]:
    """Give the protocols that come with labkit, by subject and standard number."""
    found = [_shelved(name) for name in protocol_names()]
    order = [*SUBJECTS, OTHERS]
    return tuple(sorted(found, key=lambda each: (order.index(each.subject), each.implements, each.title)))


def protocol_text(name: str) -> tuple[str, Path]:
    """Give the text of a protocol by its path, or of one that comes with labkit by its name, and its file.

    Raises LabkitError when there is none.
    """
    path = find_protocol(name)
    return read_text(path), path


def _shelved(name: str) -> Shelved:
    document = load_protocol(name).document
    subject = next((words for words, numbers in SUBJECTS.items() if document.implements in numbers), OTHERS)
    return Shelved(
        name,
        document.title,
        document.implements,
        subject,
        document.description,
        {terminal: declared.kind for terminal, declared in document.terminals.items()},
        document.metrics,
        tuple(document.sets),
    )


def save_protocol(path: Path, text: str) -> None:
    """Write the text of a protocol; raises LabkitError when it cannot be written, or is one that comes with labkit."""
    if path.resolve().parent == protocol_folder().resolve():
        raise LabkitError(f"{path.name} comes with labkit", "save it under a name of your own, in a folder of your own")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LabkitError(f"cannot write {path}: {error.strerror}", "choose another folder") from error


def cells_of(bench: str) -> tuple[str, ...]:
    """Give the devices that the switch of a bench reaches, none for a bench without one.

    Raises LabkitError and DocumentError for a bench that cannot be read.
    """
    switch = load_bench(bench).bench.switch
    return () if switch is None else tuple(switch.wiring())
