"""Diagnostics: what a job names becomes what its collectors ask."""

from __future__ import annotations

from typing import Any

from compiler.emit.systemd.service import service
from compiler.lower.needs import Needs, needs
from compiler.model.stack import Opsrun
from tests.compiler.lower.specs import plan_of, shop

RESOURCES = """
resources:
  store: {postgres: {dsn: {credential: store}, replica: {env: REPLICA}}}
  cache: {redis: {url: {file: /run/secrets/cache}}}
  other: {redis: {url: {credential: other}}}
  orders: {queue: {in: cache, list: orders}}
  api: {http: {url: "http://api.example.org/health"}}
  data: {storage: {path: /srv/shop}}
  worker: {systemd: shop-worker.service}
"""
JOB = """
jobs:
  diagnose:
    run: diagnostics.collect
    with: {WITH}
    schedule: manual
    timeout: 5m
"""


def parameters(said: str) -> Any:
    """Return the parameters that a job with such a `with` has in the plan."""
    (job,) = plan_of(shop(RESOURCES + JOB.replace("WITH", said))).jobs
    return job.contract.steps["collect"].parameters


def test_without_names_all_resources_of_the_service_are_asked() -> None:
    """A replica is asked by itself; of a queue, what it is kept in; containers by the name."""
    found = parameters("lines: 1000")

    assert {"store": {"credential": "store"}, "store-replica": {"env": "REPLICA"}} == found[
        "databases"
    ]
    assert ["cache", "other"] == list(found["caches"])
    assert {"api": "http://api.example.org/health"} == found["endpoints"]
    assert (["/srv/shop"], ["shop-worker.service"]) == (found["folders"], found["units"])
    assert ("shop", ["*shop*"]) == (found["service"], found["containers"])


def test_what_is_named_is_asked_and_nothing_else() -> None:
    """The queue's Redis under its own name."""
    found = parameters("resources: [orders], logs: [/var/log/shop/*.log], containers: [web]")

    assert ({}, ["cache"], {}, []) == (
        found["databases"],
        list(found["caches"]),
        found["endpoints"],
        found["units"],
    )
    assert [{"root": "/var/log/shop", "pattern": "*.log"}] == found["logs"]
    assert ["web"] == found["containers"]


def test_the_unit_sees_the_host_and_reaches_what_is_asked() -> None:
    """The journals, the processes of others; secrets alone say where databases are."""
    said = "logs: [/home/tabular/log], output: /srv/diagnostics, limit: 64KiB"
    (job,) = plan_of(shop(RESOURCES + JOB.replace("WITH", said))).jobs
    need = needs(job.contract)
    unit = service(job, Opsrun())

    assert need == Needs(
        writes=("/srv/diagnostics",),
        reads=("/home/tabular/log", "/srv/shop"),
        peers=("api.example.org", "localhost"),
        hidden_peers=need.hidden_peers,
        secrets=(
            ("credential", "other"),
            ("credential", "store"),
            ("env", "REPLICA"),
            ("file", "/run/secrets/cache"),
        ),
        memory_bytes=2 * 2**30 + 8 * 64 * 2**10,
        groups=("systemd-journal",),
        sees_host=True,
    )
    assert "SupplementaryGroups=systemd-journal\n" in unit
    assert "ProtectProc" not in unit.replace("# ProtectProc", "")
    assert "ProtectHome=read-only\n" in unit
    assert "what is collected of store (credential store)" in unit
