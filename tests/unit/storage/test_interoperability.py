"""A run file follows the rules of NeXus and of netCDF that other programs rely on."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray

from labkit.core import Result, Samples
from labkit.storage import read_run, write_results


@pytest.fixture
def run_file(store: Callable[..., Path], results: tuple[Result, ...]) -> Path:
    path = store()
    write_results(path, results)
    return path


def groups(path: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}

    def visit(name: str, node: h5py.Group | h5py.Dataset) -> None:
        if isinstance(node, h5py.Group):
            found[name] = dict(node.attrs)

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def test_every_group_has_a_base_class(run_file: Path) -> None:
    assert all(str(attributes["NX_class"]).startswith("NX") for attributes in groups(run_file).values())


def test_the_default_plot_is_the_first_trace(run_file: Path) -> None:
    with h5py.File(run_file, "r") as file:
        entry = file[file.attrs["default"]]
        plot = entry[entry.attrs["default"]]
        assert plot.name == "/entry/trace_drain"
        assert len(plot[plot.attrs["signal"]]) == len(plot[plot.attrs["axes"][0]]) == 1000


def test_every_plot_names_a_signal_and_axes_that_are_there_and_fit(run_file: Path) -> None:
    plots = [name for name, attributes in groups(run_file).items() if attributes["NX_class"] == "NXdata"]
    assert len(plots) == 4
    with h5py.File(run_file, "r") as file:
        for name in plots:
            plot = file[name]
            (axis,) = plot.attrs["axes"]
            signal = plot[plot.attrs["signal"]]
            assert plot.attrs[f"{axis}_indices"] == 0
            assert signal.shape == plot[axis].shape
            assert signal.dims[0][0] == plot[axis]


def test_what_nxsensor_scan_requires_is_there(run_file: Path) -> None:
    with h5py.File(run_file, "r") as file:
        entry = file["entry"]
        assert entry["definition"].asstr()[()] == "NXsensor_scan"
        assert entry["definition"].attrs["version"]
        assert entry["labkit/program"].attrs["version"]
        assert entry["labkit/program"].attrs["program_url"]
        assert entry["operator/name"].asstr()[()] == "Noether"
        assert entry["sample/name"].asstr()[()] == "chip 7"
        assert isinstance(entry["protocol/data"][()], np.bytes_)


@pytest.mark.filterwarnings("error")
def test_xarray_opens_a_trace_with_its_time(run_file: Path, some_samples: Callable[[int, int], Samples]) -> None:
    with xarray.open_dataset(run_file, engine="h5netcdf", group="entry/trace_drain") as trace:
        assert trace["current"].dims == ("time",)
        assert trace["current"].attrs["units"] == "A"
        np.testing.assert_array_equal(trace["current"], some_samples(0, 1000).current)
        np.testing.assert_array_equal(trace["time"], some_samples(0, 1000).time)


@pytest.mark.filterwarnings("error")
def test_xarray_opens_the_whole_file_as_a_tree(run_file: Path) -> None:
    with xarray.open_datatree(run_file, engine="h5netcdf") as tree:
        assert tree["entry/timeline"].sizes == {"begin": 4}
        assert tree["entry/metrics/000_A2_A1/curves/00_PPF_t"].sizes["x"] == 12
        assert tree["entry/labkit/parameters"].attrs["width"] == "1 s"


def test_columns_can_be_indexed_by_the_timeline(run_file: Path) -> None:
    run = read_run(run_file)
    with h5py.File(run_file, "r") as file:
        first = file["entry/timeline/first_sample"][:]
    assert run.timeline["first_sample"].tolist() == first.tolist()
