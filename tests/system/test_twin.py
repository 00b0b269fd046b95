"""A known virtual device is run, fitted, predicted and rehearsed on, by the commands that a user gives."""

from pathlib import Path

import numpy as np
import pytest

from labkit.app import Request, Twin, make_twin, prepare, run_request
from labkit.core import LabkitError
from labkit.storage import read_run

FREE = ("traps.*.lifetime", "sensitisation.gain", "sensitisation.lifetime", "channel.mobility")
TRUTH = {
    "traps.0.lifetime": 0.6,
    "traps.1.lifetime": 4.0,
    "sensitisation.gain": 5.0,
    "sensitisation.lifetime": 0.4,
    "channel.mobility": 1.3e-4,
}
PAIRS = {"repeats": "1", "intervals": "[0.2 s, 1 s]"}
SINGLE = {"irradiance": "0.05 mW/cm^2", "width": "0.5 s", "read_bias": "0.1 V", "repeats": "1", "rate": "100 Hz"}


def device(folder: Path) -> Path:
    """Write a device that is not the preset that a fit starts from."""
    from labkit_sim import open_twin_model

    model = open_twin_model("heterojunction_phototransistor", FREE)
    values = np.array([TRUTH[each.name] for each in model.parameters])
    file = folder / "device.yaml"
    file.write_text(model.preset(values, "the sample", "known", {}, 0.015))
    return file


def run(folder: Path, protocol: str, parameters: dict[str, str], twin: Path, set_name: str | None = None) -> Path:
    request = Request(
        protocol, "demo_optical", virtual=True, set_name=set_name, parameters=parameters, seed=4, twin=str(twin)
    )
    return run_request(request, folder / f"{protocol} on {twin.stem}.h5").path


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample, one run to fit and one that the fit does not see."""
    folder = tmp_path_factory.mktemp("sample")
    file = device(folder)
    run(folder, "ppf_optical", PAIRS, file, "demo")
    run(folder, "epsc_optical", SINGLE, file)
    return folder


@pytest.fixture(scope="module")
def twin(sample: Path) -> Twin:
    fitted, unseen = sample / "ppf_optical on device.h5", sample / "epsc_optical on device.h5"
    return make_twin([fitted], "heterojunction_phototransistor", sample / "twin.yaml", FREE, [unseen])


def test_a_twin_recovers_the_parameters_of_a_known_device(twin: Twin) -> None:
    for found in twin.fit.parameters:
        truth = TRUTH[found.parameter.name]
        assert found.told
        assert found.value == pytest.approx(truth, rel=0.01)
        assert abs(np.log(found.value / truth)) < 4 * found.relative
    assert twin.fit.excess == pytest.approx(1.0, abs=0.1)
    assert 0.003 < twin.fit.variation < 0.04
    assert twin.fit.misfit < 1e-4


def test_a_twin_predicts_a_protocol_that_it_was_not_fitted_to(twin: Twin) -> None:
    prediction = twin.checks[0].prediction
    assert prediction.misfit < 3 * prediction.expected
    assert prediction.expected < 0.05


def test_a_wrong_device_is_told_by_its_misfit(sample: Path, tmp_path: Path) -> None:
    fitted = [sample / "epsc_optical on device.h5"]
    held = make_twin(fitted, "heterojunction_phototransistor", tmp_path / "held.yaml", ["channel.mobility"])
    assert held.fit.excess > 10


def test_the_next_run_is_rehearsed_on_the_twin(twin: Twin, sample: Path) -> None:
    rehearsed = read_run(run(sample, "epsc_optical", SINGLE, twin.path))
    measured = read_run(sample / "epsc_optical on device.h5")
    assert rehearsed.description.virtual
    assert rehearsed.description.environment["rehearsed on the twin"] == twin.path.read_text()
    peaks = [float(np.max(each.traces["drain"].current)) for each in (rehearsed, measured)]
    assert peaks[0] == pytest.approx(peaks[1], rel=0.05)


def test_a_twin_is_no_real_bench(twin: Twin) -> None:
    with pytest.raises(LabkitError, match="virtual"):
        prepare(Request("epsc_optical", "demo_optical", twin=str(twin.path)))


def test_a_twin_that_is_not_there_is_told_before_a_run() -> None:
    with pytest.raises(LabkitError, match=r"nowhere\.yaml"):
        prepare(Request("epsc_optical", "demo_optical", virtual=True, twin="nowhere.yaml"))


def test_a_twin_never_takes_the_place_of_a_file(sample: Path, twin: Twin) -> None:
    with pytest.raises(LabkitError, match="exists already"):
        make_twin([sample / "ppf_optical on device.h5"], "heterojunction_phototransistor", twin.path)
