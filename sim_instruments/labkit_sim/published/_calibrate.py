"""Solve the knobs of a design so that the computed truths equal the published numbers."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

import numpy as np
from scipy.optimize import root

from labkit.core import FloatArray, LabkitError
from labkit.literature import Mechanism, PublishedDevice, Quantity
from labkit_sim.devices import Experiment, Preset
from labkit_sim.published._design import Design, Target, short
from labkit_sim.published._ferroelectric import design as ferroelectric
from labkit_sim.published._ideal import Seen
from labkit_sim.published._programs import ideal_outcome, short_program
from labkit_sim.published._three_terminals import design as three_terminals
from labkit_sim.published._truths import Truth, truth_of
from labkit_sim.published._two_terminals import design as two_terminals

PRECISION = 1e-4
"""How near a truth comes to its number, relative; the curvature of a nearly straight train has no more digits."""
HEADROOM = 1.1
"""Of a measure range over the largest mean current: light is off by its calibration, writes scatter."""


def design_of(device: PublishedDevice) -> Design:
    """Choose the family of a published device."""
    if device.mechanism is Mechanism.FERROELECTRIC:
        return ferroelectric(device)
    return two_terminals(device) if device.terminals == 2 else three_terminals(device)


def calibrated(device: PublishedDevice) -> Preset:
    """Give the preset of a published device, its truths equal to the numbers of high and medium confidence.

    Raises LabkitError where no parameters of the family do that.
    """
    design = design_of(device)
    knobs = dict(design.start)
    for target in design.targets:  # one after another first: most numbers hang on one knob alone
        knobs |= _solved(design, knobs, (target,))
    if len(design.targets) > 1 and any(_misfits(design, knobs) > PRECISION):
        knobs |= _solved(design, knobs, design.targets)
    misfits = _misfits(design, knobs) if design.targets else np.zeros(0)
    if any(misfits > PRECISION):
        worst = ", ".join(f"{one.quantity} by {off:.2g}" for one, off in zip(design.targets, misfits, strict=True))
        raise LabkitError(
            f"no parameters of the family give the numbers of [{device.reference.number}]: off are {worst}",
            "give the device another family",
        )
    return _with_ranges(design.preset(knobs))


def _misfits(design: Design, knobs: Mapping[str, float]) -> FloatArray:
    truths = truths_of(design.preset(knobs), {target.quantity for target in design.targets})
    return np.array([abs(target.misfit(truths[target.quantity].value)) for target in design.targets])


def _with_ranges(preset: Preset) -> Preset:
    """Give each experiment the measure range that what the preset shows in it needs."""
    published = preset.published
    if published is None:
        return preset
    experiments = []
    for experiment in published.experiments:
        seen = ideal_outcome(preset, short_program(experiment))
        parameters = experiment.parameters | measure_ranges(experiment, seen)
        experiments.append(experiment.model_copy(update={"parameters": parameters}))
    kept = published.model_copy(update={"experiments": tuple(experiments)})
    return preset.model_copy(update={"published": kept})


def measure_ranges(experiment: Experiment, seen: Sequence[Seen]) -> dict[str, str]:
    """Give the largest currents that were seen, one for each parameter of the protocol that is a range."""

    def largest(of: Iterable[Seen]) -> str:
        return short(HEADROOM * max(abs(each.current) for each in of), "A")

    if not experiment.protocol.startswith("dynamic_range"):
        return {"current_range": largest(seen)}
    reads = [each for each in seen if each.kind == "read"]
    ranges = {
        "high_range": largest(read for read in reads if read.mark == "potentiation"),
        "low_range": largest(read for read in reads if read.mark != "potentiation"),
    }
    return ranges | ({"current_range": largest(seen)} if experiment.protocol == "dynamic_range" else {})


def _solved(design: Design, knobs: Mapping[str, float], targets: tuple[Target, ...]) -> dict[str, float]:
    """Give the knobs of some targets with which they come nearest to their numbers, the other knobs as they are."""
    names = [target.knob for target in targets]

    def misfits(logarithms: FloatArray) -> FloatArray:
        tried = {**knobs, **dict(zip(names, np.exp(logarithms).tolist(), strict=True))}
        truths = truths_of(design.preset(tried), {target.quantity for target in targets})
        return np.array([target.misfit(truths[target.quantity].value) for target in targets])

    found = root(misfits, np.log([knobs[name] for name in names]), tol=1e-11, options={"eps": 1e-6})
    return dict(zip(names, np.exp(found.x).tolist(), strict=True))


def truths_of(preset: Preset, only: set[Quantity] | None = None) -> dict[Quantity, Truth]:
    """Give what the parameters of a preset say in place of each published number that its experiments show."""
    found: dict[Quantity, Truth] = {}
    for experiment in preset.published.experiments if preset.published is not None else ():
        found |= experiment_truths(preset, experiment, only)
    return found


def experiment_truths(preset: Preset, experiment: Experiment, only: set[Quantity] | None) -> dict[Quantity, Truth]:
    """Give the truths that one experiment shows."""
    shown = [Quantity(name) for name in experiment.shows if only is None or Quantity(name) in only]
    if not shown:
        return {}
    if shown == [Quantity.ENDURANCE_LTP_LTD]:  # nothing in the parameters wears: the cycles stay alike
        return {Quantity.ENDURANCE_LTP_LTD: Truth(inf, {})}
    seen = ideal_outcome(preset, short_program(experiment))
    return {quantity: truth_of(quantity, seen) for quantity in shown}
