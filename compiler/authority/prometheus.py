"""promtool on ``prometheus/``: the configuration and every rule file, with all of its lint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.authority.complaint import complaints_of
from compiler.authority.process import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from compiler.authority.complaint import Complaint


def judge(folder: Path) -> Iterator[Complaint]:
    """Given an environment's folder, yield what promtool says against its files."""
    if (folder / "prometheus" / "prometheus.yml").exists():
        # Syntax only: the secrets and certificates lie on the server, not here.
        yield from _check(folder, "prometheus/prometheus.yml", "config", "--syntax-only")
    for file in sorted((folder / "prometheus" / "rules").glob("*.yml")):
        yield from _check(
            folder, f"prometheus/rules/{file.name}", "rules", "--lint=all", "--lint-fatal"
        )


def _check(folder: Path, path: str, what: str, *options: str) -> Iterator[Complaint]:
    verdict = run(["promtool", "check", what, *options, path], folder=folder)
    if verdict.code != 0:
        said = verdict.errors.replace("FAILED:", "").strip() or verdict.output
        yield from complaints_of("promtool", path, path, said)
