"""What the reference spec compiles to: committed as it is, and sound to the targets' own tools."""

from __future__ import annotations

import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from compiler import VERSION
from compiler.authority.judge import judge
from compiler.authority.rule_file import FOLDER, rule_file
from compiler.authority.suite import suites_of
from compiler.authority.trials import batches_of, try_all
from compiler.pipeline import compile_plan, examine
from compiler.write import Bundle, differences, write
from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from compiler.pipeline import Examination

TODAY = date(2026, 11, 23)
SLO_TESTS = sorted(
    file.name for file in (ROOT / "generated/production/prometheus/tests").glob("*.slos*.yml")
)
"""Files of tests of SLOs, run one by one: together they take minutes."""


@pytest.fixture(scope="module")
def reference() -> Examination:
    """The reference spec, examined."""
    return examine([str(ROOT / "specs/tabular.yaml")], today=TODAY)


def bundles(reference: Examination) -> dict[str, Bundle]:
    """Return what each environment compiles to."""
    return {
        plan.environment: Bundle(
            artifacts=compile_plan(plan),
            compiler=VERSION,
            environment=plan.environment,
            spec=reference.spec_digest,
            services=tuple(plan.services),
        )
        for plan in reference.plans
    }


def test_the_reference_spec_has_no_fault(reference: Examination) -> None:
    """Neither an error nor a warning nor a note."""
    assert () == reference.findings


def test_every_environment_is_compiled(reference: Examination) -> None:
    """Production, staging, local and the cluster, in the order declared."""
    found = [plan.environment for plan in reference.plans]

    assert ["production", "staging", "local", "kubernetes"] == found


def test_the_committed_folder_is_what_the_spec_compiles_to(reference: Examination) -> None:
    """`opsc compile --check` finds no drift."""
    for environment, bundle in bundles(reference).items():
        assert () == differences(ROOT / "generated" / environment, bundle)


@pytest.mark.e2e
@pytest.mark.parametrize("environment", ["production", "staging", "local", "kubernetes"])
def test_the_targets_own_tools_accept_every_file(
    tmp_path: Path, reference: Examination, environment: str
) -> None:
    """promtool, amtool (the routes too) and systemd-analyze have nothing to say."""
    write(tmp_path, bundles(reference)[environment])

    assert () == judge(tmp_path)


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.parametrize("file", SLO_TESTS)
def test_the_tests_of_every_slo_pass(tmp_path: Path, reference: Examination, file: str) -> None:
    """Promtool agrees with each compiled test of an SLO's alerts in production."""
    artifacts = bundles(reference)["production"].artifacts
    rules = [rule_file(each) for each in artifacts if each.path.startswith(FOLDER)]
    [suite] = [suite for suite in suites_of(artifacts) if suite.path.endswith(f"/{file}")]
    batches = list(batches_of(suite, rules))

    outcomes = try_all(batches, tmp_path, on_batch=lambda _batch: None)
    failed = {
        case.name: mismatches
        for batch, outcome in zip(batches, outcomes, strict=True)
        for case, mismatches in zip(batch.cases, outcome, strict=True)
        if mismatches
    }
    assert {} == failed


@pytest.mark.e2e
def test_cron_itself_accepts_every_crontab(reference: Examination) -> None:
    """`crontab -n` finds no fault, and each job that a timer starts has a line."""
    for environment in bundles(reference):
        files = sorted((ROOT / "generated" / environment / "cron").glob("*"))
        timers = sorted((ROOT / "generated" / environment / "systemd").glob("opsrun-*-*.timer"))
        for file in files:
            subprocess.run(["crontab", "-n", str(file)], check=True, capture_output=True)
        lines = "\n".join(file.read_text() for file in files).splitlines()
        jobs = {line.rsplit(" ", 1)[1] for line in lines if " run --scheduled " in line}

        assert len(timers) == len(jobs)
