"""Commands of the 2400's dialect for the data store, its statistics, and the format of readings."""

from labkit_sim._errors import ScpiError
from labkit_sim._keithley_2400 import _models as specs
from labkit_sim._keithley_2400._core import BUFFER_AVAILABLE, BUFFER_FULL, Keithley2400Core
from labkit_sim._keithley_2400._store import ELEMENTS, statistics
from labkit_sim._scpi import Command, Reply, event
from labkit_sim._scpi_data import Call

_ELEMENT_WORDS = {"VOLTage": "VOLT", "CURRent": "CURR", "RESistance": "RES", "TIME": "TIME", "STATus": "STAT"}
_STATISTICS = {"MEAN": "MEAN", "SDEViation": "SDEV", "MAXimum": "MAX", "MINimum": "MIN", "PKPK": "PKPK"}


def _set_points(smu: Keithley2400Core, call: Call) -> Reply:
    smu.store.set_size(call.integer(0, 1, specs.BUFFER, 100))
    return None


def _set_feed(smu: Keithley2400Core, call: Call) -> Reply:
    smu.store.check_idle()
    smu.store.feed = call.choice(
        0, {"SENSe": "SENS", "SENSe1": "SENS", "CALCulate": "CALC", "CALCulate1": "CALC", "CALCulate2": "CALC2"}
    )
    return None


def _set_control(smu: Keithley2400Core, call: Call) -> Reply:
    if call.choice(0, {"NEXT": True, "NEVer": False}):
        smu.store.begin()
        smu.measurement.set_bit(BUFFER_FULL | BUFFER_AVAILABLE, False)
    else:
        smu.store.filling = False
    return None


def _clear_store(smu: Keithley2400Core, call: Call) -> Reply:
    smu.store.check_idle()
    smu.store.readings.clear()
    smu.measurement.set_bit(BUFFER_FULL | BUFFER_AVAILABLE, False)
    return None


def _actual(smu: Keithley2400Core, call: Call) -> Reply:
    smu.world.collect()
    return str(len(smu.store.readings))


def _stored(smu: Keithley2400Core, call: Call) -> Reply:
    return smu.format.answer(smu.store.timed())


def _free(smu: Keithley2400Core, call: Call) -> Reply:
    return ",".join(map(str, smu.store.free))


def _set_stamps(smu: Keithley2400Core, call: Call) -> Reply:
    smu.store.deltas = call.choice(0, {"ABSolute": False, "DELTa": True})
    return None


def _set_statistic(smu: Keithley2400Core, call: Call) -> Reply:
    smu.statistic = call.choice(0, _STATISTICS)
    return None


def _statistics(smu: Keithley2400Core, call: Call) -> Reply:
    return statistics(smu.statistic, smu.store.readings)


def _set_elements(smu: Keithley2400Core, call: Call) -> Reply:
    chosen = {call.choice(index, _ELEMENT_WORDS) for index in range(len(call))}
    smu.format.elements = tuple(name for name in ELEMENTS if name in chosen)
    return None


def _set_data(smu: Keithley2400Core, call: Call) -> Reply:
    smu.format.binary = call.choice(0, {"ASCii": False, "REAL": True, "SREal": True})
    if call.given(1) and call.integer(1, 32, 32) != 32:
        raise ScpiError(-222)
    return None


def _set_order(smu: Keithley2400Core, call: Call) -> Reply:
    smu.format.swapped = call.choice(0, {"NORMal": False, "SWAPped": True})
    return None


def _set_registers(smu: Keithley2400Core, call: Call) -> Reply:
    smu.format.registers = call.choice(0, {"ASCii": "ASC", "HEXadecimal": "HEX", "OCTal": "OCT", "BINary": "BIN"})
    return None


STORE_COMMANDS = (
    Command(":TRACe:POINts", _set_points, lambda smu, call: str(smu.store.size)),
    Command(":TRACe:POINts:ACTual", query=_actual, query_arguments=(0, 0)),
    Command(":TRACe:FEED", _set_feed, lambda smu, call: smu.store.feed),
    Command(":TRACe:FEED:CONTrol", _set_control, lambda smu, call: "NEXT" if smu.store.filling else "NEV"),
    Command(":TRACe:DATA", query=_stored, query_arguments=(0, 0)),
    Command(":TRACe:FREE", query=_free, query_arguments=(0, 0)),
    event(":TRACe:CLEar", _clear_store),
    Command(":TRACe:TSTamp:FORMat", _set_stamps, lambda smu, call: "DELT" if smu.store.deltas else "ABS"),
    Command(":CALCulate3:FORMat", _set_statistic, lambda smu, call: smu.statistic),
    Command(
        ":CALCulate3:DATA",
        query=lambda smu, call: statistics(smu.statistic, smu.store.readings),
        query_arguments=(0, 0),
    ),
    Command(
        ":FORMat:ELEMents[:SENSe[1]]",
        _set_elements,
        lambda smu, call: ",".join(smu.format.elements),
        write_arguments=(1, 5),
    ),
    Command(
        ":FORMat[:DATA]",
        _set_data,
        lambda smu, call: "REAL,32" if smu.format.binary else "ASC",
        write_arguments=(1, 2),
    ),
    Command(":FORMat:BORDer", _set_order, lambda smu, call: "SWAP" if smu.format.swapped else "NORM"),
    Command(":FORMat:SREGister", _set_registers, lambda smu, call: smu.format.registers),
)
