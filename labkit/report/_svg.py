"""Small pieces of SVG pictures that a page holds as they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

from labkit.core import Estimate
from labkit.report._notation import format_with_uncertainty


@dataclass(frozen=True, slots=True)
class Placed:
    """One device of a picture: its name, place and group, its value where it has one, and why it is not good.

    `row` and `column` count from any number; `fate` is a failure mode, empty for a good device.
    """

    name: str
    row: int
    column: int
    group: str
    estimate: Estimate | None
    fate: str = ""

    @property
    def value(self) -> float:
        """The value; NaN where there is none."""
        return self.estimate.value if self.estimate is not None else math.nan

    def words(self, unit: str) -> str:
        """Say the device with its value and its fate."""
        if self.estimate is None:
            return f"{self.name}: {self.fate or 'no value'}"
        shown = format_with_uncertainty(self.estimate.value, self.estimate.uncertainty, unit)
        return f"{self.name}: {shown}{f' ({self.fate})' if self.fate else ''}"


def known(devices: Sequence[Placed]) -> list[Placed]:
    """Give the devices that have a finite value."""
    return [one for one in devices if math.isfinite(one.value)]


def svg_head(width: float, height: float, label: str) -> str:
    """Begin a picture (px) with words for those who do not see it."""
    box = f"0 0 {width:.0f} {height:.0f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{width:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="{escape(label)}" font-size="12" fill="currentColor">'
    )


def svg_text(x: float, y: float, text: str, anchor: str = "start") -> str:
    """Write a text (px)."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
