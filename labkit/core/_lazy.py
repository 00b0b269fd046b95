"""Names of a front door that are imported when they are first asked for (PEP 562).

What a user can have done needs every fit, report and file format that there is; a window, or one command, needs a few
of them before it shows anything. The front door says where its names come from in its `if TYPE_CHECKING:` block, as
for any reader and type checker; that block is read here, so that it stands in one place.
"""

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path


def names_when_asked(package: str, file: str) -> Callable[[str], object]:
    """Give the `__getattr__` of a package whose `__init__.py` is `file`."""
    homes = _homes(Path(file))

    def give(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, there = homes[name]
        found: object = getattr(import_module(module), there)  # where that is a front door of this kind, it looks on
        vars(sys.modules[package])[name] = found
        return found

    return give


def _homes(file: Path) -> dict[str, tuple[str, str]]:
    """Give the module of each name in the block under `if TYPE_CHECKING:`, and what it is called there."""
    return {
        alias.asname or alias.name: (statement.module, alias.name)
        for block in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(block, ast.If)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom) and statement.module is not None
        for alias in statement.names
    }
