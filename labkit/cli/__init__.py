"""The command line."""


def main() -> None:
    """Run the command line."""
    raise SystemExit("labkit: the command line is not there yet")
