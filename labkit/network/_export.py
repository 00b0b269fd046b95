"""What an export to a simulator is: named parameters with their meaning, the round trip, and what to know of them."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labkit.network._round_trip import RoundTrip

Value = float | int | bool | str | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter under the simulator's own name; `meaning` has its unit and where the number comes from."""

    name: str
    value: Value
    meaning: str

    @property
    def code(self) -> str:
        """The value as C++ writes it; eight digits keep what `table_label` adds."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return f"{self.value:.8g}" if isinstance(self.value, float) else str(self.value)


@dataclass(frozen=True, slots=True)
class Export:
    """A measured synapse in the words of one simulator.

    `text` is the commented form (C++ for NeuroSim, Python else), with `$stem` for the name of the file without its
    suffix; `tables` are files beside it, by the end of their names. `baseline` are the parameters of the ideal device.
    """

    simulator: str
    device_class: str
    source: str
    parameters: tuple[Parameter, ...]
    trip: RoundTrip
    remarks: tuple[str, ...]
    text: str
    baseline: tuple[Parameter, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)

    def json(self, measured_from: Mapping[str, Any]) -> str:
        """Give everything as JSON; `measured_from` says which run it was."""
        told = {
            "labkit_export": 1,
            "simulator": self.simulator,
            "device_class": self.device_class,
            "formula": self.source,
            "measured": dict(measured_from),
            "parameters": _plain(self.parameters),
            **({"ideal_device": _plain(self.baseline)} if self.baseline else {}),
            "round_trip": _trip(self.trip),
            "remarks": list(self.remarks),
        }
        return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(parameters: Sequence[Parameter]) -> dict[str, Any]:
    return {one.name: {"value": one.value, "meaning": one.meaning} for one in parameters}


def _trip(trip: RoundTrip) -> dict[str, Any]:
    return {
        "accepted": trip.accepted,
        "points_within_2u": trip.inside,
        "worst_departure_in_u": trip.worst,
        "rms_over_range": trip.rms,
        "nonlinearity": {
            direction: {
                "measured": estimate.value,
                "interval": [_finite(estimate.interval.low), _finite(estimate.interval.high)],
                "simulated": trip.again[direction],
            }
            for direction, estimate in trip.measured.items()
        },
    }


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


def commented(lines: Sequence[str], mark: str, width: int = 110) -> str:
    """Give lines of comment, wrapped, each beginning with the mark of the language."""
    wrapped = [part for line in lines for part in textwrap.wrap(line, width, subsequent_indent="  ") or [""]]
    return "".join(f"{mark} {part}".rstrip() + "\n" for part in wrapped)
