"""Write constraints.txt: the version in this environment of each package that labkit[dev] needs, directly or not.

Names and versions alone, so that the file serves with any index. Usage: .venv/bin/python tools/write_constraints.py
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TARGET = Path(__file__).parent.parent / "constraints.txt"
HEADER = "# Tried together; made by tools/write_constraints.py. `pip install -c constraints.txt` gives just these.\n"


def needed(name: str, extras: frozenset[str], found: dict[str, str]) -> None:
    """Add what a package requires here, with its extras, to `found`."""
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        wanted = requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in extras | {""}
        )
        key = canonicalize_name(requirement.name)
        if not wanted or (key in found and not requirement.extras):
            continue
        try:
            installed = distribution(key)
        except PackageNotFoundError:
            continue
        if key != "labkit":
            found[key] = installed.version
        needed(key, frozenset(requirement.extras), found)


def main() -> None:
    """Write the file."""
    found: dict[str, str] = {}
    needed("labkit", frozenset({"dev"}), found)
    lines = [f"{name}=={version}\n" for name, version in sorted(found.items())]
    TARGET.write_text(HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
