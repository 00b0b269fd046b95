"""Presets: a model and its parameters in a YAML file, with the publication that the values come from."""

from abc import ABC, abstractmethod
from importlib.resources import files
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from labkit.core import DocumentError, LabkitError, Problem, did_you_mean, load_yaml, read_text, validate
from labkit_sim.devices._ageing import Aged, Ageing
from labkit_sim.devices._area import of_area
from labkit_sim.devices._cell_parameters import SwitchingCellParameters
from labkit_sim.devices._device import Device
from labkit_sim.devices._efficiency import device_factors
from labkit_sim.devices._film import Film, FilmParameters
from labkit_sim.devices._memristor import Memristor, MemristorParameters
from labkit_sim.devices._mirrored import Mirrored
from labkit_sim.devices._parameters import Capacitance, ModelParameters, Resistance
from labkit_sim.devices._phototransistor import Phototransistor, PhototransistorParameters
from labkit_sim.devices._published import Published
from labkit_sim.devices._second_order import SecondOrderMemristor, SecondOrderParameters
from labkit_sim.devices._simple import Resistor, ResistorCapacitor
from labkit_sim.devices._switching_cell import SwitchingCell
from labkit_sim.devices._transistor import Transistor
from labkit_sim.devices._transistor_parameters import TransistorParameters

_PUBLISHED = "published"
_CELL = 1
"""Tells the draw of a cell's parameters from the stream of its events."""


class _Preset(BaseModel, ABC):
    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    source: str = Field(description='the publication that the values come from, or "illustrative"')
    published: Published | None = Field(None, description="the published numbers that it is sized after, if any")
    parameters: ModelParameters
    ageing: Ageing | None = Field(None, description="how it decays for good; left out: it does not")

    @abstractmethod
    def build(self, seed: int) -> Device:
        """Make the device that the parameters describe."""

    def make(self, seed: int) -> Device:
        """Make the device, with what ages it."""
        device = self.build(seed)
        return device if self.ageing is None else Aged(device, self.ageing)

    def build_cell(
        self, seed: int, variation: float | None = None, area: float = 1.0, area_exponent: float = 1.0
    ) -> Device:
        """Make one cell of a chip: parameters around these, as far apart as `variation` says, of another area.

        Without `variation` it is that of the preset. `area` is relative to the device that the preset describes; see
        `of_area` for what goes with it.
        """
        parameters = of_area(self.parameters, area, area_exponent)
        if variation is not None:
            parameters = parameters.model_copy(update={"device_variation": variation})
        drawn = parameters.varied(np.random.default_rng([seed, _CELL]))
        return self.model_copy(update={"parameters": drawn}).make(seed)


class MemristorPreset(_Preset):
    """A memristive synapse."""

    model: Literal["memristor"]
    parameters: MemristorParameters

    def build(self, seed: int) -> Memristor:
        """Make the device, pristine."""
        return Memristor(self.parameters, seed)


class SwitchingCellPreset(_Preset):
    """A two-terminal cell of conduction paths: valence change, metallisation, light."""

    model: Literal["switching_cell"]
    parameters: SwitchingCellParameters

    def build(self, seed: int) -> SwitchingCell:
        """Make the device, as made."""
        return SwitchingCell(self.parameters, seed)


class SecondOrderPreset(_Preset):
    """A second-order memristive synapse."""

    model: Literal["second_order_memristor"]
    parameters: SecondOrderParameters

    def build(self, seed: int) -> SecondOrderMemristor:
        """Make the device, pristine and rested."""
        return SecondOrderMemristor(self.parameters, seed)


class PhototransistorPreset(_Preset):
    """A heterojunction phototransistor."""

    model: Literal["phototransistor"]
    polarity: Literal["n", "p"] = Field("n", description="p: of holes, every voltage and current with the other sign")
    parameters: PhototransistorParameters

    def build(self, seed: int) -> Phototransistor | Mirrored:
        """Make the device, dark and at rest."""
        device = Phototransistor(self.parameters, seed)
        return device if self.polarity == "n" else Mirrored(device)


class TransistorPreset(_Preset):
    """A field-effect transistor, with a floating gate or without."""

    model: Literal["transistor"]
    polarity: Literal["n", "p"] = Field("n", description="p: of holes, every voltage and current with the other sign")
    parameters: TransistorParameters

    def build(self, seed: int) -> Transistor | Mirrored:
        """Make the device, without charge on its floating gate."""
        device = Transistor(self.parameters, seed)
        return device if self.polarity == "n" else Mirrored(device)


class FilmPreset(_Preset):
    """A film between two electrodes."""

    model: Literal["film"]
    parameters: FilmParameters

    def build(self, seed: int) -> Film:
        """Make the film; nothing in it is random."""
        return Film(self.parameters)


