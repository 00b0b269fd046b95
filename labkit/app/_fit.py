"""Make a digital twin: lay a family of devices on measured runs, and try it on runs that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labkit.core import LabkitError, OpenTwinModel, TwinModel, load_plugin
from labkit.storage import read_run
from labkit.twin import Fitted, Tell, TwinFit, fit_twin, measured


@dataclass(frozen=True, slots=True)
class TwinCheck:
    """How well a twin predicts a run that it was not fitted to: the root of the mean squared error over the range."""

    path: Path
    misfit: float


@dataclass(frozen=True, slots=True)
class Twin:
    """A fitted twin, the preset file that it was written to, and its trials."""

    path: Path
    fit: TwinFit
    checks: tuple[TwinCheck, ...]


def make_twin(
    runs: Sequence[Path],
    family: str,
    output: Path,
    free: Sequence[str] = (),
    checks: Sequence[Path] = (),
    tell: Tell = lambda what, done, total: None,
) -> Twin:
    """Fit the preset `family` to run files and write the twin as a preset that a virtual bench takes.

    `free` names the parameters to fit (with `*`), by default those that runs usually tell; `checks` are run files of
    the same device that the fit does not see. Each run is taken to begin with a rested device. Raises LabkitError.
    """
    if output.exists():
        raise LabkitError(f"{output} exists already", "choose another name, or remove it")
    opener: OpenTwinModel = load_plugin("labkit.twins", "world")
    model = opener(family, free)
    fit = fit_twin(model, [measured(read_run(path), path.name, model) for path in runs], tell)
    found = tuple(TwinCheck(path, _misfit(model, fit, path)) for path in checks)
    source = f"fitted to {', '.join(path.name for path in runs)}, from {family}; misfit {fit.misfit:.2%} of the range"
    told = {each.parameter.name: _said(each) for each in fit.parameters}
    description = f"A digital twin of the device of {', '.join(path.name for path in runs)}."
    output.write_text(model.preset(fit.values, description, source, told, fit.variation), encoding="utf-8")
    return Twin(output, fit, found)


def _misfit(model: TwinModel, fit: TwinFit, path: Path) -> float:
    seen = measured(read_run(path), path.name, model)
    error = seen.currents - seen.model(model, fit.values, np.empty(0))
    return float(np.sqrt(np.mean(error**2)) / np.ptp(seen.currents))


def _said(each: Fitted) -> str:
    if not each.told:
        return "not told by the runs"
    low, high = each.interval
    return f"{each.value:.4g} {each.parameter.unit}, 95 % of {low:.4g} to {high:.4g}"
