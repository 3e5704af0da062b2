"""Jobs: contracts, places of retention classes, start deadlines."""

from __future__ import annotations

import pytest

from compiler.lower.subjects import place
from runtime.contract.files_expire import Place
from runtime.contract.plan import Job, Lease, Retries
from runtime.contract.secret import Secret
from tests.compiler.lower.specs import plan_of, shop

RETENTION = "retention: {tmp: {files: [/srv/tmp, '/srv/log/*.log*'], keep: 7d, keep_latest: 2}}\n"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv/tmp", Place(root="/srv/tmp")),
        ("/srv/tmp/", Place(root="/srv/tmp")),
        ("/srv/log/*.log", Place(root="/srv/log", pattern="*.log")),
        ("/srv/*/cache/[ab]?", Place(root="/srv", pattern="*/cache/[ab]?")),
        ("/*", Place(root="/", pattern="*")),
    ],
)
def test_the_root_is_the_folder_before_the_first_pattern(path: str, expected: Place) -> None:
    """What deletion may never leave is the part of a path that is no pattern."""
    assert expected == place(path)


def test_a_class_of_data_becomes_the_parameters_of_its_expiry() -> None:
    """Places, age and number of files kept, as numbers under their own names."""
    (job,) = plan_of(
        shop(
            RETENTION
            + "jobs: {tidy: {run: files.expire, of: tmp, schedule: daily at 01:00, timeout: 5m}}"
        )
    ).jobs
    (step,) = job.contract.steps.values()

    assert {
        "places": [
            {"root": "/srv/tmp", "pattern": "**"},
            {"root": "/srv/log", "pattern": "*.log*"},
        ],
        "older_than_seconds": 7 * 86_400,
        "keep_latest": 2,
        "remove_empty_folders": False,
    } == step.parameters


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("schedule: every 5m", 300),
        ("schedule: daily at 01:00", 86_400),
        ("schedule: weekly on sun at 01:00", 86_400),
        ("schedule: manual", 86_400),
        ("schedule: daily at 01:00, start_deadline: 10m", 600),
    ],
)
def test_a_run_may_start_until_the_next_is_due_and_a_day_late_at_most(
    said: str, expected: int
) -> None:
    """The start deadline follows from the schedule where none is written."""
    (job,) = plan_of(
        shop(RETENTION + f"jobs: {{tidy: {{run: files.expire, of: tmp, timeout: 5m, {said}}}}}")
    ).jobs

    assert expected == job.contract.start_deadline_seconds


def test_steps_keep_their_order_and_names() -> None:
    """A job of several steps runs them as they are written."""
    job = plan_of(
        shop(
            RETENTION
            + """
jobs:
  all:
    schedule: daily at 01:00
    timeout: 5m
    steps:
      zeta: {run: files.expire, of: tmp}
      alpha: {run: health.check, of: api}
resources: {api: {http: {url: "http://localhost:1/"}}}
health: {timeout: 5s, checks: {api: {of: api}}}
"""
        )
    ).jobs[0]

    assert ["zeta", "alpha"] == list(job.contract.steps)
    assert (
        "http://localhost:1/"
        == job.contract.steps["alpha"].parameters["checks"]["api"]["http"]["url"]
    )


HELD = RETENTION + (
    "resources: {db: {postgres: {dsn: {env: DSN}, replica: {env: COPY}}}, "
    "cache: {redis: {url: {file: /run/cache}}}, disk: {storage: {path: /srv}}}\n"
)


def job_of(said: str) -> Job:
    """Given what is said of a job beside its work, return its contract."""
    text = f"jobs: {{tidy: {{run: files.expire, of: tmp, timeout: 5m, {said}}}}}"
    (job,) = plan_of(shop(HELD + text)).jobs
    return job.contract


def test_what_a_job_holds_and_waits_for_carries_the_service() -> None:
    """Two services have a resource, a series, a job of the same name."""
    job = job_of("schedule: manual, takes: {disk: exclusive}, series: night, after: [a, other/b]")

    assert ({"shop/disk": "exclusive"}, "shop/night", ("shop/a", "other/b")) == (
        job.takes,
        job.series,
        job.after,
    )


