"""How many mutants of the reference spec's alert rules their compiled tests notice."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from tests.checkout import ROOT
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.trial import survivors

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

DIED: Final = 0.9
"""The share of mutants, equivalent ones left out, that the tests are to notice."""
EXCUSED: Final = 0.1
"""The share of mutants that may be called equivalent."""

BY_CHANCE: Final = "an extrapolated rate meets its threshold to the last bit by chance alone"
JOINED: Final = "the other side of the operator has the matcher, and both are joined by its label"
BINARY: Final = "the metric is 0 or 1"

EQUIVALENT: Final = {
    ("HighCPUUsage", "> 0.8 to >= 0.8"): BY_CHANCE,
    ("HighErrorRate", "> 0.05 to >= 0.05"): BY_CHANCE,
    ("HighResponseTime", "> 1 to >= 1"): BY_CHANCE,
    ("HighResponseTime", "sum to avg"): "a quantile does not depend on how many were counted",
    ("DiskSpaceLow", 'mountpoint="/" dropped'): JOINED,
    ("NetworkInterfaceDown", 'device!~"lo|veth.*|docker.*|br-.*" dropped'): JOINED,
    ("NetworkInterfaceDown", "== 0 to <= 0"): BINARY,
    ("NetworkInterfaceDown", "== 1 to >= 1"): BINARY,
    ("HighPrivacyRisk", "halved"): "rules are evaluated every 5m: 2m30s end when 5m do",
    ("TabularCleanupOldDataRanTooLong", "== 1 to >= 1"): BINARY,
    ("TabularCleanupOldDataMissed", "> 0 to != 0"): "no time of this century is negative",
    ("TabularCleanupOldDataMissed", "> 0 to > 0.1"): "no time of this century is 0.05",
}
"""Mutants that behave as the rule does, and why, by the alert and what was changed."""


def test_the_compiled_tests_notice_mutants(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At least nine of ten that are not equivalent die, and at most one of ten is equivalent."""
    folder = ROOT / "generated" / "production" / "prometheus"
    rules = _read(folder / "rules" / "tabular.yml")
    tests = [_read(file) for file in _files(folder / "tests")]
    tested = {each["name"].partition(" ")[0] for file in tests for each in file["tests"]}
    every = [
        mutant
        for group in rules["groups"]
        for rule in group["rules"]
        if rule.get("alert") in tested
        for mutant in mutants(rule)
    ]
    left = survivors(every, rules, tests, tmp_path)
    excused = [mutant for mutant in left if (mutant.alert, mutant.change) in EQUIVALENT]
    alive = [mutant for mutant in left if mutant not in excused]
    died = 1 - len(alive) / (len(every) - len(excused))
    with capsys.disabled():
        sys.stdout.write(_told(every, excused, alive, died))

    assert died >= DIED
    assert len(excused) / len(every) <= EXCUSED


def _files(folder: Path) -> list[Path]:
    """Return the tests of alerts that are no SLO's."""
    return sorted(file for file in folder.glob("tabular*.yml") if ".slos." not in file.name)


def _told(every: list[Mutant], excused: list[Mutant], alive: list[Mutant], died: float) -> str:
    """Return what came out, with every survivor."""
    lines = [f"\n{died:.1%} of {len(every) - len(excused)} mutants died, {len(excused)} more are"]
    lines.append(" equivalent:\n")
    for mutant in excused:
        reason = EQUIVALENT[mutant.alert, mutant.change]
        lines.append(f"  equivalent: {mutant.alert}: {mutant.change} ({reason})\n")
    lines.extend(f"  survived: {mutant.alert}: {mutant.change}\n" for mutant in alive)
    return "".join(lines)


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))
