"""How a device of another active area differs from the one that its parameters describe."""

from labkit_sim.devices._cell_parameters import SwitchingCellParameters
from labkit_sim.devices._memristor import MemristorParameters
from labkit_sim.devices._parameters import ModelParameters
from labkit_sim.devices._phototransistor import PhototransistorParameters
from labkit_sim.devices._second_order import SecondOrderParameters
from labkit_sim.devices._transistor_parameters import TransistorParameters


def of_area(parameters: ModelParameters, ratio: float, exponent: float = 1.0) -> ModelParameters:
    """Give the parameters of a device whose area is `ratio` times as large, everything else alike.

    Of a memristor the lowest conductance, leakage of the whole electrode, is in proportion to the area; what switches
    goes as the area to the power of `exponent`: 1 for an interface, 0 for a filament. A switching cell knows which of
    its paths are filaments. A transistor is wider and all of its currents go with the width. Other models know no area.
    """
    part = ratio**exponent
    match parameters:
        case SwitchingCellParameters():
            return parameters.of_area(ratio, exponent)
        case MemristorParameters():
            populations = tuple(
                each.model_copy(update={"conductance": part * each.conductance}) for each in parameters.populations
            )
            lowest = ratio * parameters.lowest_conductance
            return parameters.model_copy(update={"lowest_conductance": lowest, "populations": populations})
        case SecondOrderParameters():
            update = {
                "lowest_conductance": ratio * parameters.lowest_conductance,
                "conductance": part * parameters.conductance,
            }
            return parameters.model_copy(update=update)
        case TransistorParameters():
            return parameters.wider(ratio)
        case PhototransistorParameters():
            channel = parameters.channel.model_copy(update={"width": ratio * parameters.channel.width})
            leakage = ratio * parameters.gate_leakage
            return parameters.model_copy(update={"channel": channel, "gate_leakage": leakage})
        case _:
            return parameters
