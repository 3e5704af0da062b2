"""Steps about databases and buckets become parameters of their kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checkout import ROOT
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.plan import Job, Step

OWNER = {"credential": "books-owner"}
TEXT = (ROOT / "tests/golden/valid/data.yaml").read_text()


def steps(job: str) -> Mapping[str, Step]:
    """Return the steps of a job of the golden spec about data."""
    found = {one.name: one.contract for one in plan_of(TEXT).jobs}
    contract: Job = found[job]
    return contract.steps


def test_options_and_the_connection_of_the_named_user_are_the_parameters() -> None:
    """Units are in the names; what is not said has its default, or is left out."""
    found = steps("keep-books")

    assert ["postgres.vacuum", "postgres.analyze", "postgres.bloat", "postgres.reindex"] == [
        step.kind for step in found.values()
    ]
    assert {
        "dsn": OWNER,
        "tables": ["entries", "archive.exports"],
        "full": False,
        "analyze": True,
        "lock_timeout_seconds": 5,
        "statement_timeout_seconds": 3600,
    } == found["vacuum"].parameters
    assert {
        "dsn": OWNER,
        "lock_timeout_seconds": 300,
        "statement_timeout_seconds": 3600,
    } == found["reindex"].parameters
    assert 0.4 == found["bloat"].parameters["above_ratio"]


def test_rows_and_objects_of_a_class_of_data_expire_by_its_age() -> None:
    """The age is the class's, the place the resource's."""
    found = steps("expire")

    assert {
        "rows": {
            "dsn": OWNER,
            "table": "entries",
            "column": "booked_at",
            "older_than_seconds": 7 * 365 * 86_400,
            "dependents": {
                "entry_notes": {"by": {}},
                "archive.exports": {"of": "entries", "by": {"of_entry": "id"}},
            },
            "batch": 500,
            "pause_seconds": 0.1,
            "lock_timeout_seconds": 2,
            "statement_timeout_seconds": 60,
        }
    } == found["entries"].parameters
    assert {
        "objects": {
            "bucket": "ledger-statements",
            "prefix": "monthly/",
            "older_than_seconds": 365 * 86_400,
            "versions": True,
            "region": "eu-central-1",
            "endpoint": "https://storage.example.org",
            "ca": "/etc/ssl/ops/ca.pem",
            "access_key": {"credential": "storage-id"},
            "secret_key": {"credential": "storage-key"},
        }
    } == found["statements"].parameters


def test_files_by_age_are_one_kind_whoever_asks() -> None:
    """`data.expire` of files does what `files.expire` does."""
    spec = shop(
        """
        retention: {old: {files: /srv/shop, keep: 7d}}
        jobs:
          one: {run: files.expire, of: old, schedule: daily at 01:00, timeout: 5m}
          two: {run: data.expire, of: old, schedule: daily at 02:00, timeout: 5m}
        """
    )
    one, two = (list(job.contract.steps.values()) for job in plan_of(spec).jobs)

    assert one == two
    assert "files.expire" == two[0].kind


def test_hosts_agree_in_the_database_whose_rows_expire() -> None:
    """The job names a class of data; the class names the database."""
    spec = shop(
        """
        hosts: {api: [api1, api2]}
        resources: {database: {postgres: {dsn: {credential: database}}}}
        retention: {old: {rows: {in: database, table: orders, column: at}, keep: 7d}}
        jobs:
          expire:
            run: data.expire
            of: old
            hosts: api
            runs: one
            schedule: daily at 01:00
            timeout: 5m
        """
    )
    (job,) = plan_of(spec).jobs

    assert job.contract.lease is not None
    assert job.contract.lease.postgres is not None
    assert "database" == job.contract.lease.postgres.credential
