"""Demonstrations of the field on simulated crossbars and synapses: from a YAML document to a table and its pictures."""

from pathlib import Path

from labkit.core import Demonstration
from labkit_sim.demonstrations._crossbar_product import crossbar_product
from labkit_sim.demonstrations._crossbar_read import crossbar_read
from labkit_sim.demonstrations._denoising import denoising
from labkit_sim.demonstrations._motion import motion

_DOCUMENTS = Path(__file__).parent / "documents"

CROSSBAR_READ = Demonstration(
    "crossbar_read",
    "how wrong the read of one cell of a crossbar is, with and without selectors and wire resistance",
    _DOCUMENTS / "crossbar_read.yaml",
    crossbar_read,
)
CROSSBAR_PRODUCT = Demonstration(
    "crossbar_product",
    "products of vectors and matrices in crossbars, through wires, DACs and ADCs",
    _DOCUMENTS / "crossbar_product.yaml",
    crossbar_product,
)
DENOISING = Demonstration(
    "denoising",
    "noisy digits through an 8 x 8 crossbar of Gaussian conductances, judged by a network",
    _DOCUMENTS / "denoising.yaml",
    denoising,
)
MOTION = Demonstration(
    "motion",
    "the direction of a moving car, told by synapses with spike-timing-dependent plasticity",
    _DOCUMENTS / "motion.yaml",
    motion,
)

__all__ = ["CROSSBAR_PRODUCT", "CROSSBAR_READ", "DENOISING", "MOTION"]
