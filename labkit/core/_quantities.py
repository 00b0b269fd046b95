"""Quantities with units: the text at every border, SI numbers inside."""

import math
import re
from types import MappingProxyType

PREFIXES = MappingProxyType(
    {"": 1.0, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "c": 1e-2, "m": 1e-3}
    | {"u": 1e-6, "µ": 1e-6, "μ": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18}
)

_BASE: dict[str, tuple[str, str]] = {
    # symbol: (dimension, prefixes that make sense)
    "s": ("time", "munpfµμ"),
    "V": ("voltage", "kmunµμ"),
    "A": ("current", "munpfaµμ"),
    "Hz": ("frequency", "mkMG"),
    "Ω": ("resistance", "mkMGT"),
    "ohm": ("resistance", "mkMGT"),
    "S": ("conductance", "munpfµμ"),
    "F": ("capacitance", "munpfaµμ"),
    "K": ("temperature", "m"),
    "J": ("energy", "munpfaµμ"),
    "C": ("charge", "munpfaµμ"),
    "W": ("power", "munpfµμ"),
    "m": ("length", "cmunµμ"),
    "eV": ("photon energy", "m"),
}

_SQUARE_PER = {"m^2": 1.0, "cm^2": 1e-4, "mm^2": 1e-6, "um^2": 1e-12, "µm^2": 1e-12}

_SPECIAL: dict[str, tuple[str, float]] = {
    "": ("ratio", 1.0),
    "1": ("ratio", 1.0),
    "%": ("ratio", 0.01),
    "min": ("time", 60.0),
    "h": ("time", 3600.0),
    "d": ("time", 86400.0),
    "V/s": ("ramp rate", 1.0),
    "mV/s": ("ramp rate", 1e-3),
    "kV/s": ("ramp rate", 1e3),
    "PLC": ("line cycles", 1.0),
    "sigma": ("deviations", 1.0),
    "1/s": ("rate", 1.0),
    "1/m^3": ("number density", 1.0),
    "1/cm^3": ("number density", 1e6),
    "m^2/Vs": ("mobility", 1.0),
    "cm^2/Vs": ("mobility", 1e-4),
    "K/s": ("heating rate", 1.0),
    "K/min": ("heating rate", 1 / 60),
}

_OFFSET_SCALES: dict[str, tuple[float, float]] = {
    # symbol: (kelvin a degree, kelvin at its zero)
    **dict.fromkeys(("degC", "°C", "celsius", "Celsius"), (1.0, 273.15)),
    **dict.fromkeys(("degF", "°F", "fahrenheit", "Fahrenheit"), (5 / 9, 459.67 * 5 / 9)),
}
"""Scales with a zero of their own: whether a number is a temperature or a difference cannot be told from the unit."""

_WORDS = {
    "second": "s",
    "seconds": "s",
    "sec": "s",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "volt": "V",
    "volts": "V",
    "amp": "A",
    "amps": "A",
    "ampere": "A",
    "amperes": "A",
    "hertz": "Hz",
    "ohms": "ohm",
    "kelvin": "K",
    "siemens": "S",
    "percent": "%",
}

SI_UNITS = MappingProxyType(
    {
        "time": "s",
        "voltage": "V",
        "current": "A",
        "frequency": "Hz",
        "resistance": "ohm",
        "conductance": "S",
        "capacitance": "F",
        "temperature": "K",
        "heating rate": "K/s",
        "energy": "J",
        "charge": "C",
        "power": "W",
        "length": "m",
        "photon energy": "eV",
        "area": "m^2",
        "irradiance": "W/m^2",
        "capacitance per area": "F/m^2",
        "rate": "1/s",
        "number density": "1/m^3",
        "mobility": "m^2/Vs",
        "ramp rate": "V/s",
        "ratio": "1",
        "line cycles": "PLC",
        "deviations": "sigma",
    }
)


def _build_units() -> dict[str, tuple[str, float]]:
    units = dict(_SPECIAL)
    for symbol, (dimension, prefixes) in _BASE.items():
        for prefix in ("", *prefixes):
            units[prefix + symbol] = (dimension, PREFIXES[prefix])
    for square, area in _SQUARE_PER.items():
        units[square] = ("area", area)
        for prefix in ("", "m", "u", "µ", "n", "p"):
            units[f"{prefix}W/{square}"] = ("irradiance", PREFIXES[prefix] / area)
            units[f"{prefix}F/{square}"] = ("capacitance per area", PREFIXES[prefix] / area)
    return units


