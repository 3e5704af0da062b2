"""All authorities over one environment's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.authority import alertmanager, kubernetes, prometheus, systemd

if TYPE_CHECKING:
    from pathlib import Path

    from compiler.authority.complaint import Complaint


def judge(folder: Path) -> tuple[Complaint, ...]:
    """Given an environment's folder, return what the targets' own tools say against its files.

    A tool is asked about the files of its target that are there. Raise `AuthorityError` when one is
    needed and missing.
    """
    judges = (prometheus.judge, alertmanager.judge, systemd.judge, kubernetes.judge)
    return tuple(complaint for each in judges for complaint in each(folder))
