"""What stands in the table of instruments: the state of a terminal in words."""

from labkit.app import Reading, TerminalState
from labkit.core import OutputState, SampleStatus, format_quantity
from labkit.gui.widgets import Cell

LEVEL_UNITS = {"source meter": "V", "pulse source": "V", "light source": "W/m^2", "temperature stage": "K"}
_LIMIT_UNITS = {"source meter": "A", "pulse source": "V", "light source": "A"}
UNKNOWN = Cell("unknown", help="the instrument cannot tell", mood="faint")
EMPTY = Cell("")

COLUMNS = (
    ("Instrument / terminal", "Each instrument with the terminals of the device that its channels serve"),
    ("Role", "What the channel does on this bench"),
    ("Output", "Whether the output is on now, as the instrument tells"),
    ("Level", "What the output is set to now: V, irradiance at the device plane, or K"),
    ("Compliance", "What limits the output, and whether it is at that limit now (in compliance)"),
    ("Last reading", "Voltage and current of the last reading; of a stage, the temperature of the device"),
    (
        "Limits of the bench",
        "What bench.yaml allows, and the rate at which a source is ramped: no run and no hand can go beyond",
    ),
)


def state_cells(role: str, found: TerminalState) -> tuple[Cell, ...]:
    """Give output, level, compliance and reading of a terminal, as cells."""
    if found.error:
        return Cell("no answer", help=found.error, mood="bad"), EMPTY, EMPTY, EMPTY
    if role == "switch matrix":
        return _matrix_cells(found)
    state = found.state
    return output_cell(state), _level_cell(role, state), _limit_cell(role, state), _reading_cell(found)


def _matrix_cells(found: TerminalState) -> tuple[Cell, ...]:
    points = ", ".join(f"{point.row}-{point.column}" for point in sorted(found.closed))
    count = Cell(f"{len(found.closed)} closed" if found.closed else "all open", help=points)
    joined = Cell(", ".join(found.joined) or "no device", help="the device that the closed relays join")
    return count, joined, EMPTY, EMPTY


def output_cell(state: OutputState) -> Cell:
    """Say whether an output is on."""
    if state.on is None:
        return UNKNOWN
    return Cell("● on", mood="warning") if state.on else Cell("○ off", mood="faint")


def _level_cell(role: str, state: OutputState) -> Cell:
    if state.level is None:
        return UNKNOWN
    return Cell(format_quantity(state.level, LEVEL_UNITS[role]), mood="" if state.on else "faint")


def _limit_cell(role: str, state: OutputState) -> Cell:
    if role not in _LIMIT_UNITS:
        return EMPTY
    if state.limit is None:
        return UNKNOWN
    shown = format_quantity(state.limit, _LIMIT_UNITS[role])
    if state.limited:
        return Cell(f"{shown}  IN COMPLIANCE", help="the output is at its limit now", mood="bad")
    return Cell(shown, help="" if state.limited is False else "the instrument does not tell whether it is at its limit")


def _reading_cell(found: TerminalState) -> Cell:
    if found.temperature is not None:
        return Cell(format_quantity(found.temperature, "K", 6))
    return EMPTY if found.reading is None else Cell(reading_words(found.reading), mood=_mood(found.reading))


def reading_words(reading: Reading) -> str:
    """Say voltage and current of a reading, and what was wrong with it."""
    shown = f"{format_quantity(reading.voltage, 'V', 5)}   {format_quantity(reading.current, 'A', 5)}"
    status = SampleStatus(reading.status)
    if status & SampleStatus.OVERLOAD:
        return f"{format_quantity(reading.voltage, 'V', 5)}   overload"
    return f"{shown}   in compliance" if status & SampleStatus.COMPLIANCE else shown


def _mood(reading: Reading) -> str:
    return "bad" if SampleStatus(reading.status) & (SampleStatus.OVERLOAD | SampleStatus.COMPLIANCE) else ""
