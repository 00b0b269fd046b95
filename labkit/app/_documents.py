"""Find and read the documents of a run: protocol, bench, sample."""

from dataclasses import dataclass
from pathlib import Path

from labkit.core import (
    Bench,
    Criteria,
    LabkitError,
    Sample,
    did_you_mean,
    load_yaml,
    read_document,
    read_text,
    validate,
)


@dataclass(frozen=True, slots=True)
class BenchFile:
    """A bench, its text word for word, and the folder that its relative paths start from."""

    bench: Bench
    text: str
    folder: Path


def bench_folder() -> Path:
    """Give the folder of the benches that come with labkit."""
    from labkit.protocol import protocol_folder

    return protocol_folder() / "benches"


def bench_names() -> tuple[str, ...]:
    """Give the names of the benches that come with labkit."""
    return tuple(sorted(path.stem for path in bench_folder().glob("*.yaml")))


def load_bench(name: str) -> BenchFile:
    """Read a bench file by its path, or one that comes with labkit by its name.

    Raises LabkitError when there is none, DocumentError with all faults.
    """
    path = Path(name)
    if not path.is_file() and path.suffix == "" and path.name == name:
        path = bench_folder() / f"{name}.yaml"
        if not path.is_file():
            names = ", ".join(bench_names())
            near = did_you_mean(name, bench_names())
            raise LabkitError(
                f'there is neither a file nor a bench "{name}"{near}',
                f"give the path of a bench file, or one of: {names}; `labkit init` writes one to start from",
            )
    return BenchFile(read_document(path, Bench), read_text(path), path.parent)


def load_sample(name: str | None) -> tuple[Sample, str]:
    """Read a sample file, or give an unnamed sample when there is none; with its text."""
    if name is None:
        return Sample(), "schema_version: 1\nname: unnamed\n"
    text = read_text(Path(name))
    return validate(Sample, load_yaml(text, name)), text


def load_criteria(name: str) -> tuple[Criteria, str]:
    """Read what a good device is, with its text."""
    text = read_text(Path(name))
    return validate(Criteria, load_yaml(text, name)), text
