"""Metrics beside the raw traces."""

import hashlib
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import h5py
import numpy as np

from labkit.core import Curve, Estimate, Interval, Result
from labkit.storage import read_results, read_run, write_results


def assert_same_result(found: Result, expected: Result) -> None:
    for field in fields(Result):
        if field.name != "curves":
            assert vars_of(found)[field.name] == vars_of(expected)[field.name], field.name
    assert len(found.curves) == len(expected.curves)
    for one, other in zip(found.curves, expected.curves, strict=True):
        assert_same_curve(one, other)


def assert_same_curve(found: Curve, expected: Curve) -> None:
    for name, value in vars_of(expected).items():
        np.testing.assert_equal(vars_of(found)[name], value)


def vars_of(thing: Result | Curve) -> dict[str, object]:
    return {field.name: object.__getattribute__(thing, field.name) for field in fields(thing)}


def raw_checksums(path: Path) -> dict[str, str]:
    """A checksum of every array and its attributes outside the metrics."""
    found: dict[str, str] = {}

    def visit(name: str, node: h5py.Group | h5py.Dataset) -> None:
        if isinstance(node, h5py.Dataset) and "/metrics" not in name:
            content = node[()]
            raw = content.tobytes() if isinstance(content, np.ndarray | np.generic) else content
            attributes = {key: str(value) for key, value in node.attrs.items() if key not in ("REFERENCE_LIST",)}
            found[name] = hashlib.sha256(raw + repr(attributes).encode()).hexdigest()

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def test_results_read_back(store: Callable[..., Path], results: tuple[Result, ...]) -> None:
    path = store()
    assert read_results(path) == ()
    write_results(path, results)
    for found, expected in zip(read_results(path), results, strict=True):
        assert_same_result(found, expected)


def test_the_raw_data_are_not_touched(store: Callable[..., Path], results: tuple[Result, ...]) -> None:
    path = store()
    before = raw_checksums(path)
    write_results(path, results)
    after = raw_checksums(path)
    assert after.pop("entry/end_time")
    assert after == before
    assert len(before) > 50


def test_new_results_take_the_place_of_the_old(store: Callable[..., Path], results: tuple[Result, ...]) -> None:
    path = store()
    write_results(path, results)
    write_results(path, [replace(results[0], symbol="recomputed")])
    assert [result.symbol for result in read_results(path)] == ["recomputed"]
    write_results(path, [])
    assert read_results(path) == ()
    assert len(read_run(path).traces["drain"]) == 1000


def test_computing_again_and_again_does_not_make_the_file_grow_much(
    store: Callable[..., Path], results: tuple[Result, ...]
) -> None:
    path = store()
    write_results(path, results * 5)
    size = path.stat().st_size
    for _ in range(5):
        write_results(path, results * 5)
    assert path.stat().st_size < 1.2 * size


def test_an_unlimited_interval_and_a_symbol_with_a_slash_read_back(store: Callable[..., Path]) -> None:
    path = store()
    estimate = Estimate(1.0, np.inf, Interval(-np.inf, np.inf), 0.5, "A/W")
    result = Result("m", "M0/1", "A2/A1 (%) .", estimate, "A/W", "", notes={"NX/odd name": "µ", "empty": ""})
    write_results(path, [result])
    assert_same_result(read_results(path)[0], result)


def test_a_reader_without_labkit_finds_value_and_uncertainty(
    store: Callable[..., Path], results: tuple[Result, ...]
) -> None:
    path = store()
    write_results(path, results)
    with h5py.File(path, "r") as file:
        group = file["entry/metrics/000_A2_A1"]
        assert group["value"][()] == 1.38
        assert group["uncertainty"].attrs["units"] == "1"
        assert group.attrs["definition"] == "M4.global/1"
        assert list(group.attrs["flags"]) == ["DRIFT", "SUMMATION"]
        assert group["curves/00_PPF_t"].attrs["signal"] == "y"
        assert "value" not in file["entry/metrics/001_I"]
