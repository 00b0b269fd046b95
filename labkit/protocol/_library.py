"""The protocols that come with labkit, and how a name or a path leads to a file."""

from importlib.resources import files
from pathlib import Path

from labkit.core import LabkitError, did_you_mean

_SUFFIXES = (".yaml", ".yml")


def protocol_folder() -> Path:
    """Give the folder of the shipped protocols: inside the installed package, else that of the repository."""
    package = Path(str(files("labkit")))
    installed = package / "_protocols"
    return installed if installed.is_dir() else package.parent / "protocols"


def protocol_names() -> tuple[str, ...]:
    """Give the names of the shipped protocols, sorted."""
    return tuple(sorted(path.stem for path in protocol_folder().glob("*.yaml")))


def find_protocol(name: str) -> Path:
    """Give the file that a path or the name of a shipped protocol means.

    A file that exists comes first. Raises LabkitError with the nearest name.
    """
    path = Path(name)
    if path.is_file():
        return path
    shipped = protocol_folder() / f"{name}.yaml"
    if path.name == name and path.suffix not in _SUFFIXES and shipped.is_file():
        return shipped
    names = protocol_names()
    near = did_you_mean(path.stem, names)
    raise LabkitError(
        f'there is neither a file nor a protocol "{name}"{near}',
        f"give the path of a protocol file, or one of: {', '.join(names)}",
    )
