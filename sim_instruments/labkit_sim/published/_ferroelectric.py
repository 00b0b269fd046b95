"""The preset of the published ferroelectric device: the transistor with a ferroelectric gate, as it is.

Its levels and its cycles are shown; the numbers that need pairs, retention, range or endurance by gate pulses alone are
shown by no protocol yet, so that nothing is solved for them.
"""

from collections.abc import Mapping

from labkit.literature import PublishedDevice, Quantity
from labkit_sim.devices import Experiment, Preset, read_preset
from labkit_sim.published._design import Design, wanted
from labkit_sim.published._row import published_of, words_of

_FAMILY = "ferroelectric_transistor"


def design(device: PublishedDevice) -> Design:
    """Design the preset of the published ferroelectric device."""
    experiment = _weights(wanted(device))

    def preset(_: Mapping[str, float]) -> Preset:
        family = read_preset(_FAMILY)
        words = words_of(device)
        return family.model_copy(update={**words, "published": published_of(device, (experiment,))})

    return Design({}, preset, ())


def _weights(numbers: Mapping[Quantity, float]) -> Experiment:
    parameters = {
        "pulses": str(int(numbers[Quantity.STATES])),
        "cycles": str(max(22, int(numbers[Quantity.ENDURANCE_LTP_LTD]) + 1)),
        "read_bias": "-0.1 V",
    }
    return Experiment(
        protocol="ltp_ltd_gate",
        parameters=parameters,
        metrics=("states", "cycle_endurance"),
        shows=(str(Quantity.STATES), str(Quantity.ENDURANCE_LTP_LTD)),
    )
