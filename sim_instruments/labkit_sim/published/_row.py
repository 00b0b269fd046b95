"""What a preset says of the row that it is sized after."""

from typing import Any

from labkit.literature import PublishedDevice, Quantity, published_devices
from labkit_sim.devices import Experiment, Published, PublishedNumber, published_names


def preset_name(reference: int) -> str:
    """Give the name of the preset of a published device by its number of reference."""
    return f"published_{reference:03d}"


def words_of(device: PublishedDevice) -> dict[str, Any]:
    """Give description and source of a preset."""
    number = device.reference.number
    return {
        "description": (
            f"Sized after the numbers that the review's Table {device.table} prints for {device.perovskite} in "
            f"{device.structure} [{number}], {device.mechanism.words}, {device.terminals} terminals. It is not that "
            f"device: a model of this family of which the truth, computed from the parameters, equals those numbers."
        ),
        "source": (
            f"{device.reference}; the numbers as printed in Sun et al., Nano-Micro Lett. 18, 246 (2026), Table "
            f"{device.table}. The paper was not consulted; what the table does not tell is ours."
        ),
    }


def published_of(device: PublishedDevice, experiments: tuple[Experiment, ...]) -> Published:
    """Give what a preset keeps of the row."""
    values = {
        str(quantity): PublishedNumber.model_validate({"value": value.value, "confidence": str(value.confidence)})
        for quantity, value in device.values.items()
    }
    return Published.model_construct(
        reference=device.reference.number,
        terminals=2 if device.terminals == 2 else 3,
        structure=device.structure,
        perovskite=device.perovskite,
        mechanism=str(device.mechanism),
        wavelengths=device.wavelengths,
        values=values,
        not_published=tuple(str(quantity) for quantity in Quantity if quantity not in device.values),
        experiments=experiments,
    )


def published_descriptions() -> dict[str, str]:
    """Tell every preset of a published device in a line (entry point `labkit.presets`)."""
    devices = {preset_name(device.reference.number): device for device in published_devices()}
    return {
        name: f"{devices[name].perovskite}, {devices[name].structure} [{devices[name].reference.number}]: "
        + (", ".join(map(str, devices[name].values)) or "no number")
        for name in published_names()
    }
