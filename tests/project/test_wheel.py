"""The wheel works where nothing of this checkout is."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.checkout import ROOT, project
from tests.checkout import files as checkout_files
from tests.installation import Installation, build_wheel, install

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An environment that holds the wheel and its dependencies."""
    return install(wheel, tmp_path_factory.mktemp("installation"))


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_both_packages(wheel: Path) -> None:
    """Data files and pages travel with the code, whatever git or the build tool leaves out."""
    wanted = {
        str(path.relative_to(ROOT))
        for path in checkout_files()
        if path.relative_to(ROOT).parts[0] in {"compiler", "runtime"}
    }

    held = set(zipfile.ZipFile(wheel).namelist())

    assert set() == wanted - held


@pytest.mark.slow
def test_the_wheel_holds_nothing_beside_the_packages(wheel: Path) -> None:
    """Tests, specs and tools stay at home."""
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {"compiler", "runtime", f"opsc-{project()['version']}.dist-info"} == tops


@pytest.mark.slow
@pytest.mark.parametrize("command", ["opsc", "opsrun"])
def test_an_installed_command_says_its_version(installation: Installation, command: str) -> None:
    """Both commands start from the wheel alone."""
    finished = installation.run([installation.command(command), "--version"])

    assert (0, f"{command} {project()['version']}\n", "") == (
        finished.returncode,
        finished.stdout,
        finished.stderr,
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", ["opsc", "opsrun"])
def test_an_installed_command_shows_its_help(installation: Installation, command: str) -> None:
    """The commands themselves are imported from the wheel, and find what they need."""
    finished = installation.run([installation.command(command), "--help"])

    assert (0, "") == (finished.returncode, finished.stderr)
    assert finished.stdout.lower().startswith("usage:")


@pytest.mark.slow
def test_an_installed_compiler_compiles_a_fresh_spec(installation: Installation) -> None:
    """Templates, tables and schemas are found without the checkout."""
    for arguments in (["init", "orders"], ["check"], ["compile"]):
        finished = installation.run([installation.command("opsc"), *arguments])

        assert 0 == finished.returncode, finished.stdout + finished.stderr
    assert list((installation.home / "generated").glob("*/manifest.json"))
