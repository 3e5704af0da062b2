"""What is imported is declared, and what is declared is locked by digest."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

import pytest

from tests.checkout import ROOT, project

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCKS = ("base", "build", "dev")


def normal(name: str) -> str:
    """Given a requirement or a distribution's name, return the name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name, maxsplit=1)[0]).lower()


@cache
def imported_distributions() -> frozenset[str]:
    """Return the distributions that the two packages import anywhere, at whatever time."""
    owners = packages_distributions()
    return frozenset(
        normal(owners.get(name, [name])[0])
        for name in set(_imported_names())
        if name not in sys.stdlib_module_names and name not in {"compiler", "runtime"}
    )


def _imported_names() -> Iterator[str]:
    for package in ("compiler", "runtime"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    yield from (alias.name.split(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    yield (node.module or "").split(".")[0]


def locked(name: str) -> dict[str, list[str]]:
    """Given the name of a lock, return its digests by ``distribution==version``."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    pins: dict[str, list[str]] = {}
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            pin, *options = line.split()
            pins[pin] = options
    return pins


def test_every_import_is_declared() -> None:
    """Nothing works only because a tool happened to bring it."""
    extras = project()["optional-dependencies"]
    declared = {normal(requirement) for requirement in project()["dependencies"]}
    for extra in extras.keys() - {"dev"}:
        declared |= {normal(requirement) for requirement in extras[extra]}

    assert set() == imported_distributions() - declared


def test_every_base_dependency_is_imported() -> None:
    """Nobody installs what nothing uses."""
    declared = {normal(requirement) for requirement in project()["dependencies"]}

    assert set() == declared - imported_distributions()


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_requirement_is_pinned_by_digest(name: str) -> None:
    """A requirement is one version, and the bytes that were tried."""
    loose = [
        pin
        for pin, options in locked(name).items()
        if not re.fullmatch(r"[a-z0-9.-]+==[0-9][0-9a-z.]*", pin)
        or not options
        or not all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", option) for option in options)
    ]

    assert [] == loose


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host(name: str) -> None:
    """Where distributions come from is the reader's own setting."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()

    assert None is re.search(r"://|--(?:extra-)?index|--find-links|--trusted-host", text)


@pytest.mark.parametrize("name", ["base", "build"])
def test_a_smaller_lock_agrees_with_that_of_development(name: str) -> None:
    """What is tested is what is installed."""
    assert set() == locked(name).keys() - locked("dev").keys()


def test_the_base_lock_holds_every_base_dependency() -> None:
    """A new dependency is locked in the change that brings it."""
    declared = {normal(requirement) for requirement in project()["dependencies"]}
    held = {normal(pin) for pin in locked("base")}

    assert set() == declared - held


def test_the_development_lock_holds_every_tool() -> None:
    """A new tool is locked in the change that brings it."""
    declared = {normal(requirement) for requirement in project()["optional-dependencies"]["dev"]}
    held = {normal(pin) for pin in locked("dev")}

    assert set() == declared - held
