"""How many mutants of the alerts of the reference spec's SLOs their compiled tests notice.

All of them are tried in `make fuzz`, which takes an hour; a sample as a rule.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from compiler.authority.process import run
from runtime.contract.units import parse_duration
from tests.checkout import ROOT
from tests.mutation.mutants import Mutant, mutants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    Groups = Sequence[Mapping[str, Any]]

pytestmark = [pytest.mark.e2e, pytest.mark.fuzz, pytest.mark.slow]

IS_LONG: Final = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
SAMPLE: Final = int(os.environ.get("OPSC_MUTANTS", "40"))
SEED: Final = int(os.environ.get("OPSC_MUTANTS_SEED", "4"))
DIED: Final = 0.9
"""The share of mutants, equivalent ones left out, that the tests are to notice."""
SAMPLE_DIED: Final = 0.8
"""The same of a sample, which may be an unlucky one."""
EXCUSED: Final = 0.1
"""The share of mutants that may be called equivalent."""
RECORD: Final = re.compile(r"slo:\w+:\w+")
"""The name of a record of SLOs."""
SHARE: Final = "slo:sli_error:ratio_rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A mutant of an alert, the records that it needs, and its tests, quick ones first."""

    mutant: Mutant
    slo: str
    groups: Groups
    tests: Sequence[Mapping[str, Any]]

    @property
    def is_equivalent(self) -> bool:
        """Whether no traffic could tell the mutant from the rule, but by chance."""
        before, _, after = self.mutant.change.partition(" to ")
        return self.mutant.kind == "operator" and (before[:2], after[:2]) in (
            ("> ", ">="),
            ("< ", "<="),
        )


def test_the_compiled_tests_of_slos_notice_mutants(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At least nine of ten that are not equivalent die, and at most one of ten is equivalent."""
    every = list(_cases())
    chosen = every if IS_LONG else random.Random(SEED).sample(every, SAMPLE)
    tried = [case for case in chosen if not case.is_equivalent]
    with ThreadPoolExecutor(2) as pool:
        folders = [tmp_path / str(number) for number in range(len(tried))]
        noticed = list(pool.map(_is_noticed, tried, folders))
    alive = [case for case, is_noticed in zip(tried, noticed, strict=True) if not is_noticed]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{1 - len(alive) / len(tried):.1%} of {len(tried)} mutants of SLOs' alerts died;"
            f" {len(chosen) - len(tried)} more are equivalent: a share of floats meets its"
            " threshold to the last bit by chance alone\n"
        )
        for case in alive:
            sys.stdout.write(f"  survived: {case.mutant.alert}: {case.mutant.change}\n")

    died = DIED if IS_LONG else SAMPLE_DIED
    assert len(alive) <= (1 - died) * len(tried)
    assert sum(case.is_equivalent for case in every) <= EXCUSED * len(every)


def _cases() -> Iterator[Case]:
    folder = ROOT / "generated" / "production" / "prometheus"
    for file in sorted((folder / "rules").glob("tabular.slos.*.yml")):
        groups = _read(file)["groups"]
        tests = [
            {**test, "evaluation_interval": read["evaluation_interval"]}
            for each in sorted((folder / "tests").glob(f"{file.stem}*.yml"))
            for read in [_read(each)]
            if read["rule_files"] == [f"../rules/{file.name}"]
            for test in read["tests"]
        ]
        for group in groups:
            for rule in group["rules"]:
                if "alert" in rule:
                    yield from _cases_of(rule, groups, tests)


def _cases_of(
    rule: Mapping[str, Any], groups: Groups, tests: Sequence[Mapping[str, Any]]
) -> Iterator[Case]:
    own = [test for test in tests if test["name"].startswith(f"{rule['alert']} ")]
    own.sort(key=_cost)
    for mutant in (*mutants(rule), *_windows(rule, groups)):
        needed = _needed(str(mutant.rule["expr"]), groups)
        interval = next(group.get("interval") for group in groups if rule in group["rules"])
        alerting = {"name": "alert", "rules": [mutant.rule]}
        if interval is not None:
            alerting["interval"] = interval
        yield Case(
            mutant=mutant, slo=rule["labels"]["slo_id"], groups=[*needed, alerting], tests=own
        )


def _windows(rule: Mapping[str, Any], groups: Groups) -> Iterator[Mutant]:
    """Yield the rule with a share of the next shorter or the next longer window of its SLO."""
    slo = rule["labels"]["slo_id"]
    windows = sorted(
        {
            each["record"].removeprefix(SHARE)
            for group in groups
            for each in group["rules"]
            if each.get("record", "").startswith(SHARE) and each["labels"]["slo_id"] == slo
        },
        key=lambda window: parse_duration(window) or 0,
    )
    text = str(rule["expr"])
    for found in re.finditer(rf"{SHARE}(\w+)", text):
        place = windows.index(found[1])
        for other in windows[max(0, place - 1) : place] + windows[place + 1 : place + 2]:
            changed = f"{text[: found.start(1)]}{other}{text[found.end(1) :]}"
            change = f"{found[1]} to {other}"
            yield Mutant(rule["alert"], "window", change, {**rule, "expr": changed})


def _needed(expression: str, groups: Groups) -> Groups:
    """Return the records that an expression reads, and those that they read, in their groups."""
    names: set[str] = set()
    new = set(RECORD.findall(expression))
    while new:
        names |= new
        new = {
            name
            for group in groups
            for rule in group["rules"]
            if rule.get("record") in new
            for name in RECORD.findall(str(rule["expr"]))
        } - names
    kept = [
        {**group, "rules": [rule for rule in group["rules"] if rule.get("record") in names]}
        for group in groups
    ]
    return [group for group in kept if group["rules"]]


def _cost(test: Mapping[str, Any]) -> float:
    """Return how many evaluations a test is."""
    times = [parse_duration(each["eval_time"]) or 0 for each in test["alert_rule_test"]]
    return max(times) / (parse_duration(test["evaluation_interval"]) or 1)


def _is_noticed(case: Case, folder: Path) -> bool:
    """Whether one of a mutant's tests fails."""
    folder.mkdir()
    (folder / "rules.json").write_text(json.dumps({"groups": case.groups}), "utf-8")
    for number, test in enumerate(case.tests):
        written = {
            "rule_files": ["rules.json"],
            "evaluation_interval": test["evaluation_interval"],
            "tests": [{key: test[key] for key in test if key != "evaluation_interval"}],
        }
        (folder / f"{number}.json").write_text(json.dumps(written), "utf-8")
        if run(["promtool", "test", "rules", f"{number}.json"], folder=folder).code != 0:
            return True
    return False


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))
