"""Objects of a bucket that were last written long ago, below a prefix and nowhere else.

Each page of keys is deleted before the next one is asked for: a run that is cut off has deleted
whole pages, and the next one goes on. An object that is written again between the listing of its
page and its deletion, moments later, is lost, unless the bucket keeps versions.

Where a bucket keeps versions, a deletion puts a mark in front of them, and their bytes stay. With
`versions`, old versions are deleted for good: first those that are not the latest of their key, so
that none of them comes to light, then the latest ones, and old marks.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.kinds.faults import Faults
from runtime.kinds.result import Result, exit_of
from runtime.secrets import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from runtime.contract.data_expire import ExpireObjects
    from runtime.kinds.result import Context

AT_ONCE: Final = 1000
"""Keys that S3 deletes at one time."""
CONNECT_SECONDS: Final = 10
READ_SECONDS: Final = 60
ATTEMPTS: Final = 4
"""How often a request is made that the storage does not answer."""

FAULTS: Final = {
    "NoSuchBucket": "there is no such bucket",
    "AccessDenied": "access is refused",
    "InvalidAccessKeyId": "the access key is not known",
    "SignatureDoesNotMatch": "the access key does not fit its id",
    "ExpiredToken": "the access key has expired",
    "RequestTimeTooSkewed": "the clocks of this host and of the storage differ",
    "403": "access is refused",
    "404": "there is no such bucket",
}
"""What a storage answers, and what is said of it."""


class StorageError(Exception):
    """A storage could not be asked, or refused; the text is for people and holds no secret."""


@frozen
class _Object(Frozen):
    """One object, or one version of it: `version` is None where the latest is meant."""

    key: str
    version: str | None
    size_bytes: int
    written_at: datetime


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What was done so far. `why` is what broke the run off, where something did."""

    objects: int = 0
    bytes: int = 0
    faults: Faults = field(default_factory=Faults)
    keeps_versions: bool = False
    why: StorageError | None = None


def expire(parameters: ExpireObjects, context: Context) -> Result:
    """Delete the objects and return how many, and their bytes.

    Raise `StorageError` when nothing could be asked or deleted.
    """
    client = _client(parameters)
    tally = _Tally()
    try:
        with _in_words(parameters.bucket):
            _expire(client, parameters, context, tally)
    except StorageError as error:
        if not tally.objects:
            raise
        tally.why = error
    return _result(parameters, context, tally)


def _expire(client: Any, parameters: ExpireObjects, context: Context, tally: _Tally) -> None:
    before = context.clock.now() - timedelta(seconds=parameters.older_than_seconds)
    status = client.get_bucket_versioning(Bucket=parameters.bucket).get("Status")
    tally.keeps_versions = status is not None
    for page in _pages(client, parameters, tally):
        old = [one for one in page if one.written_at < before]
        for one in old:
            if not one.key.startswith(parameters.prefix):
                raise StorageError("it lists keys that do not begin with the prefix")
            word = "would delete" if context.dry_run else "delete"
            context.say(f"{word} {one.key} ({one.size_bytes} bytes)")
        # A page of versions can hold as many marks besides: more than can be deleted at one time.
        for start in range(0, len(old), AT_ONCE):
            some = old[start : start + AT_ONCE]
            gone = some if context.dry_run else _delete(client, parameters, some, context, tally)
            tally.objects += len(gone)
            tally.bytes += sum(one.size_bytes for one in gone)


def _pages(client: Any, parameters: ExpireObjects, tally: _Tally) -> Iterator[Sequence[_Object]]:
    """Yield what lies below the prefix, page by page, in the order in which it can go."""
    if not parameters.versions:
        listed = client.get_paginator("list_objects_v2").paginate(
            Bucket=parameters.bucket, Prefix=parameters.prefix
        )
        for page in listed:
            yield [
                _Object(
                    key=one["Key"],
                    version=None,
                    size_bytes=one["Size"],
                    written_at=one["LastModified"],
                )
                for one in page.get("Contents", ())
            ]
        return
    yield from _versions(client, parameters, is_latest=False)
    # What could not be deleted behind a latest version would come to light without it.
    if not tally.faults:
        yield from _versions(client, parameters, is_latest=True)


