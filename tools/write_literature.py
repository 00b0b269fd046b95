"""Write docs/reference/literature.md from the table of published devices.

Usage: .venv/bin/python tools/write_literature.py
"""

from pathlib import Path

from labkit.literature import Quantity, distributions, published_devices
from labkit.report import beside_published, format_number, published_markdown

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "literature.md"
HEADING = """# Published devices

This page is written by `make reference` from the table that labkit carries.

The review that the standard grew from (Z. Sun, X. Zhao, H. Si, Q. Liao, Y. Zhang, *Nano-Micro Lett.* 2026, 18:246,
CC BY 4.0) lists 72 perovskite synaptic devices: 32 in Table 1, 12 in Table 2, 28 in Table 3. labkit has them as a
table: what was printed, in SI units, and of every number

- its **confidence**: how sure it is that it stands in the column that it is read in. The tables were read by text
  recognition, which lost and shifted cells; a unit, a neighbour or the review's prose tells where most numbers belong.
  It says nothing of how well a number was measured. The original papers were not consulted;
- the **reason** for that confidence, and what is **ambiguous** about the row. "The file" there is the recognized text;
- its **definition**, as far as the review gives one.

A number whose column cannot be told is kept as printed and is a value of nothing.

## Search

```console
$ labkit literature --mechanism VCM --metric ppf --min-confidence high
PPF index: 4 published values
T1.22 [101]  VCM  BA2PbI4
T1.3 [72]    VCM  MAPbBr3
VCM
$ labkit literature --metric dynamic_range
Dynamic range: 24 published values
mechanism
HJ
$ labkit literature CsPbBr3 pentacene
T2.4 [59]
1 device, 6 values
$ labkit literature --metric energy -o energies.csv
table
$ labkit literature "[111]" --json
[
```

Words are looked for in materials, layers, papers and wavelengths; `--metric` takes labkit's names of metrics too. The
CSV has a row for each value.

```python
from labkit.literature import Confidence, Quantity, Search, published_devices, search

sure = search(published_devices(), Search(quantities=(Quantity.PPF,), least=Confidence.HIGH))
best = max(sure, key=lambda device: device.values[Quantity.PPF].value)
assert best.reference.number == 111
assert best.values[Quantity.PPF].printed == "270%"
```

## What can be compared

`labkit report` and `labkit figures` [set a measured device among these](../how-to/compare-with-published.md).
"""


def literature_page() -> str:
    """Give the page as Markdown."""
    lines = [HEADING, "| column | n | from | to | published as | beside it in a report |", "|---|---|---|---|---|---|"]
    lines += [_column(quantity) for quantity in Quantity]
    return "\n".join([*lines, "", "## All devices", "", published_markdown(published_devices())])


def _column(quantity: Quantity) -> str:
    spread, about = distributions(published_devices(), quantity), quantity.about
    ends = min(each.lowest for each in spread), max(each.highest for each in spread)
    count = sum(len(each.values) for each in spread)
    low, high = (format_number(end, about.unit) for end in ends)
    return f"| {about.title} | {count} | {low} | {high} | {about.definition} | {beside_published(quantity)} |"


if __name__ == "__main__":
    TARGET.write_text(literature_page(), encoding="utf-8")
