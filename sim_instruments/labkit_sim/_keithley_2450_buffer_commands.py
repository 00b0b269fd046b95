"""Commands of a 2450 for readings: measure and fetch, buffers, statistics, data formats."""

from collections.abc import Callable

import numpy as np

from labkit.core import FloatArray
from labkit_sim import _keithley_2450_specs as specs
from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2450_core import Keithley2450Core
from labkit_sim._keithley_2450_format import chosen_elements, statistics
from labkit_sim._keithley_2450_settings import Quantity
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

_DEFAULT = "defbuffer1"
_MOST_ARGUMENTS = 20
_STYLES = {"STANdard": True, "COMPact": True, "FULL": True, "WRITable": False, "FULLWRITable": False}
_KINDS = {"ASCii": "ASC", "REAL": "REAL", "SREal": "SRE"}


def buffer_name(call: Call, index: int) -> str:
    """Read the name of a buffer, defbuffer1 when it is left out."""
    return call.string(index) if call.given(index) else _DEFAULT


def _read(smu: Keithley2450Core, call: Call) -> Reply:
    return smu.take_readings(buffer_name(call, 0), chosen_elements(call, 1))


def _measure(quantity: Quantity) -> "Callable[[Keithley2450Core, Call], Reply]":
    def query(smu: Keithley2450Core, call: Call) -> Reply:
        name, elements = buffer_name(call, 0), chosen_elements(call, 1)
        smu.select_sense(quantity)
        return smu.take_readings(name, elements)

    return query


def _fetch(smu: Keithley2450Core, call: Call) -> Reply:
    smu.world.collect()
    buffer = smu.buffers[buffer_name(call, 0)]
    return smu.format.answer(buffer.last(), chosen_elements(call, 1), buffer.first_time)


def _trace_trigger(smu: Keithley2450Core, call: Call) -> Reply:
    return smu.take_quietly(buffer_name(call, 0))


def _data(smu: Keithley2450Core, call: Call) -> Reply:
    smu.world.collect()
    start, end = call.integer(0, 1, specs.BUFFER_MEMORY), call.integer(1, 1, specs.BUFFER_MEMORY)
    buffer = smu.buffers[buffer_name(call, 2)]
    return smu.format.answer(buffer.part(start, end), chosen_elements(call, 3), buffer.first_time)


def _make(smu: Keithley2450Core, call: Call) -> Reply:
    if call.given(2) and not call.choice(2, _STYLES):
        raise ScpiError(-224, "Illegal parameter value: writable buffers are not simulated")
    smu.buffers.make(call.string(0), call.integer(1, specs.SMALLEST_BUFFER, specs.BUFFER_MEMORY))
    return None


def _delete(smu: Keithley2450Core, call: Call) -> Reply:
    smu.check_idle()
    smu.buffers.delete(call.string(0))
    return None


def _clear(smu: Keithley2450Core, call: Call) -> Reply:
    smu.world.collect()
    smu.buffers[buffer_name(call, 0)].clear()
    return None


def _set_points(smu: Keithley2450Core, call: Call) -> Reply:
    smu.check_idle()
    smu.buffers.resize(buffer_name(call, 1), call.integer(0, specs.SMALLEST_BUFFER, specs.BUFFER_MEMORY))
    return None


def _get_points(smu: Keithley2450Core, call: Call) -> Reply:
    return str(smu.buffers[buffer_name(call, 0)].capacity)


def _actual(smu: Keithley2450Core, call: Call) -> Reply:
    smu.world.collect()
    return str(len(smu.buffers[buffer_name(call, 0)]))


def _actual_start(smu: Keithley2450Core, call: Call) -> Reply:
    smu.world.collect()
    return str(smu.buffers[buffer_name(call, 0)].start_index)


def _actual_end(smu: Keithley2450Core, call: Call) -> Reply:
    smu.world.collect()
    return str(smu.buffers[buffer_name(call, 0)].end_index)


def _set_fill_mode(smu: Keithley2450Core, call: Call) -> Reply:
    continuous = call.choice(0, {"CONTinuous": True, "ONCE": False})
    smu.buffers[buffer_name(call, 1)].continuous = continuous
    return None


