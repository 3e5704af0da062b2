"""The entry of opsc: what it answers by itself, and what it makes of what goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NoReturn

import pytest

import compiler
import runtime
from compiler import cli, commands
from tests.checkout import ROOT


def raising(fault: BaseException) -> object:
    """Given an exception, return commands that fail with it."""

    def main() -> NoReturn:
        raise fault

    return main


@pytest.fixture(autouse=True)
def _check_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line is ``opsc check``, and no trace is wanted."""
    monkeypatch.setattr(sys, "argv", ["opsc", "check"])
    monkeypatch.delenv("OPSC_TRACEBACK", raising=False)


def test_the_version_is_answered_without_importing_anything() -> None:
    """Saying the version starts as fast as the interpreter does."""
    script = (
        "import sys; before = set(sys.modules); sys.argv = ['opsc', '--version'];"
        "from compiler import cli; code = cli.main();"
        "print(code, *sorted(set(sys.modules) - before))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert f"opsc {compiler.VERSION}\n0 compiler compiler.cli runtime\n" == printed


def test_the_exit_code_is_that_of_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry has no opinion of its own."""
    monkeypatch.setattr(commands, "main", lambda: 3)

    assert 3 == cli.main()


@pytest.mark.parametrize("package", [compiler, runtime], ids=["compiler", "runtime"])
def test_a_package_of_another_distribution_is_named(
    package: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Someone else's `compiler` or `runtime` is said to be in the way, not run."""
    monkeypatch.setattr(package, "DISTRIBUTION", "someone-else")

    code = cli.main()

    assert 4 == code
    assert "another distribution of this name" in capsys.readouterr().err


def test_a_package_that_was_removed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Uninstalling a namesake takes our files along; that is said too."""
    monkeypatch.setitem(sys.modules, "runtime", None)

    code = cli.main()

    assert 4 == code
    assert "`runtime` is not opsc's" in capsys.readouterr().err


def test_a_crash_is_reported_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text of an exception may hold a secret of the spec; its kind and place do not."""
    monkeypatch.setattr(commands, "main", raising(ValueError("canary-7f3a")))

    code = cli.main()

    said = capsys.readouterr().err
    assert 4 == code
    assert "opsc: internal error: ValueError at tests/compiler/test_cli.py:" in said.replace(
        ROOT.name + "/", ""
    )
    assert "canary-7f3a" not in said
    assert "Traceback" not in said


def test_a_crash_shows_its_trace_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who mends opsc sees everything."""
    monkeypatch.setenv("OPSC_TRACEBACK", "1")
    monkeypatch.setattr(commands, "main", raising(ValueError("canary-7f3a")))

    code = cli.main()

    said = capsys.readouterr().err
    assert 4 == code
    assert said.startswith("Traceback")
    assert "ValueError: canary-7f3a" in said


def test_an_interrupt_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends opsc as shells expect, without a trace."""
    monkeypatch.setattr(commands, "main", raising(KeyboardInterrupt()))

    code = cli.main()

    assert 130 == code
    assert ("", "") == tuple(capsys.readouterr())


def test_a_closed_pipe_is_quiet() -> None:
    """`opsc … | head` ends without a word, as if a signal had ended it."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "compiler.cli", "--version"],
            cwd=ROOT,
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writer)

    assert (141, b"") == (finished.returncode, finished.stderr)
