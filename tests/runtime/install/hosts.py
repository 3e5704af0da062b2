"""Folders that stand for hosts, and compiled folders to install on them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from runtime.install.disk import Disk
from runtime.install.order import order_of
from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PRODUCTION = ROOT / "generated/production"
UNITS = "etc/systemd/system"
TIDY = "opsrun-tabular-cleanup-old-data"
PLAN = "jobs/plan.json"


def compiled(folder: Path) -> Path:
    """Return a copy of what the reference spec compiles to for production."""
    return shutil.copytree(PRODUCTION, folder)


def seal(folder: Path) -> None:
    """Write the manifest of what stands in a folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    listed = {
        path.relative_to(folder).as_posix(): (
            f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        )
        for path in files
        if path.name != "manifest.json"
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": listed}))


def change_plan(folder: Path, **fields: Any) -> Path:
    """Give every job of a compiled folder these fields."""
    plan = json.loads((folder / PLAN).read_text())
    for job in plan["jobs"].values():
        job.update(fields)
    (folder / PLAN).write_text(json.dumps(plan))
    seal(folder)
    return folder


def without_tidy(folder: Path) -> Path:
    """Return production without the job `cleanup-old-data`, and a plan that says so."""
    compiled(folder)
    plan = json.loads((folder / PLAN).read_text())
    del plan["jobs"]["tabular/cleanup-old-data"]
    (folder / PLAN).write_text(json.dumps(plan))
    for kind in ("service", "timer"):
        (folder / f"systemd/{TIDY}.{kind}").unlink()
    seal(folder)
    return folder


def opsrun(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call opsrun, with nobody at a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "runtime.cli", *arguments],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def install(
    folder: Path, root: Path, *arguments: str, host: str = "api1", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Call `opsrun install` for a host whose files are below `root`."""
    root.mkdir(exist_ok=True)
    place = ("--root", str(root), "--host", host)
    finished = opsrun("install", str(folder), *place, *arguments, **environment)
    assert "Traceback" not in finished.stderr
    return finished


def put(folder: Path, root: Path, host: str = "api1") -> None:
    """Install in this process, agreed to by everyone."""
    root.mkdir(exist_ok=True)
    order_of(str(folder), host, Disk(root=str(root))).carry_out(activates=False)


def tree(root: Path) -> dict[str, bytes | None]:
    """Return what stands below a folder: contents by path, None for folders."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
    }


def files(root: Path) -> dict[str, bytes]:
    """Return the files below a folder, but for the list of what is installed."""
    found = {path: content for path, content in tree(root).items() if content is not None}
    return {path: content for path, content in found.items() if "installed.json" not in path}
