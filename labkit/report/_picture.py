"""The canvas of a picture for a paper: size, type, lines and how it is saved, the same for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labkit.core import LabkitError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType

FORMATS = (".svg", ".pdf", ".png")
SINGLE_COLUMN = 0.089
"""Width (m) of a column of most journals."""
_INCH = 0.0254


@contextmanager
def picture(path: Path, width: float, proportion: float) -> "Iterator[Figure]":
    """Give a canvas with a width (m), `proportion` times as high, and save it as SVG, PDF or PNG when it was drawn.

    Text stays text in PDF; PNG has 600 dots an inch. Equal drawings give equal files. Raises LabkitError for another
    suffix, or when matplotlib is not installed.
    """
    if path.suffix.lower() not in FORMATS:
        raise LabkitError(f"no picture format {path.suffix or path.name!r}", f"end the name in {', '.join(FORMATS)}")
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise LabkitError("matplotlib is not installed", 'pip install "labkit[report]"') from error
    style: dict[RcKeyType, Any] = {
        "svg.hashsalt": "labkit",
        "font.family": "sans-serif",
        "font.size": 7.0,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "legend.frameon": False,
        "legend.fontsize": 6.0,
        "lines.linewidth": 0.9,
        "pdf.fonttype": 42,
    }
    with mpl.rc_context(style):
        canvas = Figure(figsize=(width / _INCH, proportion * width / _INCH), layout="constrained")
        yield canvas
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else {"CreationDate": None}
        canvas.savefig(path, dpi=600, metadata=metadata if path.suffix.lower() != ".png" else None)
