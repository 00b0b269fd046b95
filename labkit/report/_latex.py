"""Tables for a paper in LaTeX, with booktabs: results, and the rows of devices."""

import re
from collections.abc import Sequence

from labkit.report._device_row import ROW_COLUMNS, DeviceRow
from labkit.report._table import MetricRow

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "∞": r"$\infty$",
    "×": r"$\times$",
    "−": r"$-$",
    "—": r"---",
    "µ": r"\textmu{}",
    "Ω": r"$\Omega$",
    "Δ": r"$\Delta$",
    "τ": r"$\tau$",
    "σ": r"$\sigma$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "γ": r"$\gamma$",
    "δ": r"$\delta$",
    "λ": r"$\lambda$",
    "μ": r"$\mu$",
    "η": r"$\eta$",
    "ℛ": r"$\mathcal{R}$",
    "⟨": r"$\langle$",
    "⟩": r"$\rangle$",
    "⊙": r"$\odot$",
    "√": r"$\surd$",
    "·": r"$\cdot$",
    "\u202f": r"\,",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
}
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-")
_PATTERN = re.compile(
    r"(?P<up>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<down>[₀₁₂₃₄₅₆₇₈₉₊₋]+)|_(?P<index>[^\s_/|&();=⁻⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉₊₋]+)|(?P<one>.)",
    re.DOTALL,
)


def latex_text(text: str, indices: bool = True) -> str:
    r"""Write a text so that LaTeX prints it: specials escaped, Greek and signs in mathematics, `V_SET` with an index.

    Without `indices` an underscore stays one, as in a definition-id.

    >>> print(latex_text("V_SET = 1.235(56) µW/cm²"))
    V\textsubscript{SET} = 1.235(56) \textmu{}W/cm\textsuperscript{2}
    """
    if not indices:
        return r"\_".join(map(latex_text, text.split("_")))
    return "".join(_written(found) for found in _PATTERN.finditer(text))


def latex_results(rows: Sequence[MetricRow]) -> str:
    """Write results as a table: metric, conditions, value with its standard uncertainty, interval, n, definition."""
    headings = ("Metric", "At", "Value", r"95\,\% interval", "$n$", "Flags", "Definition")
    body = (
        (
            row.symbol,
            row.conditions,
            row.value,
            row.interval,
            row.counts,
            " ".join(flag.value for flag in row.flags),
        )
        for row in rows
    )
    cells = [
        (*map(latex_text, texts), latex_text(row.definition, indices=False))
        for texts, row in zip(body, rows, strict=True)
    ]
    return _table("llrrlll", headings, cells)


def latex_rows(rows: Sequence[DeviceRow]) -> str:
    """Write devices as a table in the layout of the review's Tables 1 to 3, with the footnotes below it."""
    headings = tuple(map(latex_text, ROW_COLUMNS))
    table = _table("l" * len(headings), headings, [tuple(map(latex_text, row.cells)) for row in rows])
    notes = [
        latex_text(f"{row.cells[0]}, {row.cells[1]}: {note}.", indices=False) for row in rows for note in row.footnotes
    ]
    return table + "".join(rf"{{\footnotesize {note}\par}}" + "\n" for note in notes)


def _table(columns: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [
        r"% \usepackage{booktabs,textcomp}",
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        " & ".join(headings) + r" \\",
        r"\midrule",
        *(" & ".join(row) + r" \\" for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _written(found: "re.Match[str]") -> str:
    up, down, index, one = (found.group(name) for name in ("up", "down", "index", "one"))
    if up:
        return rf"\textsuperscript{{{up.translate(_RAISED)}}}"
    if down:
        return rf"\textsubscript{{{down.translate(_LOWERED)}}}"
    if index:
        return rf"\textsubscript{{{''.join(_SPECIAL.get(letter, letter) for letter in index)}}}"
    return r"\_" if one == "_" else _SPECIAL.get(one, one)