def _versions(
    client: Any, parameters: ExpireObjects, *, is_latest: bool
) -> Iterator[Sequence[_Object]]:
    """Yield versions of objects, and marks of deletion, page by page."""
    listed = client.get_paginator("list_object_versions").paginate(
        Bucket=parameters.bucket, Prefix=parameters.prefix
    )
    for page in listed:
        versions = [
            _Object(
                key=one["Key"],
                version=one["VersionId"],
                size_bytes=one["Size"],
                written_at=one["LastModified"],
            )
            for one in page.get("Versions", ())
            if one["IsLatest"] is is_latest
        ]
        marks = [
            _Object(
                key=one["Key"],
                version=one["VersionId"],
                size_bytes=0,
                written_at=one["LastModified"],
            )
            for one in page.get("DeleteMarkers", ())
            if one["IsLatest"] is is_latest
        ]
        yield versions + marks


def _delete(
    client: Any,
    parameters: ExpireObjects,
    some: Sequence[_Object],
    context: Context,
    tally: _Tally,
) -> Sequence[_Object]:
    """Delete some objects at one time; return those that are gone."""
    answer = client.delete_objects(
        Bucket=parameters.bucket,
        Delete={"Objects": [_identifier(one) for one in some], "Quiet": True},
    )
    failed = set()
    for error in answer.get("Errors", ()):
        key, code = error.get("Key", ""), error.get("Code", "")
        # Not every storage says the version: then none of the key's is taken for gone.
        failed.add((key, error.get("VersionId") if parameters.versions else None))
        fault = f"{key}: {FAULTS.get(code, code)}"
        tally.faults.refuse(fault)
        context.say(fault)
    return [one for one in some if failed.isdisjoint(((one.key, one.version), (one.key, None)))]


def _identifier(one: _Object) -> dict[str, str]:
    return {"Key": one.key} if one.version is None else {"Key": one.key, "VersionId": one.version}


def _result(parameters: ExpireObjects, context: Context, tally: _Tally) -> Result:
    done = "would delete" if context.dry_run else "deleted"
    what = "versions of objects" if parameters.versions else "objects"
    place = f"{parameters.bucket}/{parameters.prefix}"
    summary = f"{done} {tally.objects} {what} of {place}, {tally.bytes} bytes"
    if tally.keeps_versions and not parameters.versions:
        summary += "; the bucket keeps versions: their bytes stay until those are deleted"
    facts = {"objects": tally.objects, "bytes": tally.bytes, "faults": len(tally.faults)}
    summary += tally.faults.said()
    if tally.why is None:
        code = tally.faults.exit_code(done=tally.objects)
        return Result(exit_code=code, summary=summary, facts=facts)
    code = exit_of(done=tally.objects, refused=1)
    return Result(exit_code=code, summary=f"{tally.why}; until then {summary}", facts=facts)


def _client(parameters: ExpireObjects) -> Any:
    """Return what asks the storage; nothing is taken from the environment but what AWS gives."""
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise StorageError("the driver is missing: install `opsc[s3]`") from None

    if parameters.ca is not None and not os.access(parameters.ca, os.R_OK):
        raise StorageError(f"{parameters.ca} cannot be read")
    access_key, secret_key = (
        None if key is None else resolve(key, os.environ)
        for key in (parameters.access_key, parameters.secret_key)
    )
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        # Storages of one's own rarely have a name for each bucket.
        s3={"addressing_style": "path" if parameters.endpoint else "auto"},
        signature_version="s3v4",
    )
    try:
        return boto3.client(
            "s3",
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            region_name=parameters.region or "us-east-1",
            endpoint_url=parameters.endpoint,
            verify=parameters.ca,
            config=config,
        )
    except (BotoCoreError, ValueError, OSError):
        raise StorageError(f"bucket {parameters.bucket}: its address is malformed") from None


@contextlib.contextmanager
def _in_words(bucket: str) -> Iterator[None]:
    """Raise `StorageError` for what goes wrong in the block, in words of our own."""
    from botocore import exceptions

    try:
        yield
    except StorageError as error:
        raise StorageError(f"bucket {bucket}: {error}") from None
    except exceptions.ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise StorageError(f"bucket {bucket}: {FAULTS.get(code, f'it answers {code}')}") from None
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError):
        raise StorageError(f"bucket {bucket}: there is no access key") from None
    except exceptions.SSLError:
        raise StorageError(f"bucket {bucket}: the certificate is not trusted") from None
    except (exceptions.BotoCoreError, OSError):
        raise StorageError(f"bucket {bucket}: the storage cannot be reached") from None
