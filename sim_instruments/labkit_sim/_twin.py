"""Device models with free parameters, to be laid on measured runs: what `labkit fit` asks of the simulation."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pydantic import BaseModel

from labkit.core import (
    SI_UNITS,
    FloatArray,
    LabkitError,
    QuantityField,
    StimulusHistory,
    TwinParameter,
    did_you_mean,
)
from labkit_sim._along import currents_of
from labkit_sim.devices import Device, EventEfficiency, HasEfficiency, Mirrored, Preset, read_preset

KNOWN = (
    "*variation",
    "*reference_temperature",
    "*activation",
    "*width",
    "*length",
    "*insulator_capacitance",
    "*thickness",
    "*area",
    "*spectrum.*",
    "populations.*.efficiency",
    "*subthreshold",
    "*gate_leakage",
    "*writing_voltage",
    "*exponent",
)
"""Parameters that a run does not tell, or that are known before: geometry, temperature laws, the scatter of events."""


class ScriptedEfficiency(EventEfficiency):
    """Factors that are given: first these, then one."""

    def __init__(self, factors: Sequence[float]) -> None:
        super().__init__(0.0, 0)
        self._drawn = [*reversed(factors)]
        self.taken = 0

    def take(self) -> float:
        """Begin an event."""
        self.taken += 1
        return super().take()

    def take_many(self, count: int) -> FloatArray:
        """Begin so many events."""
        self.taken += count
        return super().take_many(count)


class PresetTwin:
    """The model of a preset with free parameters, all others as in the preset."""

    def __init__(self, preset: Preset, free: Sequence[str]) -> None:
        leaves = dict(_leaves(preset.parameters))
        self._preset = preset
        self.parameters = tuple(leaves[name] for name in _chosen(free, leaves))
        self.terminals = preset.make(0).terminals

    def currents(
        self, values: FloatArray, history: StimulusHistory, terminal: str, times: FloatArray, factors: FloatArray
    ) -> FloatArray:
        """Take the device through the history."""
        device, _ = self._device(values, factors)
        return currents_of(device, history, terminal, times)

    def events(self, values: FloatArray, history: StimulusHistory) -> int:
        """Count what begins a write or a pulse of light."""
        device, script = self._device(values, np.empty(0))
        currents_of(device, history, self.terminals[0], history.times[-1:])
        return script.taken

    def preset(self, values: FloatArray, description: str, source: str, fit: Mapping[str, str], scatter: float) -> str:
        """Write the preset with the fitted values in it."""
        parameters = self._with(values)
        if "variation" in type(parameters).model_fields:
            parameters = parameters.model_copy(update={"variation": scatter})
        made = self._preset.model_copy(
            update={"parameters": parameters, "description": description, "source": source, "published": None}
        )
        document = made.model_dump(mode="json", exclude_none=True, exclude_defaults=False)
        head = "".join(f"# {name}: {text}\n" for name, text in fit.items())
        return head + yaml.safe_dump(_finite(document), sort_keys=False, allow_unicode=True, width=110)

    def _device(self, values: FloatArray, factors: FloatArray) -> tuple[Device, ScriptedEfficiency]:
        parameters = self._with(values)
        device = self._preset.model_copy(update={"parameters": parameters}).build(0)
        script = ScriptedEfficiency(factors.tolist())
        inner = device.device if isinstance(device, Mirrored) else device
        if isinstance(inner, HasEfficiency):
            inner.efficiency = script
        return device, script

    def _with(self, values: FloatArray) -> Any:
        parameters = self._preset.parameters
        for parameter, value in zip(self.parameters, values.tolist(), strict=True):
            parameters = _replaced(parameters, parameter.name.split("."), value)
        return parameters


def open_twin_model(preset: str, free: Sequence[str] = (), folder: Path | None = None) -> PresetTwin:
    """Give the model of a preset with free parameters (entry point `labkit.twins`)."""
    return PresetTwin(read_preset(preset, folder), free)


def _leaves(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, TwinParameter]]:
    """Give every quantity of a model that is finite and not nothing, by its path; a fit keeps its sign."""
    fields = type(model).model_fields
    for name, value in model:
        field = fields[name]
        path = f"{prefix}{name}"
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{path}.")
        elif isinstance(value, tuple):
            for k, part in enumerate(value):
                if isinstance(part, BaseModel):
                    yield from _leaves(part, f"{path}.{k}.")
        elif isinstance(value, float) and isfinite(value) and value != 0:
            dimension = next((each.dimension for each in field.metadata if isinstance(each, QuantityField)), "ratio")
            yield path, TwinParameter(path, value, SI_UNITS[dimension], field.description or "")


def _chosen(free: Sequence[str], leaves: Mapping[str, TwinParameter]) -> list[str]:
    if not free:
        return [name for name in leaves if not any(fnmatch(name, pattern) for pattern in KNOWN)]
    chosen: dict[str, None] = {}
    for pattern in free:
        found = [name for name in leaves if fnmatch(name, pattern)]
        if not found:
            near = did_you_mean(pattern, leaves)
            raise LabkitError(
                f'the model has no parameter "{pattern}" that could be free{near}', f"name some of: {', '.join(leaves)}"
            )
        chosen |= dict.fromkeys(found)
    return list(chosen)


def _replaced(model: Any, path: Sequence[str], value: float) -> Any:
    """Give a model, or a tuple of them, with another value at a path."""
    head, rest = path[0], path[1:]
    if isinstance(model, tuple):
        k = int(head)
        return (*model[:k], _replaced(model[k], rest, value), *model[k + 1 :])
    old = dict(model)[head]
    return model.model_copy(update={head: _replaced(old, rest, value) if rest else value})


def _finite(document: Any) -> Any:
    """Leave out what has no limit: a preset says so by not saying it."""
    if isinstance(document, dict):
        return {key: _finite(value) for key, value in document.items() if not _unlimited(value)}
    if isinstance(document, list):
        return [_finite(value) for value in document]
    return document


def _unlimited(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("inf")
