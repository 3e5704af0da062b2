"""promtool on tests of alerts: files of tests enter, what failed of each test leaves.

A file is run in batches, several at a time: a test costs what its rules and its time cost, and one
big file would hold one core while the others wait. Tests of SLOs are run beside the rules that they
need. A batch that fails is run again test by test, each beside all rules, so that a failure is one
of what was compiled, and whose it is is sure.
"""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING, Final

from compiler.authority.mismatch import mismatches
from compiler.authority.process import TIMEOUT_SECONDS, run
from compiler.authority.rule_file import owner_of
from compiler.errors import AuthorityError
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from compiler.authority.mismatch import Mismatch
    from compiler.authority.rule_file import RuleFile
    from compiler.authority.suite import Case, Suite

BATCH: Final = 8
"""Tests of one call of promtool, at most."""
MOST_WORKERS: Final = 16
"""Calls of promtool at one time, however many cores there are: each holds its rules in memory."""


@frozen
class Batch(Frozen):
    """Some tests of one file. `rules` are the files that they need, `whole` those compiled."""

    suite: Suite
    cases: tuple[Case, ...]
    rules: Mapping[str, str]
    whole: Mapping[str, str]

    @property
    def key(self) -> tuple[str, ...]:
        """What the outcome follows from."""
        return (self.suite.text_of(self.cases), *self.rules.values(), *self.whole.values())


def batches_of(suite: Suite, files: Sequence[RuleFile]) -> Iterator[Batch]:
    """Given a file of tests and the files of rules of its environment, yield it in parts."""
    named = [file for file in files if f"/{file.name}" in suite.head]
    whole = {file.name: file.text for file in named}
    for owner, owned in groupby(
        suite.cases,
        key=lambda case: owner_of(case.origin) if case.origin.path[0] == "slos" else None,
    ):
        cases = tuple(owned)
        rules = whole if owner is None else {each.name: each.part_of(owner) for each in named}
        for start in range(0, len(cases), BATCH):
            part = cases[start : start + BATCH]
            yield Batch(suite=suite, cases=part, rules=rules, whole=whole)


def try_all(
    batches: Sequence[Batch],
    folder: Path,
    *,
    on_batch: Callable[[Batch], None],
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> list[tuple[tuple[Mismatch, ...], ...]]:
    """Given batches and an empty folder, return what failed of each batch, by its tests.

    Nothing failed of a test that passes. `on_batch` is called as each ends. Raise `AuthorityError`
    when promtool is missing, is killed or does not end in time.
    """
    from concurrent.futures import ThreadPoolExecutor, as_completed

    if batches:
        # Whether it is there at all is known before the first of many threads.
        run(["promtool", "--version"], folder=folder)
    pool = ThreadPoolExecutor(min(len(os.sched_getaffinity(0)), MOST_WORKERS))
    try:
        futures = {
            pool.submit(_try, batch, folder / f"{number}", timeout_seconds): number
            for number, batch in enumerate(batches)
        }
        outcomes: dict[int, tuple[tuple[Mismatch, ...], ...]] = {}
        for future in as_completed(futures):
            number = futures[future]
            outcomes[number] = future.result()
            on_batch(batches[number])
    finally:
        pool.shutdown(cancel_futures=True)
    return [outcomes[number] for number in range(len(batches))]


def _try(batch: Batch, folder: Path, timeout_seconds: float) -> tuple[tuple[Mismatch, ...], ...]:
    """Run one batch; when it fails, its tests one by one."""
    if _output(batch, batch.cases, batch.rules, folder, timeout_seconds) is None:
        return ((),) * len(batch.cases)
    outputs = [
        _output(batch, (case,), batch.whole, folder / f"{number}", timeout_seconds)
        for number, case in enumerate(batch.cases)
    ]
    return tuple(() if output is None else mismatches(output) for output in outputs)


def _output(
    batch: Batch,
    cases: tuple[Case, ...],
    rules: Mapping[str, str],
    folder: Path,
    timeout_seconds: float,
) -> str | None:
    """Return what promtool says against some tests beside some rules; None when all pass."""
    for name, text in rules.items():
        _write(folder / "rules" / name, text)
    _write(folder / "tests" / "tests.yml", batch.suite.text_of(cases))
    argv = ["promtool", "test", "rules", "tests.yml"]
    try:
        verdict = run(argv, folder=folder / "tests", timeout_seconds=timeout_seconds)
    except AuthorityError as error:
        raise AuthorityError(f"{error} (tests of {batch.suite.path})") from None
    return None if verdict.code == 0 else f"{verdict.output}\n{verdict.errors}"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
