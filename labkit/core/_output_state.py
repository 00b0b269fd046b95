"""What an output does at this moment, as its instrument tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutputState:
    """The state of an output; None for what the instrument cannot tell.

    `level` is what it is set to: V of a source, W/m^2 of a light at the device plane, K of a stage. `limit` is what
    holds it: the current limit (A) of a source meter or a light, the voltage limit (V) of a pulse generator.
    `limited` tells whether it is at that limit now: in compliance.
    """

    on: bool | None = None
    level: float | None = None
    limit: float | None = None
    limited: bool | None = None
