"""A guessed map written as commented YAML, for the user to correct."""

from collections.abc import Mapping
from pathlib import Path

from labkit.importing._map import KINDS_OF_DATA, TerminalsMap
from labkit.importing._propose import Proposal


def map_text(proposal: Proposal, file: Path) -> str:
    """Write a guessed map as commented YAML, with everything else that a map can say as comments."""
    mapped = proposal.mapped
    lines = [
        f"# A map of {file.name} for `labkit import`, guessed: read it and correct it.",
        *(f"# - {sentence}" for sentence in proposal.told),
        "schema_version: 1",
        f"protocol: {mapped.protocol}   # {', '.join(f'{number} {kind}' for number, kind in KINDS_OF_DATA.items())}",
    ]
    if mapped.table.delimiter or mapped.table.decimal:
        delimiter = (mapped.table.delimiter or ",").replace("\t", "\\t")
        lines.append(f'table: {{delimiter: "{delimiter}", decimal: "{mapped.table.decimal or "."}"}}')
    lines.append("columns:   # sign: -1 where the file counts a current out of the device as positive")
    for role, column in mapped.columns.model_dump().items():
        if column is not None:
            lines.append(f"  {role}: {_flow(column)}")
    if mapped.terminals != TerminalsMap():
        kind = mapped.terminals.stimulus_kind
        lines.append(f"terminals: {{stimulus: {mapped.terminals.stimulus}, stimulus_kind: {kind}}}")
    if mapped.pulses.begins:
        begins = ", ".join(f"{begin:g} s" for begin in mapped.pulses.begins)
        lines.append(f"pulses: {{begins: [{begins}], width: {mapped.pulses.width:g} s}}   # guessed: correct them")
    return "\n".join([*lines, *_WHAT_ELSE.get(mapped.protocol, ()), *_KNOWN]) + "\n"


def _flow(column: Mapping[str, object]) -> str:
    name = column["column"]
    shown = str(name) if isinstance(name, int) else '"' + str(name).replace("\\", "\\\\").replace('"', '\\"') + '"'
    unit = f', unit: "{column["unit"]}"' if column["unit"] else ""
    return f"{{column: {shown}{unit}}}"


_PULSES = (
    "# pulses: {begins: [10 s, 70 s], width: 20 ms}   # where no column tells them",
    '# pulses: {level: "11.6 uW/cm^2", wavelength: 470 nm, light_uncertainty: 5 %}',
)
_WHAT_ELSE: Mapping[str, tuple[str, ...]] = {
    "P02": _PULSES,
    "P03": (*_PULSES, "# pulses: {marks: [control, first, second]}   # repeated; without it first, second"),
    "P10": (
        "# read_voltage: 0.1 V   # of the reads among the pulses, or of all values",
        "# pulses_per_train: 60   # potentiating pulses of a cycle",
    ),
    "P15": ("# rate: 1 V/s   # where there is no time column",),
    "P16": ("# read_voltage: 0.1 V   # needed where no column tells it",),
    "P18": ("# read_voltage: 0.1 V   # the drain's, where no column tells it",),
    "P17": ("# reference: 1.2 nA   # the current before programming; needed", "# read_voltage: 0.1 V"),
}
_KNOWN = (
    "# What the file cannot say. What you leave out is recorded as unknown and shows in the flags and intervals.",
    "# known:",
    "#   accuracy: {gain: 0.1 %, offset: 5 pA}   # data sheet, of the measure range that was in force",
    "#   aperture: 20 ms",
    "#   compliance: 1 mA",
    "#   current_range: 1 uA",
    "#   history: fresh device",
    "#   measured_at: 2024-05-17T10:30:00+02:00",
)
