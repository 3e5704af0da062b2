"""kubectl on ``kubernetes/``: kustomize puts all manifests together; and what they hold fits.

kubectl is asked where it is installed: nothing else here needs it.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final

from compiler.authority.complaint import Complaint
from compiler.authority.process import run
from compiler.targets.kubernetes import CONFIG_MAP_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER: Final = "kubernetes"
KUSTOMIZATION: Final = f"{FOLDER}/kustomization.yaml"
KUBECTL: Final = "kubectl"
HOLDERS: Final = ("ConfigMap", "Secret")
"""Kinds of objects whose data is limited."""


def judge(folder: Path) -> Iterator[Complaint]:
    """Given an environment's folder, yield what is wrong with its manifests."""
    if not (folder / KUSTOMIZATION).exists():
        return
    for file in sorted((folder / FOLDER).glob("*.yaml")):
        yield from _size(file.read_text("utf-8"), f"{FOLDER}/{file.name}")
    if shutil.which(KUBECTL) is None:
        return
    verdict = run([KUBECTL, "kustomize", FOLDER], folder=folder)
    if verdict.code != 0:
        said = (verdict.errors or verdict.output).strip().splitlines()
        message = said[-1] if said else "the manifests cannot be put together"
        yield Complaint(tool=KUBECTL, path=KUSTOMIZATION, message=message)


def _size(text: str, path: str) -> Iterator[Complaint]:
    """Yield a complaint about an object whose data is too large; most files are far from it."""
    if len(text.encode()) <= CONFIG_MAP_LIMIT:
        return
    import yaml

    read: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    held = {**read.get("data", {}), **read.get("stringData", {})}
    size = sum(len(value.encode()) for value in held.values())
    if read["kind"] in HOLDERS and size > CONFIG_MAP_LIMIT:
        message = f"a {read['kind']} holds 1024 KiB, and this one would have {size // 2**10}"
        yield Complaint(tool="Kubernetes", path=path, message=message)
