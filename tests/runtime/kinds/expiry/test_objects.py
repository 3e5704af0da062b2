from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError
from pydantic_core import ValidationError

from runtime.errors import Exit
from runtime.kinds.expiry import objects
from tests.runtime.kinds.carried import Carried, carried
from tests.runtime.turned_clock import TurnedClock
from tests.servers.process import free_port
from tests.servers.s3 import KEY, KEY_ID, S3, s3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Expire = Callable[..., Carried]

BUCKET = "tabular-exports"
DAY = 86_400


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    """A storage."""
    with s3() as running:
        yield running


@pytest.fixture
def storage(server: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """The storage with an empty bucket, and the keys to it in variables."""
    monkeypatch.setenv("S3_ID", KEY_ID)
    monkeypatch.setenv("S3_KEY", KEY)
    client = server.client()
    client.create_bucket(Bucket=BUCKET)
    yield server
    for page in client.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
        for one in [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]:
            client.delete_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def expire(storage: S3) -> Expire:
    """A function that lets objects below `exports/` expire that are older than 30 days."""

    def expire(*, dry_run: bool = False, clock: Any = None, **parameters: Any) -> Carried:
        objects = {
            "bucket": BUCKET,
            "prefix": "exports/",
            "older_than_seconds": 30 * DAY,
            "endpoint": storage.endpoint,
            "ca": str(storage.ca),
            "access_key": {"env": "S3_ID"},
            "secret_key": {"env": "S3_KEY"},
            **parameters,
        }
        objects = {key: value for key, value in objects.items() if value is not None}
        return carried("data.expire", {"objects": objects}, dry_run=dry_run, clock=clock)

    return expire


def versions(storage: S3) -> list[tuple[str, bool]]:
    """Return the versions and marks in the bucket: key, and whether it is a mark."""
    found = storage.client().list_object_versions(Bucket=BUCKET)
    some = [(one["Key"], False) for one in found.get("Versions", ())]
    return sorted(some + [(one["Key"], True) for one in found.get("DeleteMarkers", ())])


def test_old_objects_below_the_prefix_go_and_no_others(storage: S3, expire: Expire) -> None:
    """Neither young ones nor those of a prefix that begins the same."""
    storage.put(BUCKET, "exports/old", days=31)
    storage.put(BUCKET, "exports/deep/er/öld & <odd>", days=31)
    storage.put(BUCKET, "exports/young", days=29)
    storage.put(BUCKET, "exports-of-others/old", days=31)
    storage.put(BUCKET, "old", days=31)
    done = expire()

    assert {"objects": 2, "bytes": 20, "faults": 0} == done.result.facts
    assert "deleted 2 objects of tabular-exports/exports/, 20 bytes" == done.result.summary
    assert ["exports-of-others/old", "exports/young", "old"] == storage.keys(BUCKET)


def test_more_objects_than_a_page_has_all_go(storage: S3, expire: Expire) -> None:
    """Page after page."""
    client = storage.client()
    for number in range(1100):
        client.put_object(Bucket=BUCKET, Key=f"exports/{number:04}", Body=b"")
    in_a_year = TurnedClock(datetime.now(UTC) + timedelta(days=365))
    done = expire(clock=in_a_year)

    assert 1100 == done.result.facts["objects"]
    assert [] == storage.keys(BUCKET)


def test_a_dry_run_lists_and_deletes_nothing(storage: S3, expire: Expire) -> None:
    """With sizes, and in all."""
    storage.put(BUCKET, "exports/old", days=31)
    done = expire(dry_run=True)

    assert ["would delete exports/old (10 bytes)"] == done.lines
    assert {"objects": 1, "bytes": 10, "faults": 0} == done.result.facts
    assert ["exports/old"] == storage.keys(BUCKET)


@pytest.mark.parametrize("prefix", ["", "/", "exports", "/exports/", "ex\0ports/"])
def test_a_prefix_that_could_mean_more_is_refused(storage: S3, expire: Expire, prefix: str) -> None:
    """At the door, before anything is asked."""
    with pytest.raises(ValidationError, match="prefix"):
        expire(prefix=prefix)


def test_where_versions_are_kept_it_is_said_that_their_bytes_stay(
    storage: S3, expire: Expire
) -> None:
    """A mark hides the object, and nothing more."""
    storage.client().put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
    )
    storage.put(BUCKET, "exports/old", days=31)
    done = expire()

    assert "the bucket keeps versions: their bytes stay" in done.result.summary
    assert [] == storage.keys(BUCKET)
    assert [("exports/old", False), ("exports/old", True)] == versions(storage)


