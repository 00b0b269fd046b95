"""The minimum reporting set of the metric standard (section 8): what a device must come with to be called standard."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from labkit.core import Result, Run
from labkit.report._entry import ReportEntry


@dataclass(frozen=True, slots=True)
class Requirement:
    """One item of the set: whether it is there, and by which protocol it would be."""

    name: str
    met: bool
    remedy: str


@dataclass(frozen=True, slots=True)
class MinimumSet:
    """How much of the set some runs hold."""

    requirements: tuple[Requirement, ...]

    @property
    def complete(self) -> bool:
        """Whether the badge "standard" is earned."""
        return all(each.met for each in self.requirements)

    @property
    def missing(self) -> tuple[Requirement, ...]:
        """What is not there yet."""
        return tuple(each for each in self.requirements if not each.met)

    @property
    def badge(self) -> str:
        """The badge in words."""
        met = sum(each.met for each in self.requirements)
        return "standard" if self.complete else f"{met} of {len(self.requirements)} of the minimum reporting set"


def minimum_set(entries: Sequence[ReportEntry], of_the_set: Iterable[Result] = ()) -> MinimumSet:
    """Tell how much of the minimum reporting set the runs hold; `of_the_set` are the results over many devices.

    A result that is withheld does not count; a bound does (an endurance that no device reached the end of).
    """
    found = {(result.metric, result.symbol) for entry in entries for result in entry.results if _told(result)}
    metrics = {metric for metric, _ in found} | {result.metric for result in of_the_set if _told(result)}
    runs = [entry.run for entry in entries]
    lit = any("optical" in run.description.terminals.values() for run in runs)
    energies = {"E_pulse", "E_opt"} if lit else {"E_pulse"}
    items = [
        ("NL_P and NL_D with P_max", {("nonlinearity", "NL_P"), ("nonlinearity", "NL_D")} <= found, "P10 to P12"),
        ("number of states N_r", ("states", "N_r") in found, "P10 to P12"),
        ("dynamic range", ("dynamic_range", "DR") in found, "P10 to P12"),
        ("cycle-to-cycle variation", "cycle_variation" in metrics, "P10 to P12"),
        ("device-to-device variation", "device_variation" in metrics, "P23 on 20 devices or more"),
        (" and ".join(sorted(energies, reverse=True)), {("pulse_energy", each) for each in energies} <= found, _AREA),
        ("retention R with t_obs", ("retention", "R") in found, "P17"),
        ("two-state endurance", "endurance" in metrics, "P16, protocol `endurance`"),
        ("LTP+LTD endurance", "cycle_endurance" in metrics, "P16, protocol `endurance_ltp_ltd`"),
        ("yield k/n", "yield" in metrics, "P23 with criteria written beforehand"),
        *_stated(runs),
    ]
    return MinimumSet(tuple(Requirement(name, met, remedy) for name, met, remedy in items))


_AREA = "a protocol with pulses; for E_opt, active_area in sample.yaml"


def _told(result: Result) -> bool:
    return result.reportable or result.bound is not None


def _stated(runs: Sequence[Run]) -> list[tuple[str, bool, str]]:
    def all_state(what: Callable[[Run], object]) -> bool:
        return bool(runs) and all(what(run) not in (None, "") for run in runs)

    environment = (
        all_state(lambda run: run.sample.temperature)
        and all_state(lambda run: run.sample.relative_humidity)
        and all_state(lambda run: run.sample.atmosphere)
        and all_state(lambda run: run.sample.ambient_light)
    )
    return [
        ("active area", all_state(lambda run: run.sample.active_area), "active_area in sample.yaml"),
        (
            "environment",
            environment,
            "temperature, relative_humidity, atmosphere and ambient_light in sample.yaml",
        ),
    ]