class ResistorParameters(ModelParameters):
    """A resistor."""

    resistance: Resistance = Field(gt=0)

    def varied(self, random: np.random.Generator) -> "ResistorParameters":
        """Draw a resistor."""
        factor = float(device_factors(random, self.device_variation, 1)[0])
        return self.model_copy(update={"resistance": factor * self.resistance})


class ResistorPreset(_Preset):
    """A resistor, to check a bench with."""

    model: Literal["resistor"]
    parameters: ResistorParameters

    def build(self, seed: int) -> Resistor:
        """Make the resistor; nothing in it is random."""
        return Resistor(self.parameters.resistance)


class ResistorCapacitorParameters(ModelParameters):
    """A resistor beside a capacitor with a series resistance."""

    resistance: Resistance = Field(gt=0)
    capacitance: Capacitance = Field(gt=0)
    series: Resistance = Field(gt=0)

    def varied(self, random: np.random.Generator) -> "ResistorCapacitorParameters":
        """Draw a capacitor; the resistors are of a series."""
        factor = float(device_factors(random, self.device_variation, 1)[0])
        return self.model_copy(update={"capacitance": factor * self.capacitance})


class ResistorCapacitorPreset(_Preset):
    """A dummy with a known time constant, to check settling and loops with."""

    model: Literal["resistor_capacitor"]
    parameters: ResistorCapacitorParameters

    def build(self, seed: int) -> ResistorCapacitor:
        """Make the dummy, discharged; nothing in it is random."""
        return ResistorCapacitor(self.parameters.resistance, self.parameters.capacitance, self.parameters.series)


Preset = (
    MemristorPreset
    | SwitchingCellPreset
    | SecondOrderPreset
    | PhototransistorPreset
    | TransistorPreset
    | FilmPreset
    | ResistorPreset
    | ResistorCapacitorPreset
)

_MODELS: dict[str, type[Preset]] = {
    "memristor": MemristorPreset,
    "switching_cell": SwitchingCellPreset,
    "second_order_memristor": SecondOrderPreset,
    "phototransistor": PhototransistorPreset,
    "transistor": TransistorPreset,
    "film": FilmPreset,
    "resistor": ResistorPreset,
    "resistor_capacitor": ResistorCapacitorPreset,
}


def preset_names() -> tuple[str, ...]:
    """List the illustrative presets that come with labkit; those of published devices are in `published_names`."""
    return _names(_folder())


def published_names() -> tuple[str, ...]:
    """List the presets that are sized after the numbers of published devices: `published_076` for reference 76."""
    return _names(_folder() / _PUBLISHED)


def _names(folder: Path) -> tuple[str, ...]:
    found = (entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return tuple(sorted(name.removesuffix(".yaml") for name in found))


def read_preset(name_or_path: str, folder: Path | None = None) -> Preset:
    """Read a preset by the name of one that comes with labkit, or from a file.

    What ends in .yaml is a file, relative to `folder`. Raises LabkitError for an unknown name or file, and
    DocumentError with every fault of the file at its line.
    """
    if name_or_path.endswith((".yaml", ".yml")):
        path = (folder or Path()) / name_or_path
    elif name_or_path in (names := preset_names()):
        path = _folder() / f"{name_or_path}.yaml"
    elif name_or_path in (published := published_names()):
        path = _folder() / _PUBLISHED / f"{name_or_path}.yaml"
    else:
        near = did_you_mean(name_or_path, (*names, *published))
        known = f"{', '.join(names)}, published_049 to published_148 (`labkit list presets`)"
        raise LabkitError(f'there is no preset "{name_or_path}"{near}', f"choose one of {known}, or give a .yaml file")
    return _read(path)


def load_preset(name_or_path: str, seed: int, folder: Path | None = None) -> Device:
    """Build the device of a preset in its first state; all that is random in it follows from `seed`.

    Raises what `read_preset` raises.
    """
    return read_preset(name_or_path, folder).make(seed)


def _read(path: Path) -> Preset:
    located = load_yaml(read_text(path), str(path))
    model = located.data.get("model") if isinstance(located.data, dict) else None
    if model not in _MODELS:
        place = located.value(("model",))
        known = ", ".join(_MODELS)
        fault = f'model: "{model}" is not one of: {known}{did_you_mean(str(model), _MODELS)}'
        raise DocumentError([*located.problems, Problem(str(path), place.line, place.column, fault, "model")])
    return validate(_MODELS[model], located)


def _folder() -> Path:
    return Path(str(files("labkit_sim") / "devices" / "presets"))
