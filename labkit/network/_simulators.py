"""The simulators that there is an export for, by the word that the command line takes."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from labkit.core import LabkitError, did_you_mean
from labkit.network._aihwkit import aihwkit_export
from labkit.network._crosssim import crosssim_export
from labkit.network._export import Export
from labkit.network._neurosim import neurosim_export
from labkit.network._synapse import MeasuredSynapse

SIMULATORS: Mapping[str, Callable[[MeasuredSynapse], Export]] = MappingProxyType(
    {"neurosim": neurosim_export, "aihwkit": aihwkit_export, "crosssim": crosssim_export}
)


def export_synapse(synapse: MeasuredSynapse, simulator: str) -> Export:
    """Give a measured synapse in the words of a simulator: neurosim, aihwkit or crosssim.

    Raises LabkitError for another one.
    """
    if simulator not in SIMULATORS:
        raise LabkitError(
            f"no export to {simulator!r}{did_you_mean(simulator, SIMULATORS)}", f"choose {', '.join(SIMULATORS)}"
        )
    return SIMULATORS[simulator](synapse)
