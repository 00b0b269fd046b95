"""The product of vectors and a matrix in a crossbar: voltages on the word lines, currents out of the bit lines."""

import numpy as np

from labkit.core import FloatArray
from labkit_sim.crossbar._converter import Converter
from labkit_sim.crossbar._crossbar import Crossbar
from labkit_sim.crossbar._wires import Bias


def ideal_product(crossbar: Crossbar, inputs: FloatArray) -> FloatArray:
    """Give the currents (A, vectors x bit lines) that wires without resistance would give for voltages (V).

    `inputs` are vectors x word lines.
    """
    _, bits = crossbar.shape
    return np.array(
        [np.sum(crossbar.cells.currents(np.repeat(one[:, None], bits, axis=1))[0], axis=0) for one in inputs]
    )


def multiply(
    crossbar: Crossbar, inputs: FloatArray, dac: Converter | None = None, adc: Converter | None = None
) -> FloatArray:
    """Give the currents (A, vectors x bit lines) for voltages on the word lines (V, vectors x word lines).

    The bit lines are held at 0 V. With a DAC the inputs take its steps, with an ADC the currents its own.
    """
    driven = inputs if dac is None else dac.quantised(inputs)
    if crossbar.cells.linear:
        currents = driven @ crossbar.transfer().T
    else:
        bits = np.zeros(crossbar.shape[1])
        currents = np.array([crossbar.solve(Bias(one, bits)).bit_currents for one in driven])
    return currents if adc is None else adc.quantised(currents)
