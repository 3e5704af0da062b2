"""The hooks for pre-commit run when what they look at changes, and not in other repositories."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.checkout import ROOT, files

HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
}


def runs(hook: str, path: str) -> bool:
    """Whether a change of a file starts a hook."""
    return re.search(HOOKS[hook]["files"], path) is not None


@pytest.mark.parametrize("hook", HOOKS)
def test_a_spec_starts_every_hook(hook: str) -> None:
    """Whatever is examined is examined when a spec changes."""
    assert [True] * 3 == [
        runs(hook, path) for path in ("specs/a.yaml", "specs/a.yml", "specs/team/a.yaml")
    ]


def test_every_artifact_starts_the_search_for_drift() -> None:
    """An artifact that was edited by hand does not slip through."""
    artifacts = [str(path.relative_to(ROOT)) for path in files()]

    missed = [
        path
        for path in artifacts
        if path.startswith("generated/") and not runs("opsc-compile-check", path)
    ]

    assert [] == missed


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("path", ["generated/api_pb2.py", "src/specs/a.yaml", "README.md"])
def test_what_is_not_of_opsc_starts_nothing(hook: str, path: str) -> None:
    """A repository without specs is never told that it has none."""
    assert not runs(hook, path)
