"""What the coverage of digital twins is counted on: a device drawn around a preset, its run, and its fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from labkit_sim import PresetTwin, open_twin_model
from labkit_sim.devices import read_preset

from labkit.app import Request, measure, open_session, prepare
from labkit.protocol import protocol_folder
from labkit.storage import read_run
from labkit.twin import fit_twin, measured, predict

SCATTER = 0.2
"""Standard deviation of the logarithm of the drawn parameters, and of how far off a fit starts."""
_DRAW = 7
"""Tells the draw of the parameters from the device's own randomness."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A shipped protocol with its parameters."""

    name: str
    set_name: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TwinCase:
    """A preset on a bench, the run that its parameters `free` are fitted to, and one that the fit does not see."""

    title: str
    preset: str
    bench: str
    free: tuple[str, ...]
    fitted: Protocol
    unseen: Protocol


CASES = {
    "memristor": TwinCase(
        "A memristor from two short LTP/LTD cycles",
        "halide_memristor",
        "demo_memristor",
        (
            "lowest_conductance",
            "populations.0.conductance",
            "populations.0.lifetime",
            "populations.4.conductance",
            "potentiation.rate",
            "depression.rate",
            "conduction_scale",
        ),
        Protocol("ltp_ltd", "slow", {"pulses": "8", "cycles": "2"}),
        Protocol("retention", "short", {"states": "[0, 4, 8]", "erase_pulses": "10"}),
    ),
    "phototransistor": TwinCase(
        "A phototransistor from nine pulses of light",
        "heterojunction_phototransistor",
        "demo_optical",
        (
            "traps.*.lifetime",
            "sensitisation.gain",
            "sensitisation.cross_section",
            "sensitisation.lifetime",
            "channel.mobility",
        ),
        Protocol("ppf_optical", "demo", {"repeats": "1", "intervals": "[0.2 s, 1 s, 5 s]"}),
        Protocol(
            "epsc_optical",
            None,
            {"irradiance": "0.05 mW/cm^2", "width": "0.5 s", "read_bias": "0.1 V", "repeats": "2", "rate": "100 Hz"},
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One parameter of one repeat: z is the error of the logarithm in standard uncertainties."""

    case: str
    parameter: str
    z: float
    relative: float
    covered: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """One repeat: its parameters, the residual over the noise, the scatter of events found and true.

    The prediction of the run that the fit did not see is given over the range, with what was to be expected.
    """

    trials: tuple[Trial, ...]
    excess: float
    variation: float
    true_variation: float
    misfit: float
    expected: float


def repeat(name: str, seed: int) -> Repeat:
    """Draw a device, run both protocols on a virtual bench of its own errors, fit the first, predict the second."""
    case = CASES[name]
    model = open_twin_model(case.preset, case.free)
    starts = np.array([parameter.start for parameter in model.parameters])
    truth = starts * np.exp(np.random.default_rng([seed, _DRAW]).normal(0, SCATTER, len(starts)))
    variation = float(dict(read_preset(case.preset).parameters)["variation"])
    with TemporaryDirectory(prefix="labkit-twin-") as folder:
        bench = _bench(case, model, truth, variation, Path(folder))
        fitted, unseen = (
            measured(read_run(_run(protocol, bench, seed)), protocol.name, model)
            for protocol in (case.fitted, case.unseen)
        )
    fit = fit_twin(model, [fitted])
    trials = tuple(
        Trial(
            name,
            found.parameter.name,
            float(np.log(found.value / true) / found.relative),
            found.relative,
            found.interval[0] <= true <= found.interval[1],
        )
        for found, true in zip(fit.parameters, truth.tolist(), strict=True)
    )
    told = predict(model, fit, unseen)
    return Repeat(trials, fit.excess, fit.variation, variation, told.misfit, told.expected)


def _bench(case: TwinCase, model: PresetTwin, truth: np.ndarray, variation: float, folder: Path) -> Path:
    """Write the drawn device and the bench that it is on."""
    (folder / "device.yaml").write_text(model.preset(truth, "drawn", "drawn", {}, variation), encoding="utf-8")
    shipped = (protocol_folder() / "benches" / f"{case.bench}.yaml").read_text(encoding="utf-8")
    lines = ["  device: device.yaml" if line.startswith("  device:") else line for line in shipped.splitlines()]
    bench = folder / "bench.yaml"
    bench.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return bench


def _run(protocol: Protocol, bench: Path, seed: int) -> Path:
    request = Request(
        protocol.name,
        str(bench),
        virtual=True,
        set_name=protocol.set_name,
        parameters=protocol.parameters,
        seed=seed,
    )
    prepared = prepare(request)
    with open_session(prepared) as session:
        return measure(session, prepared, bench.parent / f"{protocol.name}.h5").path