def _get_fill_mode(smu: Keithley2450Core, call: Call) -> Reply:
    return "CONT" if smu.buffers[buffer_name(call, 0)].continuous else "ONCE"


def _statistic(of: Callable[[FloatArray], float]) -> "Callable[[Keithley2450Core, Call], Reply]":
    def query(smu: Keithley2450Core, call: Call) -> Reply:
        smu.world.collect()
        values = statistics(smu.buffers[buffer_name(call, 0)])
        return smu.format.number(of(values) if len(values) else specs.NO_NUMBER)

    return query


def _spread(values: FloatArray) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def _ignored(smu: Keithley2450Core, call: Call) -> Reply:
    return None


def _set_kind(smu: Keithley2450Core, call: Call) -> Reply:
    smu.format.kind = call.choice(0, _KINDS)
    return None


def _get_kind(smu: Keithley2450Core, call: Call) -> Reply:
    return smu.format.kind


def _set_border(smu: Keithley2450Core, call: Call) -> Reply:
    smu.format.swapped = call.choice(0, {"NORMal": False, "SWAPped": True})
    return None


def _get_border(smu: Keithley2450Core, call: Call) -> Reply:
    return "SWAP" if smu.format.swapped else "NORM"


def _set_precision(smu: Keithley2450Core, call: Call) -> Reply:
    smu.format.precision = call.integer(0, 0, 16, 0)
    return None


def _get_precision(smu: Keithley2450Core, call: Call) -> Reply:
    asked = call.extreme(0, 16, 0)
    return str(smu.format.precision if asked is None else round(asked))


_READS = (0, _MOST_ARGUMENTS)

BUFFER_COMMANDS = (
    Command(":READ", query=_read, query_arguments=_READS),
    Command(":MEASure", query=_read, query_arguments=_READS),
    Command(":MEASure:CURRent[:DC]", query=_measure(Quantity.CURRENT), query_arguments=_READS),
    Command(":MEASure:VOLTage[:DC]", query=_measure(Quantity.VOLTAGE), query_arguments=_READS),
    Command(":MEASure:RESistance", query=_measure(Quantity.RESISTANCE), query_arguments=_READS),
    Command(":FETCh", query=_fetch, query_arguments=_READS),
    event(":TRACe:TRIGger", _trace_trigger, (0, 1)),
    Command(":TRACe:DATA", query=_data, query_arguments=(2, _MOST_ARGUMENTS)),
    event(":TRACe:MAKE", _make, (2, 3)),
    event(":TRACe:DELete", _delete, (1, 1)),
    event(":TRACe:CLEar", _clear, (0, 1)),
    Command(":TRACe:POINts", _set_points, _get_points, write_arguments=(1, 2)),
    Command(":TRACe:ACTual", query=_actual),
    Command(":TRACe:ACTual:STARt", query=_actual_start),
    Command(":TRACe:ACTual:END", query=_actual_end),
    Command(":TRACe:FILL:MODE", _set_fill_mode, _get_fill_mode, write_arguments=(1, 2)),
    Command(":TRACe:STATistics:AVERage", query=_statistic(lambda values: float(np.mean(values)))),
    Command(":TRACe:STATistics:MAXimum", query=_statistic(lambda values: float(np.max(values)))),
    Command(":TRACe:STATistics:MINimum", query=_statistic(lambda values: float(np.min(values)))),
    Command(":TRACe:STATistics:PK2Pk", query=_statistic(lambda values: float(np.ptp(values)))),
    Command(":TRACe:STATistics:STDDev", query=_statistic(_spread)),
    event(":TRACe:STATistics:CLEar", _ignored, (0, 1)),
    Command(":FORMat[:DATA]", _set_kind, _get_kind, query_arguments=(0, 0)),
    Command(":FORMat:BORDer", _set_border, _get_border, query_arguments=(0, 0)),
    Command(":FORMat:ASCii:PRECision", _set_precision, _get_precision),
)
