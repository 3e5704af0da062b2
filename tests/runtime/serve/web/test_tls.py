from __future__ import annotations

import ssl
import subprocess
import urllib.error
from typing import TYPE_CHECKING

import pytest

from runtime.contract.serve import Serve, ServeTls
from runtime.errors import RunError
from runtime.serve.web.serving import tls_context
from tests.runtime import plans
from tests.runtime.serve.resident import ask
from tests.runtime.serve.web.webs import web

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.contract.plan import Plan


def openssl(*arguments: str) -> None:
    """Call openssl."""
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def authority(folder: Path, name: str) -> None:
    """Make a certificate authority: `<name>.crt` and `<name>.key`."""
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-days", "30", "-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign"),
        *("-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")),
    )


def certificate(folder: Path, name: str, signer: str) -> None:
    """Make a certificate of localhost that an authority has signed."""
    request = folder / f"{name}.csr"
    openssl(
        *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost"),
        *("-keyout", str(folder / f"{name}.key"), "-out", str(request)),
    )
    openssl(
        *("x509", "-req", "-in", str(request), "-days", "30", "-copy_extensions", "copy"),
        *("-CA", str(folder / f"{signer}.crt"), "-CAkey", str(folder / f"{signer}.key")),
        *("-CAcreateserial", "-out", str(folder / f"{name}.crt")),
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of a server and of a client, of one authority, and of a stranger."""
    folder = tmp_path_factory.mktemp("tls")
    for name in ("ours", "theirs"):
        authority(folder, name)
    for name, signer in (("server", "ours"), ("client", "ours"), ("stranger", "theirs")):
        certificate(folder, name, signer)
    return folder


@pytest.fixture
def plan() -> Plan:
    """A plan with one job."""
    return plans.loaded(plans.job({"one": plans.command("/bin/true")}))


def settings(files: Path, *, mutual: bool) -> Serve:
    """Return settings with the server's certificate."""
    tls = ServeTls(
        certificate=str(files / "server.crt"),
        key=str(files / "server.key"),
        client_ca=str(files / "ours.crt") if mutual else None,
    )
    return Serve(tls=tls)


def client(files: Path, name: str | None = None) -> ssl.SSLContext:
    """Return a client that trusts our authority, and shows a certificate if it has a name."""
    context = ssl.create_default_context(cafile=str(files / "ours.crt"))
    if name is not None:
        context.load_cert_chain(files / f"{name}.crt", files / f"{name}.key")
    return context


def test_what_is_asked_is_encrypted(tmp_path: Path, files: Path, plan: Plan) -> None:
    """The server shows its certificate, and speaks no older TLS than 1.2."""
    old = client(files)
    with web(tmp_path / "state", plan, settings(files, mutual=False)) as one:
        status = ask(one.at("/health"), context=client(files)).status
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(urllib.error.URLError, match=r"(?i)protocol|alert|ssl"):
            ask(one.at("/health"), context=old)

    assert 200 == status


def test_a_client_shows_a_certificate_that_the_authority_signed(
    tmp_path: Path, files: Path, plan: Plan
) -> None:
    """Neither a stranger nor one without a certificate gets an answer."""
    with web(tmp_path / "state", plan, settings(files, mutual=True)) as one:
        status = ask(one.at("/status"), context=client(files, "client")).status
        for name in (None, "stranger"):
            with pytest.raises((OSError, ssl.SSLError)):
                ask(one.at("/status"), context=client(files, name))

    assert 200 == status


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"certificate": "/nowhere"}, "are no certificate and its key: No such file"),
        ({"key": "client.key"}, "are no certificate and its key"),
        ({"certificate": "server.key"}, "are no certificate and its key"),
        ({"client_ca": "/nowhere"}, "is no certificate authority: No such file"),
        ({"client_ca": "server.key"}, "is no certificate authority"),
    ],
)
def test_files_that_are_something_else_are_refused(
    files: Path, fields: dict[str, str], said: str
) -> None:
    """The message names the files, and nothing of what is in them."""
    named = {"certificate": "server.crt", "key": "server.key", **fields}
    tls = ServeTls(**{key: str(files / name) for key, name in named.items()})

    with pytest.raises(RunError, match=said):
        tls_context(tls)
