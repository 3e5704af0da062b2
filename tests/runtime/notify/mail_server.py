"""A real mail server on loopback, with and without encryption and passwords."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path


class MailServer:
    """Keeps what it gets; `refusals` are what it says to recipients, or to the mail itself."""

    def __init__(self) -> None:
        self.address = ""
        self.mails: list[EmailMessage] = []
        self.logins: list[tuple[str, str]] = []
        self.refused_recipients: dict[str, str] = {}
        self.refusal: str | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd asks for this name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse him."""
        if address in self.refused_recipients:
            return self.refused_recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        """Keep a mail, or refuse it."""
        if self.refusal is not None:
            return self.refusal
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> Any:
        """Take the user `opsrun` with the password `canary-mail`."""
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"canary-mail", handled=False)


@contextmanager
def serving(
    certificate: Path | None = None, *, is_implicit: bool = False, asks: bool = False
) -> Iterator[MailServer]:
    """Serve for a block; with a certificate STARTTLS is offered, or the whole is encrypted."""
    kept = MailServer()
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

    class _Controller(Controller):
        def factory(self) -> SMTP:
            return SMTP(
                kept,
                hostname="mail.example.org",
                tls_context=None if is_implicit else context,
                authenticator=kept.authenticate if asks else None,
                auth_require_tls=False,
            )

    controller = _Controller(
        kept,
        hostname="127.0.0.1",
        port=0,
        ssl_context=context if is_implicit else None,
    )
    controller.port = _free_port()
    controller.start()
    try:
        kept.address = f"localhost:{controller.port}"
        yield kept
    finally:
        controller.stop()


@contextmanager
def trickling() -> Iterator[str]:
    """Greet whoever comes, without end; the value is the address."""
    stopped = threading.Event()

    def greet() -> None:
        with contextlib.suppress(OSError):
            there, _address = listener.accept()
            with there:
                while not stopped.wait(0.02):
                    there.sendall(b"220-x\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopped.set()
            thread.join()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def make_certificate(folder: Path) -> Path:
    """Make a certificate of localhost with its key, in one file."""
    path = folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "30", "-subj", "/CN=localhost", "-addext"]
    command += ["subjectAltName=DNS:localhost", "-keyout", str(path), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path
