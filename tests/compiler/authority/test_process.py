"""Tools are run by argv, bounded, and told apart from their absence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compiler.authority import process
from compiler.errors import AuthorityError

if TYPE_CHECKING:
    from pathlib import Path


def _tool(folder: Path, script: str) -> None:
    tool = folder / "promtool"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)


def test_a_missing_tool_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user learns what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(AuthorityError, match="`promtool` is missing: install the package prom"):
        process.run(["promtool"], folder=tmp_path)


def test_a_verdict_has_code_and_both_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments arrive as they are, with no shell to read them."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    _tool(tmp_path, 'printf "%s" "$1"; echo no >&2; exit 3')
    expected = process.Verdict(code=3, output="$(x) *", errors="no\n")

    assert expected == process.run(["promtool", "$(x) *"], folder=tmp_path)


def test_a_tool_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No call is without a limit."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    _tool(tmp_path, "exec tail -f /dev/null")

    with pytest.raises(AuthorityError, match=r"did not end within 0\.2 s"):
        process.run(["promtool"], folder=tmp_path, timeout_seconds=0.2)


def test_a_tool_that_is_killed_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system ends, for want of memory say, has said nothing about the file."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    _tool(tmp_path, "kill -9 $$")

    with pytest.raises(AuthorityError, match="was killed by signal 9"):
        process.run(["promtool"], folder=tmp_path)


def test_a_tool_that_cannot_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is no program is a fault of the machine, in words."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "promtool").write_bytes(b"\x7fELF")
    (tmp_path / "promtool").chmod(0o755)

    with pytest.raises(AuthorityError, match="cannot be run"):
        process.run(["promtool"], folder=tmp_path)
