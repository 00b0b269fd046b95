"""The command line: thin verbs over labkit.app, imported when they are used."""

from labkit.cli._main import main

__all__ = ["main"]