def test_how_a_job_is_repeated_stands_in_its_contract() -> None:
    """Retries, catching up, the random delay, maintenance."""
    job = job_of(
        "schedule: hourly at :00, retries: {attempts: 3, base: 5s, cap: 1m, outcomes: [timed out]},"
        " catch_up: all, catch_up_limit: 5, jitter: 1m, in_maintenance: skip"
    )
    retries = Retries(attempts=3, base_seconds=5, cap_seconds=60, outcomes=("timed out",))

    assert (retries, "all", 5, 60, "skip") == (
        job.retries,
        job.catch_up,
        job.catch_up_limit,
        job.jitter_seconds,
        job.in_maintenance,
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("runs: one, lease: cache", Lease(redis=Secret(file="/run/cache"))),
        ("runs: one, takes: {db: shared, disk: shared}", Lease(postgres=Secret(env="DSN"))),
        ("runs: one, takes: {db: shared, cache: shared}", None),
        ("runs: one, takes: {disk: shared}", None),
        ("runs: each, takes: {db: shared}", None),
    ],
)
def test_hosts_agree_in_the_resource_that_is_named_or_in_the_only_one(
    said: str, expected: Lease | None
) -> None:
    """The primary's database, never the replica's."""
    assert expected == job_of(f"schedule: manual, {said}").lease


def test_a_job_that_cron_starts_says_in_which_crontab() -> None:
    """Hosts without systemd are told from others by the plan alone."""
    jobs = plan_of(
        shop(
            RETENTION
            + "hosts: {old: {names: [old1], scheduler: cron}, new: [new1]}\n"
            + "jobs:\n"
            + "".join(
                f"  {name}: {{run: files.expire, of: tmp, schedule: daily at 01:00, timeout: 5m,"
                f" hosts: {name}}}\n"
                for name in ("old", "new")
            )
        )
    ).jobs

    found = {job.name: job.contract.crontab for job in jobs}
    assert {"old": f"{jobs[0].service}--old", "new": None} == found


CLEANED = """
resources: {cache: {redis: {url: {file: /run/cache}}}}
retention:
  tmp: {files: /srv/tmp, keep: 7d, remove_empty_folders: true}
  logs:
    files: /srv/log/*.log
    keep: 14d
    keep_latest: 1
    rotate: {at: 1MiB, every: 1d, signal: {pid_file: /run/shop.pid}, copies: 9}
"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "run: temp.clean, of: tmp, with: {by: used}",
            {
                "by": "used",
                "places": [{"root": "/srv/tmp", "pattern": "**"}],
                "older_than_seconds": 7 * 86_400,
                "remove_empty_folders": True,
            },
        ),
        (
            "run: files.rotate, of: logs",
            {
                "places": [{"root": "/srv/log", "pattern": "*.log"}],
                "at_bytes": 2**20,
                "every_seconds": 86_400,
                "signal": {"name": "HUP", "pid_file": "/run/shop.pid"},
                "compress": "gzip",
                "copies": 9,
                "keep_seconds": 14 * 86_400,
                "keep_latest": 1,
            },
        ),
        (
            "run: cache.cleanup, of: cache, with: {keys: ['a:*'], idle: 1d}",
            {"keys": ["a:*"], "idle_seconds": 86_400, "url": {"file": "/run/cache"}},
        ),
        (
            "run: redis.expire, of: cache, with: {keys: ['a:*'], ttl: 1h, pace: {batch: 10}}",
            {
                "keys": ["a:*"],
                "ttl_seconds": 3600,
                "spread_seconds": 0,
                "pace": {"batch": 10, "keys_per_second": 20_000},
                "url": {"file": "/run/cache"},
            },
        ),
    ],
)
def test_a_kind_is_told_its_subject_and_what_is_said_besides(
    said: str, expected: dict[str, object]
) -> None:
    """What the retention or the resource says, and what stands in `with`."""
    text = f"jobs: {{tidy: {{{said}, schedule: manual, timeout: 5m}}}}"
    (job,) = plan_of(shop(CLEANED + text)).jobs
    (step,) = job.contract.steps.values()

    assert expected == step.parameters
