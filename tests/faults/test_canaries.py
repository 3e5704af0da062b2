"""Secrets with values that stand nowhere else are used for real; then everything is searched."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.opsrun import argv
from tests.runtime import plans

CANARIES = {name: f"canary-{name}-7c1f09e4" for name in ("env", "file", "credential")}
SAYS = """
import os, sys, time
for name in ("A", "B", "C"):
    print(os.environ[name]); print(os.environ[name], file=sys.stderr)
time.sleep(0.3)
sys.exit(int(sys.argv[1]))
"""


def found_in(folder: Path) -> list[str]:
    """Return the files below a folder that hold a canary."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(one.encode() in path.read_bytes() for one in CANARIES.values())
    ]


def seen_arguments() -> bytes:
    """Return the command lines of all processes."""
    seen = b""
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            seen += Path(f"/proc/{name}/cmdline").read_bytes() + b"\n"
    return seen


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("code", [0, 1])
def test_no_secret_gets_out_of_the_process_that_needs_it(
    tmp_path: Path, code: int, form: str
) -> None:
    """Nor when it says it aloud and fails: no log, journal, output, metric, argument has it."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "token").write_text(CANARIES["credential"])
    (kept / "file").write_text(CANARIES["file"])
    (kept / "file").chmod(0o600)
    host = tmp_path / "host"
    host.mkdir()
    secrets = {
        "A": {"env": "CANARY"},
        "B": {"file": str(kept / "file")},
        "C": {"credential": "token"},
    }
    step = plans.command(sys.executable, "-I", "-c", SAYS, str(code), secrets=secrets)
    plans.write(host, plans.job({"one": step}))
    environment = {**os.environ, "CANARY": CANARIES["env"], "CREDENTIALS_DIRECTORY": str(kept)}
    seen = b""
    with (
        (host / "said").open("wb") as said,
        subprocess.Popen(
            argv(host, "run", "tidy", "--format", form),
            env=environment,
            stdout=said,
            stderr=said,
        ) as runner,
    ):
        while runner.poll() is None:
            seen += seen_arguments()

    assert (code != 0) == (runner.returncode != 0)
    (output,) = host.rglob("*-one.log")
    assert 6 == output.read_text().count("***")
    assert b"runtime.cli" in seen
    assert not any(one.encode() in seen for one in CANARIES.values())
    assert [] == found_in(host)
    (host / "planted").write_text(f"a leak of {CANARIES['file']}")
    assert ["planted"] == found_in(host)
