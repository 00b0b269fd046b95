"""What a user gets who installs the wheel: the four packages, the protocol files, and every data file they need."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    "labkit": ROOT / "labkit",
    "labkit_drivers": ROOT / "drivers" / "labkit_drivers",
    "labkit_sim": ROOT / "sim_instruments" / "labkit_sim",
    "pyvisa_labkit": ROOT / "sim_instruments" / "pyvisa_labkit",
}
NOT_SHIPPED = {".pyc", ".nbi", ".nbc"}


def files_below(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in NOT_SHIPPED)
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        return set(archive.namelist())


def test_the_wheel_has_four_packages_at_its_top(wheel: set[str]) -> None:
    top = {name.split("/")[0] for name in wheel}
    assert {name for name in top if not name.endswith(".dist-info")} == set(SOURCES)


@pytest.mark.parametrize("package", SOURCES)
def test_every_file_of_a_package_is_in_the_wheel(wheel: set[str], package: str) -> None:
    missing = {f"{package}/{name}" for name in files_below(SOURCES[package])} - wheel
    assert not missing


def test_the_protocols_are_in_the_wheel(wheel: set[str]) -> None:
    shipped = {name.removeprefix("labkit/_protocols/") for name in wheel if name.startswith("labkit/_protocols/")}
    assert shipped >= files_below(ROOT / "protocols")
    assert "ppf_optical.yaml" in shipped


def test_checkers_see_the_types_of_every_package(wheel: set[str]) -> None:
    assert {f"{package}/py.typed" for package in SOURCES} <= wheel
