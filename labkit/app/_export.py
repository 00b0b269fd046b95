"""A measured synapse written for a simulator of networks, with the round trip that shows what it is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.core import LabkitError, Result, Run
from labkit.metrics import compute_metrics
from labkit.network import Export, MeasuredSynapse, export_synapse, measured_synapse
from labkit.report import draw_figure, result_figures
from labkit.storage import read_results, read_run

_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "MLP+NeuroSim V3.0": (".cpp", ".h", ".txt"),
    "aihwkit": (".py", ".txt"),
    "CrossSim": (".py", ".txt"),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported, the files that were written, and why there is no figure where there is none."""

    export: Export
    files: tuple[Path, ...]
    without_figure: str = ""


def read_synapse(run: Path, device: str = "", populations: Sequence[Path] = ()) -> tuple[Run, MeasuredSynapse]:
    """Read a run file as a synapse; `populations` are chip runs whose device-to-device variation (M20) belongs to it.

    Metrics that the file does not hold yet are computed. Raises LabkitError where there are no LTP/LTD cycles.
    """
    found = read_run(run)
    results = list(read_results(run)) or list(compute_metrics(found, ["conductance_curve", "pulse_energy", "states"]))
    for path in populations:
        results += _variation(path)
    return found, measured_synapse(found, results, device)


def _variation(path: Path) -> list[Result]:
    found = [result for result in read_results(path) if result.metric == "device_variation"]
    if not found:
        raise LabkitError(
            f"{path.name} holds no device-to-device variation", f"compute it first: labkit population {path}"
        )
    return found


def export_run(run: Path, simulator: str, output: Path, device: str = "", populations: Sequence[Path] = ()) -> Exported:
    """Write a measured LTP/LTD run as parameters of a simulator, with the files beside it that they need.

    `output` ends in .json, or in what the simulator reads (.cpp, .py, .txt). The overlay of the simulated on the
    measured curve goes beside it as .svg. Raises LabkitError for a simulator or a format that there is not.
    """
    source, synapse = read_synapse(run, device, populations)
    export = export_synapse(synapse, simulator)
    known = (".json", *_SUFFIXES[export.simulator])
    if output.suffix.lower() not in known:
        raise LabkitError(
            f"no format {output.suffix or output.name!r} for {export.simulator}", f"end in {', '.join(known)}"
        )
    as_json = output.suffix.lower() == ".json"
    text = export.json(_provenance(source, run, device)) if as_json else export.text
    written = {output: text} | {output.with_name(output.stem + end): table for end, table in export.tables.items()}
    output.parent.mkdir(parents=True, exist_ok=True)
    for path, content in written.items():
        path.write_text(content.replace("$stem", output.stem), encoding="utf-8", newline="\n")
    picture, reason = output.with_suffix(".svg"), ""
    try:
        draw_figure(result_figures([export.trip.result], {})[0], picture)
    except LabkitError as error:
        reason = str(error)
    return Exported(export, (*written, *([] if reason else [picture])), reason)


def _provenance(run: Run, path: Path, device: str) -> dict[str, Any]:
    told = run.description
    return {
        "run_file": path.name,
        "run_id": told.run_id,
        "started_at": run.started_at,
        "protocol": told.protocol_name,
        "sample": run.sample.name,
        "device": device or run.sample.device,
        "virtual": told.virtual,
    }
