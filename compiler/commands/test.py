"""``opsc test``: the tests of alerts and SLOs, run by promtool on what the specs compile to."""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from compiler import pipeline
from compiler.authority.failures import finding_of
from compiler.authority.process import TIMEOUT_SECONDS
from compiler.authority.rule_file import FOLDER, rule_file
from compiler.authority.suite import suites_of
from compiler.authority.trials import batches_of, try_all
from compiler.commands import options
from compiler.finding import Severity
from compiler.source.span import span_of
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from compiler.authority.mismatch import Mismatch
    from compiler.authority.rule_file import RuleFile
    from compiler.authority.suite import Case, Suite
    from compiler.authority.trials import Batch
    from compiler.finding import Finding
    from compiler.lower.plan import Plan
    from compiler.pipeline import Examination
    from compiler.source.tree import Map

EMITTERS: Final = ("prometheus", "promtool")


@click.command("test")
@options.paths
@options.environments
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    help="Run the tests of this alert or SLO alone; may be given again.",
)
@click.option(
    "--timeout",
    "timeout_seconds",
    type=click.IntRange(min=1),
    default=TIMEOUT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long one call of promtool, on a few tests, may take.",
)
@options.output_format
def command(
    *,
    paths: tuple[str, ...],
    environments: tuple[str, ...],
    only: tuple[str, ...],
    timeout_seconds: int,
    output_format: str,
) -> int:
    """Run the tests of the specs in PATHS, files or folders; `specs` when none is given.

    promtool, which must be installed, runs them on rules in a temporary folder; nothing is written
    elsewhere. They are the tests that opsc makes of the expressions of alerts and SLOs, and those
    of `tests:`. Nothing is tested while a spec has errors.
    """
    found = options.examine(paths, environments)
    errors = [each for each in found.findings if each.severity is Severity.ERROR]
    if errors:
        options.report(errors, found, output_format, sys.stdout)
        return 1
    began = time.monotonic()
    trials = _chosen([_trial(found, plan) for plan in found.plans], only)
    failures = _run(trials, timeout_seconds)
    findings = sorted(
        pipeline.shared(failures, len(found.plans)), key=lambda each: (each.span, each.headline)
    )
    options.report(findings, found, output_format, sys.stdout)
    _tell(trials, len(failures), time.monotonic() - began)
    return int(bool(findings))


@frozen
class Trial(Frozen):
    """One environment: its rules, its tests, and where they are from."""

    environment: str
    rules: tuple[RuleFile, ...]
    suites: tuple[Suite, ...]
    roots: Mapping[int, Map]

    def failure(self, case: Case, failed: Sequence[Mismatch]) -> Finding:
        """Return the finding of a test that failed."""
        root = self.roots[case.origin.document]
        told = finding_of(case, failed, root, lambda path, part: span_of(root, path, part))
        return replace(told, environments=(self.environment,))


def _trial(found: Examination, plan: Plan) -> Trial:
    """Return the rules of an environment, and their tests."""
    artifacts = pipeline.compile_plan(plan, EMITTERS)
    site = next(site for site in found.sites if site.environment == plan.environment)
    return Trial(
        environment=plan.environment,
        rules=tuple(rule_file(each) for each in artifacts if each.path.startswith(FOLDER)),
        suites=suites_of(artifacts),
        roots={member.document: member.root for member in site.members},
    )


def _chosen(trials: Sequence[Trial], only: Sequence[str]) -> list[Trial]:
    """Return the trials with those tests alone that are of an alert or SLO that is asked for."""
    if not only:
        return list(trials)
    names = {name for trial in trials for suite in trial.suites for name in _names(suite.cases)}
    for name in only:
        if name not in names:
            from compiler.source.suggest import nearest

            close = nearest(name, sorted(names))
            hint = f"; did you mean `{close}`?" if close else ""
            raise click.UsageError(f"there is no test of an alert or SLO `{name}`{hint}")
    return [
        replace(trial, suites=tuple(_narrowed(suite, only) for suite in trial.suites))
        for trial in trials
    ]


def _narrowed(suite: Suite, only: Sequence[str]) -> Suite:
    cases = tuple(case for case in suite.cases if not _names([case]).isdisjoint(only))
    return replace(suite, cases=cases)


def _names(cases: Sequence[Case]) -> set[str]:
    """Return what tests can be asked for by: their alerts, and the entries they are from."""
    return {name for case in cases for name in (case.alert, str(case.origin.path[1]))}


def _run(trials: Sequence[Trial], timeout_seconds: float) -> list[Finding]:
    """Return a finding for each test that fails; what is alike in two environments runs once."""
    owned = [
        (trial, batch)
        for trial in trials
        for suite in trial.suites
        for batch in batches_of(suite, trial.rules)
    ]
    unlike = {batch.key: batch for _, batch in owned}
    count = sum(len(batch.cases) for batch in unlike.values())
    with tempfile.TemporaryDirectory(prefix="opsc-") as folder, _progress(count) as on_batch:
        outcomes = try_all(
            list(unlike.values()), Path(folder), on_batch=on_batch, timeout_seconds=timeout_seconds
        )
    by_key = dict(zip(unlike, outcomes, strict=True))
    return [
        trial.failure(case, failed)
        for trial, batch in owned
        for case, failed in zip(batch.cases, by_key[batch.key], strict=True)
        if failed
    ]


def _tell(trials: Sequence[Trial], failed: int, seconds: float) -> None:
    """Say how many tests there were, on standard error."""
    counts = [sum(len(suite.cases) for suite in trial.suites) for trial in trials]
    listed = ", ".join(
        f"{trial.environment} {count}" for trial, count in zip(trials, counts, strict=True)
    )
    told = f"{failed} of {sum(counts)} tests failed" if failed else f"{sum(counts)} tests passed"
    click.echo(f"{told} in {seconds:.1f} s ({listed})", err=True)


@contextmanager
def _progress(length: int) -> Iterator[Callable[[Batch], None]]:
    """Give what is called for each batch that ended: a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _batch: None
        return
    with click.progressbar(length=length, label="tests", show_pos=True, file=sys.stderr) as bar:
        yield lambda batch: bar.update(len(batch.cases))
