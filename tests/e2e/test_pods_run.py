"""Pods of compiled CronJobs really run: plan, journal, secrets, metrics are where they look."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest

from compiler.emit.package.kubernetes import package
from runtime.http import get
from runtime.journal.store import FILE_NAME
from tests.compiler.lower.specs import plan_of, shop
from tests.e2e import servers
from tests.e2e.servers import free_port
from tests.kubernetes import judge
from tests.sandbox.network import own_network
from tests.sandbox.pod import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandbox.run import Ended

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0, reason="namespaces of root are needed"),
]

SPEC: Final = """
hosts:
  cluster: {{names: [shop-cluster], scheduler: kubernetes}}
stack:
  kubernetes:
    namespace: shop
    image: registry.example.org/shop/opsrun:1
    volumes: {{data: {{claim: data, path: /var/lib/shop}}}}
    pushgateway: {gateway}
retention:
  exports: {{files: /var/lib/shop/exports, keep: 30d}}
jobs:
  clean: {{run: files.expire, of: exports, hosts: cluster, schedule: daily at 00:00, timeout: 1m}}
  secretive:
    run: command
    with:
      argv: [/bin/sh, -c, 'test "$A$B$C" = abc && test ! -w /etc && id -u && touch /tmp/x']
      secrets:
        A: {{env: FIRST}}
        B: {{credential: second}}
        C: {{file: /run/secrets/third}}
    hosts: cluster
    schedule: manual
    timeout: 1m
"""
SECRETS: Final = {"opsrun-shop": {"FIRST": "a", "second": "b\n", "run.secrets.third": "c"}}


class Shop:
    """The compiled spec, in a namespace of its own."""

    def __init__(self, folder: Path, gateway: str) -> None:
        """Compile it, and make what pods look for."""
        plan = plan_of(shop(SPEC.format(gateway=gateway)))
        texts = [one.text for one in package(plan, ()) if "kustomization" not in one.path]
        made = judge.read(texts)
        self.found = {(one["kind"], one["metadata"]["name"]): one for one in made}
        maps = {
            name: one["data"] for (kind, name), one in self.found.items() if kind == "ConfigMap"
        }
        self.cluster = Cluster(folder=folder, config_maps=maps, secrets=SECRETS)

    def start(self, job: str) -> Ended:
        """Run a pod of a job."""
        return self.cluster.start(self.found["CronJob", f"opsrun-shop-{job}"])

    def runs(self) -> list[tuple[str, str, int]]:
        """Return the runs that the journal knows: job, outcome, whether by hand."""
        path = self.cluster.claim("opsrun-state") / FILE_NAME
        with closing(sqlite3.connect(path)) as journal:
            return journal.execute("SELECT job, outcome, manual FROM occurrences").fetchall()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[str]:
    """A Pushgateway in a network of its own."""
    with own_network():
        port = free_port()
        with servers.pushgateway(port, tmp_path / "pushgateway"):
            yield f"http://127.0.0.1:{port}"


def test_a_pod_does_what_is_due_and_the_next_one_knows_it(tmp_path: Path, gateway: str) -> None:
    """The journal outlives the pod: an occurrence runs once, whichever pod asks."""
    namespace = Shop(tmp_path / "shop", gateway)
    exports = namespace.cluster.claim("data") / "exports"
    exports.mkdir()
    old = exports / "old"
    old.write_text("x")
    os.utime(old, (0, 0))
    namespace.cluster.claim("data")
    ended = [namespace.start("clean"), namespace.start("clean")]

    assert [0, 0] == [one.code for one in ended], ended
    assert not old.exists()
    assert [("shop/clean", "ok", 0)] == namespace.runs()

    shown = get(f"{gateway}/metrics", timeout_seconds=5, limit_bytes=2**20).text
    own = f'instance="{os.uname().nodename}",job="opsrun",job_name="clean"'

    assert f'opsrun_job_runs_total{{{own},outcome="ok",service="shop"}} 1' in shown
    assert f'opsrun_job_last_exit_code{{{own},service="shop"}} 0' in shown


def test_a_job_by_hand_finds_its_secrets_and_writes_to_nothing_else(
    tmp_path: Path, gateway: str
) -> None:
    """Variables, credentials and files come from the keys that the manifest names."""
    namespace = Shop(tmp_path / "shop", gateway)
    ended = namespace.start("secretive")

    assert 0 == ended.code, ended.output
    assert [("shop/secretive", "ok", 1)] == namespace.runs()


def test_the_sandbox_is_no_rubber_stamp(tmp_path: Path, gateway: str) -> None:
    """Without the volume that the manifest names there is nothing to clean, and that is said."""
    namespace = Shop(tmp_path / "shop", gateway)
    job = namespace.found["CronJob", "opsrun-shop-clean"]
    container = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    container["volumeMounts"] = [m for m in container["volumeMounts"] if m["name"] != "state"]
    ended = namespace.start("clean")

    assert 0 != ended.code
    assert "/var/lib/opsrun" in ended.output
