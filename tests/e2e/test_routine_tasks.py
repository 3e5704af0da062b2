"""The routine tasks of the reference spec run from what it compiles to for one machine."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.checkout import ROOT
from tests.faults.opsrun import argv
from tests.servers.docker import client_of, docker_engine, import_image
from tests.servers.redis import Redis, redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACE = "/var/tmp/tabular-local"
DAY = 86_400

pytestmark = pytest.mark.e2e


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A folder with the compiled plan, whose data are below that folder, and some data."""
    text = (ROOT / "generated/local/jobs/plan.json").read_text()
    (tmp_path / "plan.json").write_text(text.replace(PLACE, str(tmp_path / "local")))
    for folder in ("data", "tmp", "log"):
        (tmp_path / "local" / folder).mkdir(parents=True)
    return tmp_path


def run(host: Path, job: str, **environment: str) -> dict[str, Any]:
    """Run a job of the plan; return the facts of its steps by their names."""
    variables = {**os.environ, **environment}
    done = subprocess.run(
        argv(host, "run", job), env=variables, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    history = subprocess.run(
        argv(host, "history", job, "--format", "json"), capture_output=True, text=True, check=True
    )
    (occurrence,) = json.loads(history.stdout)
    return {step["name"]: step["facts"] for step in occurrence["attempts"][-1]["steps"]}


def old(path: Path, days: float, size: int = 5) -> Path:
    """Make a file that was used last so many days ago."""
    path.write_bytes(b"x" * (size - 1) + b"\n")
    at = path.stat().st_mtime - days * DAY
    os.utime(path, (at, at))
    return path


def test_logs_are_rotated(host: Path) -> None:
    """Above 100 MiB, copied while their writer keeps them open, and packed."""
    log = host / "local/log/api.log"
    old(log, 0, 101 * 2**20)
    old(host / "local/log/small.log", 0)
    facts = run(host, "rotate-logs")

    (step,) = facts.values()

    assert (1, 1) == (step["rotated_files"], step["packed_files"])
    assert ["api.log", "small.log"] == [
        name for name in sorted(os.listdir(log.parent)) if name.endswith(".log")
    ]
    assert 1 == len([name for name in os.listdir(log.parent) if name.endswith("Z.gz")])


def test_old_data_are_cleaned_up(host: Path) -> None:
    """Data after ninety days, temporary files after seven, logs after fourteen."""
    for name, days in (("data/a", 91), ("tmp/b", 8), ("log/c.log.1", 15)):
        old(host / "local" / name, days)
    for name, days in (("data/d", 89), ("tmp/e", 6), ("log/f.log.1", 13)):
        old(host / "local" / name, days)
    facts = run(host, "cleanup-old-data")

    assert [1, 1, 1] == [step["files"] for step in facts.values()]
    assert ["d", "e", "f.log.1"] == sorted(
        path.name for path in (host / "local").rglob("*") if path.is_file()
    )


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A Redis of its own."""
    with redis_server() as server:
        yield server


def test_the_cache_is_cleaned_up(host: Path, redis: Redis) -> None:
    """Sessions get an end, entries that nobody asked for go, and the queue stays."""
    with redis.client() as client:
        client.set("x", "a text: Redis shares small numbers, and their use")
        value: Any = client.dump("x")
        client.delete("x")
        client.restore("tabular:cache:old", 0, value, idletime=2 * DAY)
        client.restore("tabular:generations", 0, value, idletime=2 * DAY)
        client.mset({"tabular:cache:new": "x", "tabular:session:1": "y"})
        facts = run(host, "cache-cleanup", TABULAR_REDIS_URL=redis.url())
        left = sorted(client.scan_iter("tabular:*"))
        lives = client.ttl("tabular:session:1")

    assert [b"tabular:cache:new", b"tabular:generations", b"tabular:session:1"] == left
    assert 7 * DAY - 60 < lives <= 7 * DAY + 3600
    assert (1, 1) == (facts["sessions"]["expired_keys"], facts["entries"]["deleted_keys"])


def test_the_disk_is_cleaned_up(host: Path) -> None:
    """Temporary files, logs, and an engine of Docker that has nothing old enough."""
    old(host / "local/tmp/a", 8)
    with docker_engine() as socket, client_of(socket) as client:
        import_image(client, "tool:1")
        plan = host / "plan.json"
        plan.write_text(plan.read_text().replace(str(host / "local/docker.sock"), socket))
        facts = run(host, "disk-cleanup")
        images = client.images()

    assert (1, 0, 0) == (
        facts["temporary-files"]["files"],
        facts["logs"]["rotated_files"],
        facts["docker"]["images"],
    )
    assert 1 == len(images)
