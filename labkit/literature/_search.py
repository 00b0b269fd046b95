"""Which published devices a question is about."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from labkit.literature._device import Confidence, Mechanism, PublishedDevice
from labkit.literature._quantities import Quantity


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; empty fields let everything through.

    Each of `words` must be found in a device's names, layers, paper (its number as `[111]`) or ambiguity, whatever the
    case. `least` leaves out values that are less sure, and numbers whose column cannot be told.
    """

    words: tuple[str, ...] = ()
    mechanisms: tuple[Mechanism, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    terminals: int | None = None
    least: Confidence = Confidence.LOW


def search(devices: Iterable[PublishedDevice], sought: Search) -> list[PublishedDevice]:
    """Give the devices that a search is about, each with those of its values that it is about.

    A search for quantities gives only devices that have a value of one of them.
    """
    chosen = [_narrowed(device, sought) for device in devices if _meant(device, sought)]
    return [device for device in chosen if device.values or not sought.quantities]


def _meant(device: PublishedDevice, sought: Search) -> bool:
    text = _text(device)
    return (
        all(word.casefold() in text for word in sought.words)
        and (not sought.mechanisms or device.mechanism in sought.mechanisms)
        and sought.terminals in (None, device.terminals)
    )


def _text(device: PublishedDevice) -> str:
    parts = (
        device.name,
        device.perovskite,
        device.dimensionality,
        device.structure,
        device.mechanism,
        device.mechanism.words,
        str(device.reference),
        " ".join(f"{wavelength * 1e9:.0f} nm" for wavelength in device.wavelengths),
        device.ambiguity,
    )
    return " ".join(parts).casefold()


def _narrowed(device: PublishedDevice, sought: Search) -> PublishedDevice:
    values = {
        quantity: value
        for quantity, value in device.values.items()
        if (not sought.quantities or quantity in sought.quantities) and value.confidence.reaches(sought.least)
    }
    unplaced = tuple(
        each
        for each in device.unplaced
        if sought.least is Confidence.LOW and (not sought.quantities or set(sought.quantities) & set(each.candidates))
    )
    return replace(device, values=values, unplaced=unplaced)
