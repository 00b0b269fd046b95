"""Columns of a table as SI numbers, by the map."""

from dataclasses import dataclass

import numpy as np

from labkit.core import DocumentError, FloatArray, LabkitError, SampleStatus, StatusArray, did_you_mean, parse_quantity
from labkit.importing._map import ColumnMap, ColumnsMap, ImportMap
from labkit.importing._table import Table

_UNITS = {
    "time": ("time", "s"),
    "voltage": ("voltage", "V"),
    "current": ("current", "A"),
    "conductance": ("conductance", "S"),
    "resistance": ("resistance", "ohm"),
    "gate_current": ("current", "A"),
}
_AT_LIMIT = 0.995
"""Share of the compliance from which on a reading is at the limit: ammeter and limit differ by their accuracy."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The columns of a file in SI units, of one length; absent ones are None.

    `current` is NaN and `status` tells why where the instrument was beyond its range or gave no number. `time` is the
    file's own, `block` the number of the repeat of the table.
    """

    current: FloatArray
    status: StatusArray
    block: np.ndarray
    time: FloatArray | None = None
    voltage: FloatArray | None = None
    stimulus: FloatArray | None = None
    stimulus_is_level: bool = False
    """Whether the stimulus is in V or W/m^2; else its edges tell when the pulses are, and nothing more."""
    cycle: FloatArray | None = None
    pulse: FloatArray | None = None
    state: FloatArray | None = None
    high_resistance_state: FloatArray | None = None
    """Current of the high-resistance state, where `current` is that of the low one."""
    high_status: StatusArray | None = None
    gate_current: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.current)


def read_columns(table: Table, mapped: ImportMap) -> Readings:
    """Read the mapped columns.

    Raises LabkitError for a column or unit that there is not, DocumentError for cells that are no numbers.
    """
    columns = mapped.columns
    voltage = _values(table, columns, "voltage")
    if voltage is None and mapped.read_voltage is not None:
        voltage = np.full(len(table), mapped.read_voltage)
    current, status = _checked(_current(table, columns, voltage), mapped.known.compliance)
    high = columns.high_resistance_state
    other = (None, None) if high is None else _checked(_state(table, high, voltage), mapped.known.compliance)
    stimulus = _stimulus(table, mapped)
    return Readings(
        current=current,
        status=status,
        block=np.asarray(table.block, np.int64),
        time=_finite(table, columns, "time"),
        voltage=voltage,
        stimulus=stimulus[0],
        stimulus_is_level=stimulus[1],
        cycle=_finite(table, columns, "cycle"),
        pulse=_finite(table, columns, "pulse"),
        state=_finite(table, columns, "state"),
        high_resistance_state=other[0],
        high_status=other[1],
        gate_current=_values(table, columns, "gate_current"),
    )


def _checked(current: FloatArray, compliance: float | None) -> tuple[FloatArray, StatusArray]:
    """Give currents, NaN where they are no numbers, and what is known of each."""
    status = np.zeros(len(current), np.uint8)
    status[np.isinf(current)] = int(SampleStatus.OVERLOAD)
    status[np.isnan(current)] = int(SampleStatus.INVALID)
    if compliance is not None:
        status[np.abs(current) >= _AT_LIMIT * compliance] |= np.uint8(SampleStatus.COMPLIANCE)
    current[~np.isfinite(current)] = np.nan
    return current, status


def _current(table: Table, columns: ColumnsMap, voltage: FloatArray | None) -> FloatArray:
    if columns.low_resistance_state is not None:
        return _state(table, columns.low_resistance_state, voltage)
    current = _values(table, columns, "current")
    if current is not None:
        return current
    conductance = _values(table, columns, "conductance")
    resistance = _values(table, columns, "resistance")
    if conductance is None and resistance is not None:
        conductance = _inverse(resistance)
    if conductance is None:
        raise LabkitError(
            "the map names no column for current, conductance or resistance",
            "name one under `columns`, for example `current: {column: 2, unit: A}`",
        )
    return _driven(conductance, voltage)


