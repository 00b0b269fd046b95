"""What the protocol of a run declared: its parameters as numbers."""

from labkit.core import Run, parse_quantity


def declared(run: Run, name: str, default: float) -> float:
    """Give a parameter of the run's protocol (SI); the default where there is none, or it is no number."""
    try:
        return parse_quantity(run.description.parameters[name])[0]
    except (KeyError, ValueError):
        return default
