"""What a spec says of its hosts arrives in the plan that the runtime reads."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from compiler.emit import jobs
from runtime.contract.collector import Collector, Limit, Thresholds, Watched
from runtime.validation import read_plan
from tests.compiler.lower.specs import HEAD, plan_of

if TYPE_CHECKING:
    from runtime.contract.plan import Plan

JOB = """
retention: {old: {files: /srv/old, keep: 7d}}
jobs:
  tidy: {run: files.expire, of: old, schedule: manual, timeout: 1m}
"""


def compiled(stack: str) -> Plan:
    """Return the plan of a spec with one job, as the runtime reads it."""
    (artifact,) = jobs.emit(plan_of(HEAD + JOB + stack))
    return read_plan(artifact.text, "plan.json")


def test_nothing_is_watched_unless_the_spec_says_so() -> None:
    """A host without the section has no collector."""
    assert None is compiled("").collector


def test_an_empty_section_watches_processors_memory_and_the_root() -> None:
    """With the thresholds that alerts have too."""
    found = compiled("stack: {opsrun: {collector: {}}}").collector

    assert Collector() == found
    assert (Decimal("0.8"), Decimal("0.85")) == (
        found.thresholds.cpu.degraded_ratio,
        found.thresholds.memory.degraded_ratio,
    )
    assert (10, 3600, 60, ("/",)) == (
        found.every_seconds,
        found.keep_seconds,
        found.for_seconds,
        found.disks,
    )


def test_everything_that_is_said_arrives() -> None:
    """In base units: seconds, and fractions of one."""
    found = compiled(
        """
stack:
  opsrun:
    collector:
      every: 30s
      keep: 2h
      for: 5m
      disks: [/, /srv]
      processes:
        api: {name: shop-api, at_least: 2}
        database: {pid_file: /run/postgresql.pid}
      thresholds:
        cpu: {degraded: 70%, unhealthy: 90%}
        disk: {unhealthy: 99.5%}
"""
    ).collector

    assert found == Collector(
        every_seconds=30,
        keep_seconds=7200,
        for_seconds=300,
        disks=("/", "/srv"),
        processes={
            "api": Watched(name="shop-api", at_least=2),
            "database": Watched(pid_file="/run/postgresql.pid"),
        },
        thresholds=Thresholds(
            cpu=Limit(degraded_ratio=Decimal("0.7"), unhealthy_ratio=Decimal("0.9")),
            disk=Limit(unhealthy_ratio=Decimal("0.995")),
        ),
    )
