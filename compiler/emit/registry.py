"""All emitters, and the packages that are made of what they wrote.

Each is imported when a plan is emitted that wants it, not before: a check needs none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan

    Emitter: TypeAlias = Callable[[Plan], tuple[Artifact, ...]]
    Package: TypeAlias = Callable[[Plan, Sequence[Artifact]], tuple[Artifact, ...]]

EMITTERS: Final = (
    "alertmanager",
    "cron",
    "grafana",
    "instrumentation",
    "jobs",
    "prometheus",
    "promtool",
    "runbooks",
    "systemd",
)
"""The modules of `compiler.emit` that have a pure function `emit` of the plan."""

PACKAGES: Final = ("kubernetes",)
"""Those of `compiler.emit.package` with a pure function `package` of the plan and the artifacts."""


def emitters(only: Sequence[str] = EMITTERS) -> Mapping[str, Emitter]:
    """Return emitters by the name of their module."""
    return {name: import_module(f"compiler.emit.{name}").emit for name in only}


def packages(only: Sequence[str] = PACKAGES) -> Mapping[str, Package]:
    """Return packages by the name of their module."""
    return {name: import_module(f"compiler.emit.package.{name}").package for name in only}


def emit_all(plan: Plan, only: Sequence[str] = ()) -> tuple[Artifact, ...]:
    """Given a plan, return the artifacts of all emitters and packages, or of some, by path."""
    wanted = only or (*EMITTERS, *PACKAGES)
    packing = packages([name for name in PACKAGES if name in wanted])
    asked = [name for name in EMITTERS if packing or name in wanted]
    emitted = {name: emit(plan) for name, emit in emitters(asked).items()}
    made = [one for artifacts in emitted.values() for one in artifacts]
    found = [one for name, artifacts in emitted.items() if name in wanted for one in artifacts]
    for package in packing.values():
        found += package(plan, made)
    return tuple(sorted(found, key=lambda artifact: artifact.path))