def test_with_versions_what_is_old_goes_for_good(storage: S3, expire: Expire) -> None:
    """Marks too; a version that is young stays, and an old one behind it goes."""
    client = storage.client()
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for key in ("exports/gone", "exports/old", "exports/kept", "other/old"):
        client.put_object(Bucket=BUCKET, Key=key, Body=b"first")
        client.put_object(Bucket=BUCKET, Key=key, Body=b"second")
    client.delete_object(Bucket=BUCKET, Key="exports/gone")
    storage.age(BUCKET, 31)
    client.put_object(Bucket=BUCKET, Key="exports/kept", Body=b"third")
    done = expire(versions=True)

    assert Exit.OK is done.result.exit_code
    assert {"objects": 7, "bytes": 33, "faults": 0} == done.result.facts
    assert [("exports/kept", False), ("other/old", False), ("other/old", False)] == (
        versions(storage)
    )
    assert b"third" == client.get_object(Bucket=BUCKET, Key="exports/kept")["Body"].read()


def locked(storage: S3, *keys: str) -> str:
    """Make a bucket with two versions of each key, all locked; return its name."""
    client = storage.client()
    client.create_bucket(Bucket="tabular-locked", ObjectLockEnabledForBucket=True)
    for key in (*keys, *keys):
        client.put_object(
            Bucket="tabular-locked",
            Key=key,
            Body=b"x",
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=datetime.now(UTC) + timedelta(days=1),
        )
    return "tabular-locked"


def test_objects_that_are_refused_are_counted_and_the_rest_goes(
    storage: S3, expire: Expire
) -> None:
    """Partly done with one that went, failed without; each is a line of the output."""
    client = storage.client()
    bucket = locked(storage, *(f"exports/{number}" for number in range(3)))
    for _ in range(2):
        client.put_object(Bucket=bucket, Key="exports/free", Body=b"x")
    storage.age(bucket, 31)
    some = expire(bucket=bucket, versions=True)
    none = expire(bucket=bucket, versions=True)

    assert (Exit.PARTLY, 1, 3) == (
        some.result.exit_code,
        some.result.facts["objects"],
        some.result.facts["faults"],
    )
    assert "3 could not be, first: exports/0: access is refused" in some.result.summary
    assert "exports/2: access is refused" in some.lines
    assert (Exit.FAILED, 0, 3) == (
        none.result.exit_code,
        none.result.facts["objects"],
        none.result.facts["faults"],
    )


def test_what_was_deleted_is_told_when_the_storage_goes_away(
    storage: S3, expire: Expire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Partly done: whole pages have gone."""
    client = storage.client()
    for number in range(1010):
        client.put_object(Bucket=BUCKET, Key=f"exports/{number:04}", Body=b"")
    delete, pages = objects._delete, []

    def second_breaks(*given: Any) -> Any:
        pages.append(given)
        if len(pages) == 2:
            raise EndpointConnectionError(endpoint_url="x")
        return delete(*given)

    monkeypatch.setattr(objects, "_delete", second_breaks)
    done = expire(clock=TurnedClock(datetime.now(UTC) + timedelta(days=365)))

    assert (Exit.PARTLY, 1000) == (done.result.exit_code, done.result.facts["objects"])
    assert done.result.summary.startswith(
        f"bucket {BUCKET}: the storage cannot be reached; until then deleted 1000 objects"
    )


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"bucket": "nosuch"}, "bucket nosuch: there is no such bucket"),
        ({"ca": "/nowhere.pem"}, "/nowhere.pem cannot be read"),
        ({"ca": None}, "bucket tabular-exports: the certificate is not trusted"),
        (
            {"endpoint": f"https://127.0.0.1:{free_port()}"},
            "bucket tabular-exports: the storage cannot be reached",
        ),
        ({"endpoint": "nonsense"}, "bucket tabular-exports: its address is malformed"),
        ({"secret_key": {"env": "NOWHERE"}}, "the variable NOWHERE is not set"),
    ],
)
def test_what_cannot_be_asked_is_said_and_no_key_with_it(
    storage: S3, expire: Expire, parameters: dict[str, Any], said: str
) -> None:
    """The words are our own."""
    done = expire(**parameters)

    assert (Exit.FAILED, said) == (done.result.exit_code, done.result.summary)
    assert KEY not in done.said
