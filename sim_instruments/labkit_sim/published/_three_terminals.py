"""Presets of published three-terminal devices: the phototransistor with shallow and deep traps.

Knobs: `mobility` (m^2/Vs) sets the energies; `lifetime` (s) of the shallow trap or, beyond what its decay can do, the
`gain` of the sensitisation sets the PPF index; `subthreshold` (V) sets the range between the dark and the lit channel;
`deep` (s), the lifetime of the deep trap, sets the retention; `potentiation` and `depression`, the curvatures that
light and gate pulses give, set the nonlinearities.
"""

from collections.abc import Mapping
from math import log

from labkit.literature import PublishedDevice, Quantity
from labkit_sim.devices import PhototransistorPreset, Preset
from labkit_sim.published._design import INTERVAL, Design, targets_of, text, wanted
from labkit_sim.published._light_experiments import (
    ERASE,
    ERASE_WIDTH,
    OVERDRIVE,
    PHOTON_RATE,
    SUBTHRESHOLD,
    WRITE,
    LightExperiments,
)
from labkit_sim.published._row import published_of, words_of

MONTH = 2.63e6
SHALLOW = 0.3
"""What a light pulse of the short-term experiments does to the shallow trap (V)."""
SHALLOW_FULL = 3.0
DEEP = 30.0
"""The shift when the deep trap is full (V)."""
ACTIVATED = 0.1
"""The share of further sites that one light pulse activates."""
FACILITATED = 1.45
"""The PPF index from which on the decay of a trap is not made to explain it alone."""


def design(device: PublishedDevice) -> Design:
    """Design the preset of a published three-terminal device."""
    numbers = wanted(device)
    facilitated = numbers.get(Quantity.PPF, 1.0) > FACILITATED
    start = {
        "mobility": 1e-4,
        "lifetime": _lifetime(numbers) if facilitated else INTERVAL / -log(numbers.get(Quantity.PPF, 1.37) - 1),
        "gain": 5.0 if facilitated else 0.0,
        "subthreshold": SUBTHRESHOLD,
        "deep": 4.5 * numbers.get(Quantity.RETENTION, MONTH),
        "potentiation": max(0.8 * numbers.get(Quantity.NONLINEARITY_P, 2.4), 1e-3),
        "depression": max(0.8 * numbers.get(Quantity.NONLINEARITY_D, 2.4), 1e-3),
    }
    experiments = LightExperiments(numbers, int(numbers.get(Quantity.STATES, 20)))
    knobs = {
        Quantity.ENERGY_READ: "mobility",
        Quantity.PPF: "gain" if facilitated else "lifetime",
        Quantity.DYNAMIC_RANGE: "subthreshold",
        Quantity.NONLINEARITY_P: "potentiation",
        Quantity.NONLINEARITY_D: "depression",
        Quantity.RETENTION: "deep",
    }

    def preset(values: Mapping[str, float]) -> Preset:
        return _preset(device, values, experiments)

    return Design(start, preset, targets_of(device, knobs))


def _lifetime(numbers: Mapping[Quantity, float]) -> float:
    """Give the lifetime (s) of the shallow trap beside a sensitisation: what its decay adds must not be too much."""
    return 1.0 if numbers[Quantity.PPF] > 1.6 else 0.6


def _preset(device: PublishedDevice, knobs: Mapping[str, float], experiments: LightExperiments) -> Preset:
    traps = []
    if experiments.transient:
        shallow = experiments.conditions
        share = SHALLOW / (PHOTON_RATE * shallow.irradiance * shallow.width)
        traps.append(
            {
                "capture": text(share, ""),
                "full_shift": text(SHALLOW_FULL, "V"),
                "lifetime": text(knobs["lifetime"], "s"),
            }
        )
    if experiments.memory:
        traps.append(_deep(knobs, experiments.pulses))
    parameters: dict[str, object] = {
        "channel": {
            "width": "1000 um",
            "length": "50 um",
            "mobility": text(knobs["mobility"] * 1e4, "cm^2/Vs"),
            "insulator_capacitance": "11.5 nF/cm^2",
            "threshold": text(-OVERDRIVE, "V"),
            "subthreshold": text(knobs["subthreshold"], "V"),
        },
        "spectrum": [
            {"wavelength": f"{wavelength * 1e9:.6g} nm", "efficiency": "50 %"} for wavelength in device.wavelengths
        ],
        "traps": traps,
        "gate_leakage": "0.1 pS",
        "variation": "1 %",
    }
    if knobs["gain"] > 0:
        area = ACTIVATED / (experiments.photons * experiments.conditions.width)
        parameters["sensitisation"] = {
            "gain": text(knobs["gain"], ""),
            "cross_section": text(area * 1e4, "cm^2"),
            "lifetime": "5 s",
        }
    return PhototransistorPreset.model_validate(
        {
            "model": "phototransistor",
            **words_of(device),
            "published": published_of(device, experiments.all()),
            "parameters": parameters,
        }
    )


def _deep(knobs: Mapping[str, float], pulses: int) -> dict[str, str]:
    """Give the deep trap: filled by strong light, emptied by the gate, both with the curvatures of the knobs."""
    rate = knobs["potentiation"] / (pulses * WRITE.width)
    faster = knobs["depression"] * knobs["deep"] / (pulses * ERASE_WIDTH)
    return {
        "capture": text(rate * DEEP / (PHOTON_RATE * WRITE.irradiance), ""),
        "full_shift": text(DEEP, "V"),
        "lifetime": text(knobs["deep"], "s"),
        "emission_scale": text(ERASE / log(faster), "V"),
    }
