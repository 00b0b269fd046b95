"""Make a digital twin: lay a family of devices on measured runs, and try it on runs that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.core import LabkitError, OpenTwinModel, load_plugin
from labkit.storage import read_run
from labkit.twin import Fitted, Prediction, Tell, TwinFit, fit_twin, measured, predict


@dataclass(frozen=True, slots=True)
class TwinCheck:
    """How well a twin predicts a run that it was not fitted to."""

    path: Path
    prediction: Prediction


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
    found = tuple(TwinCheck(path, predict(model, fit, measured(read_run(path), path.name, model))) for path in checks)
    source = f"fitted to {', '.join(path.name for path in runs)}, from {family}; misfit {fit.misfit:.2g} of the range"
    told = {each.parameter.name: _said(each) for each in fit.parameters}
    description = f"A digital twin of the device of {', '.join(path.name for path in runs)}."
    output.write_text(model.preset(fit.values, description, source, told, fit.variation), encoding="utf-8")
    return Twin(output, fit, found)


def _said(each: Fitted) -> str:
    if not each.told:
        return "not told by the runs"
    low, high = each.interval
    unit = "" if each.parameter.unit == "1" else f" {each.parameter.unit}"
    return f"{each.value:.6g}{unit}, 95 % of {low:.6g} to {high:.6g}"
