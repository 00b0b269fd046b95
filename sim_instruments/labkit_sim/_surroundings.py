"""What acts on the cells of a chip, light, a mask before it, temperature and air, and what it has been."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from labkit_sim.devices import NITROGEN, ROOM_TEMPERATURE, Air


class Climate(NamedTuple):
    """Irradiance (W/m^2) by wavelength (m), temperature (K), which share of the light a mask lets to each cell, air."""

    irradiance: Mapping[float, float]
    temperature: float
    mask: Mapping[str, float] = MappingProxyType({})
    air: Air = NITROGEN

    def on(self, cell: str) -> Mapping[float, float]:
        """Give the irradiance (W/m^2) by wavelength (m) on a cell; a cell that the mask does not name is unmasked."""
        share = self.mask.get(cell, 1.0)
        return self.irradiance if share == 1 else {found: share * level for found, level in self.irradiance.items()}


class Surroundings:
    """The light on the chip, by source, and its temperature; sources of one wavelength add up.

    With `remembers` the past is kept too, so that a cell at rest can be brought through it when somebody looks at it.
    """

    def __init__(self, remembers: bool = False, air: Air = NITROGEN) -> None:
        self._remembers = remembers
        self._air = air
        self._lights: dict[str, tuple[float, float]] = {}
        self._temperature = ROOM_TEMPERATURE
        self._mask: Mapping[str, float] = {}
        self._climate = Climate({}, ROOM_TEMPERATURE, air=air)
        self._begins: list[int] = [0]
        self._past: list[Climate] = [self._climate]

    @property
    def climate(self) -> Climate:
        """Light and temperature now."""
        return self._climate

    def differs(self, source: str, wavelength: float, irradiance: float) -> bool:
        """Tell whether a source would change, were it set so."""
        return self._lights.get(source, (wavelength, 0.0)) != (wavelength, irradiance)

    def set_light(self, now: int, source: str, wavelength: float, irradiance: float) -> None:
        """Set one source."""
        self._lights[source] = (wavelength, irradiance)
        self._changed(now)

    def set_temperature(self, now: int, temperature: float) -> None:
        """Set the temperature (K)."""
        self._temperature = temperature
        self._changed(now)

    def set_mask(self, now: int, mask: Mapping[str, float]) -> None:
        """Put a mask between lights and chip: cell to the share (0 to 1) that reaches it; empty takes it away."""
        self._mask = MappingProxyType(dict(mask))
        self._changed(now)

    def irradiance(self, wavelength: float | None = None) -> float:
        """Give the irradiance (W/m^2) of one wavelength (m) or of all."""
        return sum(level for found, level in self._lights.values() if wavelength is None or found == wavelength)

    @property
    def lit(self) -> dict[str, float]:
        """The sources that shine, with their wavelengths (m)."""
        return {source: wavelength for source, (wavelength, level) in self._lights.items() if level}

    def past(self, since: int, until: int) -> Iterator[tuple[Climate, int]]:
        """Go through the time from `since` to `until` (ns): each climate and how long it lasted (ns)."""
        first = max(0, bisect_right(self._begins, since) - 1)
        for begin, end, climate in zip(
            self._begins[first:], [*self._begins[first + 1 :], until], self._past[first:], strict=True
        ):
            yield climate, min(end, until) - max(begin, since)

    def _changed(self, now: int) -> None:
        total: dict[float, float] = {}
        for wavelength, level in self._lights.values():
            if level:
                total[wavelength] = total.get(wavelength, 0.0) + level
        self._climate = Climate(total, self._temperature, self._mask, self._air)
        if not self._remembers or self._begins[-1] == now:
            self._begins.pop()
            self._past.pop()
        self._begins.append(now)
        self._past.append(self._climate)
