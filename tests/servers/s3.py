"""S3 on loopback: what moto answers, under cheroot, by TLS with a certificate of its own.

moto answers as S3 does, but knows no wrong credentials; what can only be made by waiting, the age
of an object, is set in it.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.request import Request
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response
from werkzeug.wrappers import Response

from tests.servers.process import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

KEY_ID: Final = "canary-of-s3-id"
KEY: Final = "canary-of-s3-key"
HELD_SECONDS: Final = 60
"""How long a request is held back at most."""


class _Request(Request):
    """A request that a real server received."""

    from_wsgi_server = True


@dataclass(slots=True, kw_only=True)
class Gate:
    """Lets some deletions through, then holds the next ones back until it is opened."""

    passes: int
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def enter(self) -> None:
        """Let a deletion through, or wait."""
        self.passes -= 1
        if self.passes < 0:
            self.reached.set()
            self.opened.wait(HELD_SECONDS)


@dataclass(slots=True, kw_only=True)
class S3:
    """A storage that runs; `ca` is the file that its certificate is trusted by."""

    endpoint: str
    ca: Path
    gate: Gate | None = None

    def client(self) -> S3Client:
        """Return a client of its own."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            verify=str(self.ca),
            region_name="us-east-1",
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=KEY,
        )

    def put(self, bucket: str, key: str, *, days: float = 0, body: bytes = b"x" * 10) -> None:
        """Put an object that was last written some days ago."""
        self.client().put_object(Bucket=bucket, Key=key, Body=body)
        self._backend(bucket).keys[key].last_modified = _ago(days)

    def age(self, bucket: str, days: float) -> None:
        """Make all that a bucket holds, older versions and marks too, some days old."""
        for key in list(self._backend(bucket).keys):
            for version in self._backend(bucket).keys.getlist(key):
                version.last_modified = _ago(days)

    def keys(self, bucket: str) -> list[str]:
        """Return the keys of a bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [one["Key"] for page in pages for one in page.get("Contents", ())]

    def answer(self, environ: dict[str, Any], start: Any) -> Any:
        """Answer a request, as a WSGI application does: it is moto's, behind the gate."""
        environ["RAW_URI"] = environ["REQUEST_URI"]
        request = _Request(environ)
        if self.gate is not None and request.query_string.startswith(b"delete"):
            self.gate.enter()
        is_of_key = request.path.strip("/").count("/") > 0
        dispatch = S3Response.key_dispatch if is_of_key else S3Response.bucket_dispatch
        status, headers, body = dispatch(request, request.raw_url, dict(request.headers))
        return Response(body, status, headers)(environ, start)

    @staticmethod
    def _backend(bucket: str) -> Any:
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[bucket]


@contextlib.contextmanager
def s3() -> Iterator[S3]:
    """Run a storage until the block ends."""
    with tempfile.TemporaryDirectory(prefix="opsc-s3-") as folder:
        certificate, key = _certificate(Path(folder))
        port = free_port()
        storage = S3(endpoint=f"https://127.0.0.1:{port}", ca=certificate)
        server = Server(("127.0.0.1", port), storage.answer, numthreads=8, timeout=60)
        server.ssl_adapter = BuiltinSSLAdapter(str(certificate), str(key))
        server.prepare()
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield storage
        finally:
            server.stop()
            thread.join()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for loopback and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return certificate, key


def _ago(days: float) -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)
