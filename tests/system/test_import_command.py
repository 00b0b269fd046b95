"""`labkit import` as a user meets it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from labkit.app import import_file
from labkit.cli._import import command
from labkit.core import LabkitError, StorageError


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Two columns without names: a closed sweep."""
    levels = [*range(26), *range(24, -26, -1), *range(-24, 1)]
    path = tmp_path / "bare.txt"
    path.write_text("".join(f"{0.04 * level:.2f} {1e-9 * level**3 + 2e-9:.3e}\n" for level in levels), encoding="utf-8")
    return path


def test_columns_without_names_need_a_map_and_the_proposal_is_one(bare: Path, tmp_path: Path) -> None:
    with pytest.raises(LabkitError, match="no names or units") as told:
        import_file(bare, tmp_path / "run.h5")
    assert "--propose" in told.value.remedy
    assert not (tmp_path / "run.h5").exists()
    proposed = CliRunner().invoke(command, [str(bare), "--propose"])
    assert proposed.exit_code == 0
    (tmp_path / "map.yaml").write_text(proposed.output, encoding="utf-8")
    done = CliRunner().invoke(command, [str(bare), "--map", str(tmp_path / "map.yaml"), "-o", str(tmp_path / "run.h5")])
    assert done.exit_code == 0, done.exception
    assert "no time column and no `rate`" in done.output
    assert (tmp_path / "run.h5").is_file()


def test_what_is_there_is_not_overwritten(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(CliRunner().invoke(command, [str(bare), "--propose"]).output, encoding="utf-8")
    import_file(bare, tmp_path / "run.h5", tmp_path / "map.yaml")
    with pytest.raises(StorageError, match="exists already"):
        import_file(bare, tmp_path / "run.h5", tmp_path / "map.yaml")


def test_a_protocol_that_cannot_be_imported_is_told_with_those_that_can(bare: Path, tmp_path: Path) -> None:
    with pytest.raises(LabkitError, match='"P23" cannot be imported') as told:
        import_file(bare, tmp_path / "run.h5", protocol="P23")
    assert "P10 (ltp_ltd)" in told.value.remedy