UNITS = MappingProxyType(_build_units())
"""Every unit that labkit reads: symbol to (dimension, factor to SI)."""

_QUANTITY = re.compile(r"\s*([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*")


def parse_quantity(text: str) -> tuple[float, str]:
    """Read a number with a unit: the value in SI units, and its dimension.

    Raises ValueError with a sentence that a lab user understands.

    >>> parse_quantity("100 us")
    (0.0001, 'time')
    >>> parse_quantity("0.1 mW/cm^2")
    (1.0, 'irradiance')
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a number with a unit')
    unit = match[2].replace("²", "^2").replace("cm2", "cm^2").replace("Ohm", "ohm")
    unit = _WORDS.get(unit, unit)
    if unit in _OFFSET_SCALES:
        raise ValueError(_without_offset(text, float(match[1].replace("_", "")), *_OFFSET_SCALES[unit]))
    if unit not in UNITS:
        raise ValueError(f'unknown unit "{match[2]}" in "{text}"')
    dimension, factor = UNITS[unit]
    # Dividing by a whole number keeps "100 us" at exactly 1e-4, where 100 * 1e-6 is not.
    number = float(match[1].replace("_", ""))
    return (number / round(1 / factor) if 0 < factor < 1 else number * factor), dimension


def _without_offset(text: str, number: float, degree: float, zero: float) -> str:
    kelvin, difference = number * degree + zero, number * degree
    return (
        f'"{text.strip()}" is on a scale with a zero of its own; write "{kelvin:.10g} K" for that temperature, or '
        f'"{difference:.10g} K" for a difference of as much'
    )


def quantity(text: str, dimension: str) -> float:
    """Read a quantity of one dimension in SI units.

    Raises ValueError when the text is of another dimension.

    >>> quantity("10 ms", "time")
    0.01
    """
    value, found = parse_quantity(text)
    if found != dimension:
        article = "an" if dimension[0] in "aeiou" else "a"
        raise ValueError(f'"{text}" is not {article} {dimension}')
    return value


_ENGINEERING = (
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
    (1.0, ""),
    (1e-3, "m"),
    (1e-6, "u"),
    (1e-9, "n"),
)
_SMALL = ((1e-12, "p"), (1e-15, "f"), (1e-18, "a"))
_UNPREFIXED = frozenset({"", "1", "%", "m^2", "sigma", "PLC", "1/s", "1/m^3", "m^2/Vs", "eV", "decades", "Jones", "dB"})


def format_quantity(value: float, unit: str, digits: int = 4) -> str:
    """Write an SI value with an engineering prefix, for people.

    >>> format_quantity(1.3e-4, "s")
    '130 us'
    >>> format_quantity(1.0, "W/m^2")
    '0.1 mW/cm^2'
    >>> format_quantity(113.0, "s", 2)
    '110 s'
    """
    if not math.isfinite(value):
        return f"{value} {'' if unit == '1' else unit}".rstrip()
    if unit == "W/m^2":
        scaled, prefix = (value * 0.1, "mW") if abs(value) >= 0.1 or value == 0 else (value * 100, "uW")
        return f"{_rounded(scaled, digits)} {prefix}/cm^2"
    if unit == "%":
        return f"{_rounded(value * 100, digits)} %"
    if unit in _UNPREFIXED or value == 0:
        return f"{_rounded(value, digits)} {'' if unit == '1' else unit}".rstrip()
    if unit == "s" and abs(value) >= 120:
        return f"{_rounded(value / 60, digits)} min" if abs(value) < 7200 else f"{_rounded(value / 3600, digits)} h"
    for factor, prefix in _ENGINEERING + _SMALL:
        readable = prefix + unit in UNITS or unit not in UNITS
        if readable and abs(value) >= factor * (1 - 10.0**-digits):
            return f"{_rounded(value / factor, digits)} {prefix}{unit}"
    return f"{_rounded(value, digits)} {unit}"


def _rounded(value: float, digits: int) -> str:
    """Write a number with so many digits; one below a thousand never with an exponent, 110 s to two digits is 110 s."""
    text = f"{value:.{digits}g}"
    return f"{float(text):.0f}" if "e+0" in text and abs(value) < 1000 else text
