"""Mutants enter, with the tests of their alerts; those that the tests do not notice leave.

Each mutant gets a folder of its own with its rule alone, the recording rules of its file, and the
tests of its alert; promtool is asked about many folders at once.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from compiler.authority.process import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.mutation.mutants import Mutant

TOGETHER: Final = 40
"""Mutants that one run of promtool is asked about, unless somebody says otherwise."""


def survivors(
    mutants: Sequence[Mutant],
    rules: Mapping[str, Any],
    tests: Iterable[Mapping[str, Any]],
    folder: Path,
    *,
    together: int = TOGETHER,
) -> list[Mutant]:
    """Given mutants, their rule file and files of tests, both as read, return the unnoticed.

    `together` is how many one run of promtool is asked about: few, where tests take long.
    """
    read = list(tests)
    by_alert = {name: list(_tests_of(name, read)) for name in {each.alert for each in mutants}}
    for number, mutant in enumerate(mutants):
        _write(folder / str(number), mutant, rules, by_alert[mutant.alert])
    batches = [
        range(first, min(first + together, len(mutants)))
        for first in range(0, len(mutants), together)
    ]

    def ask(numbers: range) -> list[Mutant]:
        files = [
            f"{number}/tests-{index}.json"
            for number in numbers
            for index in range(len(by_alert[mutants[number].alert]))
        ]
        failed = {file.partition("/")[0] for file in _failing(files, folder)}
        return [mutants[number] for number in numbers if str(number) not in failed]

    with ThreadPoolExecutor(2) as pool:
        return [mutant for left in pool.map(ask, batches) for mutant in left]


def _failing(files: Sequence[str], folder: Path) -> Iterator[str]:
    """Yield the files whose tests do not pass."""
    said = run(["promtool", "test", "rules", *files], folder=folder)
    sections = said.output.split("Unit Testing:")[1:]
    for file, section in zip(files, sections, strict=True):
        if file not in section:
            raise AssertionError(f"promtool speaks of another file than {file}: {section}")
        if "SUCCESS" not in section:
            yield file


def _tests_of(alert: str, files: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the files of tests with what concerns one alert."""
    for file in files:
        chosen = [each for each in file["tests"] if each["name"].startswith(f"{alert} ")]
        if chosen:
            yield {**file, "rule_files": ["rules.json"], "tests": chosen}


def _write(
    folder: Path, mutant: Mutant, rules: Mapping[str, Any], tests: Iterable[Mapping[str, Any]]
) -> None:
    """Write the mutant's rules and tests; JSON is YAML."""
    groups = []
    for group in rules["groups"]:
        kept = [rule for rule in group["rules"] if "record" in rule]
        if any(rule.get("alert") == mutant.alert for rule in group["rules"]):
            kept.append(dict(mutant.rule))
        if kept:
            groups.append({**group, "rules": kept})
    folder.mkdir(parents=True)
    (folder / "rules.json").write_text(json.dumps({"groups": groups}), "utf-8")
    for index, file in enumerate(tests):
        (folder / f"tests-{index}.json").write_text(json.dumps(file), "utf-8")
