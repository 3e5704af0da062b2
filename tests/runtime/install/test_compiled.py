"""A compiled folder is held against its manifest before anything of it is installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.runtime.install.hosts import PLAN, TIDY, compiled, install, tree

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_was_changed_after_compiling_is_refused(tmp_path: Path) -> None:
    """What nobody compiled is not installed."""
    folder = compiled(tmp_path / "from")
    (folder / f"systemd/{TIDY}.service").write_text("[Service]\nExecStart=/bin/true\n")
    finished = install(folder, tmp_path / "root")

    assert 1 == finished.returncode
    assert "is not what opsc wrote" in finished.stderr
    assert {} == tree(tmp_path / "root")


@pytest.mark.parametrize("path", ["../escape", "/etc/passwd", "systemd/../../escape", "a//b", ""])
def test_a_manifest_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    """Nothing outside of the folder is read."""
    folder = compiled(tmp_path / "from")
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {path: "sha256:0"}}))
    finished = install(folder, tmp_path / "root")

    assert 2 == finished.returncode
    assert "is not in its folder" in finished.stderr


@pytest.mark.parametrize("path", ["manifest.json", PLAN, f"systemd/{TIDY}.timer"])
def test_a_folder_that_is_not_whole_is_refused(tmp_path: Path, path: str) -> None:
    """A file that is missing is named."""
    folder = compiled(tmp_path / "from")
    (folder / path).unlink()
    finished = install(folder, tmp_path / "root")

    assert 2 == finished.returncode
    assert path in finished.stderr
    assert {} == tree(tmp_path / "root")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"artifacts": {"a": 1}}', "\x00"])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """Whatever stands there, it is said in a line."""
    (tmp_path / "manifest.json").write_text(text)
    finished = install(tmp_path, tmp_path / "root")

    assert 2 == finished.returncode
    assert "is no manifest of opsc's" in finished.stderr


def test_a_link_in_the_folder_is_refused(tmp_path: Path) -> None:
    """What is installed stands in the folder itself."""
    folder = compiled(tmp_path / "from")
    (folder / "systemd").rename(tmp_path / "elsewhere")
    (folder / "systemd").symlink_to(tmp_path / "elsewhere")
    finished = install(folder, tmp_path / "root")

    assert 2 == finished.returncode
    assert "is a link" in finished.stderr