def _state(table: Table, column: ColumnMap, voltage: FloatArray | None) -> FloatArray:
    """Give the current of one of two states, whose column may hold currents, conductances or resistances."""
    unit = column.unit or table.headings[_place(table, "state", column)].unit
    for quantity in ("resistance", "conductance"):
        if _is(unit, quantity):
            values = _scaled(table, "state", column, *_UNITS[quantity])
            return _driven(_inverse(values) if quantity == "resistance" else values, voltage)
    return _scaled(table, "state", column, *_UNITS["current"])


def _inverse(resistance: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.reciprocal(resistance), np.float64)


def _driven(conductance: FloatArray, voltage: FloatArray | None) -> FloatArray:
    if voltage is None:
        raise LabkitError(
            "a conductance becomes a current only with the voltage that it was read at",
            'give `read_voltage: "0.1 V"` in the map, or a voltage column',
        )
    return np.asarray(voltage * conductance, float)


def _stimulus(table: Table, mapped: ImportMap) -> tuple[FloatArray | None, bool]:
    found = mapped.columns.stimulus
    if found is None:
        return None, False
    optical = mapped.terminals.stimulus_kind == "optical"
    unit = found.unit or table.headings[_place(table, "stimulus", found)].unit
    if optical and not _is(unit, "irradiance"):
        return _raw(table, "stimulus", found), False
    return _scaled(table, "stimulus", found, *(("irradiance", "W/m^2") if optical else ("voltage", "V"))), True


def _is(unit: str, dimension: str) -> bool:
    try:
        return parse_quantity(f"1 {unit}")[1] == dimension
    except ValueError:
        return False


def _values(table: Table, columns: ColumnsMap, role: str) -> FloatArray | None:
    found = _column(columns, role)
    return None if found is None else _scaled(table, role, found, *_UNITS[role])


def _finite(table: Table, columns: ColumnsMap, role: str) -> FloatArray | None:
    """Give a column that must be a number in every row."""
    found = _column(columns, role)
    if found is None:
        return None
    values = _scaled(table, role, found, *_UNITS[role]) if role in _UNITS else _raw(table, role, found)
    missing = np.flatnonzero(~np.isfinite(values))
    if len(missing):
        index = _place(table, role, found)
        message = f"no number, where the {role} of the row is needed; fill the cell or delete the row"
        raise DocumentError([table.grid.problem(table.rows[row], index + table.shift, message) for row in missing[:10]])
    return values


def _column(columns: ColumnsMap, role: str) -> ColumnMap | None:
    found: dict[str, ColumnMap | None] = {
        "time": columns.time,
        "voltage": columns.voltage,
        "current": columns.current,
        "conductance": columns.conductance,
        "resistance": columns.resistance,
        "cycle": columns.cycle,
        "pulse": columns.pulse,
        "state": columns.state,
        "gate_current": columns.gate_current,
    }
    return found[role]


def _place(table: Table, role: str, column: ColumnMap) -> int:
    index = table.find(column.column)
    if index is not None:
        return index
    names = [heading.text for heading in table.headings if heading.text]
    near = did_you_mean(str(column.column), names)
    known = f"the columns are: {', '.join(names)}" if names else f"the table has {len(table.headings)} columns"
    raise LabkitError(f"{table.grid.file} has no column {column.column!r} for the {role}{near}", known)


def _raw(table: Table, role: str, column: ColumnMap) -> FloatArray:
    return np.asarray(column.sign * table.values(_place(table, role, column)), float)


def _scaled(table: Table, role: str, column: ColumnMap, dimension: str, default: str) -> FloatArray:
    index = _place(table, role, column)
    unit = column.unit or table.headings[index].unit or default
    try:
        factor, found = parse_quantity(f"1 {unit}")
    except ValueError as error:
        raise LabkitError(f'unknown unit "{unit}" of the {role}', "write for example nA, V, ms, uW/cm^2") from error
    if found != dimension:
        raise LabkitError(
            f'the {role} is given in "{unit}", which is a unit of {found}',
            f"name another column for the {role}, or correct its unit, for example `unit: {default}`",
        )
    return np.asarray(column.sign * factor * table.values(index), float)
