"""SMTP: a letter becomes a mail, over an encrypted connection whose certificate is checked.

Port 465 is encrypted from the first byte, any other one by STARTTLS. A password is never sent in
the clear, except to this very machine.
"""

from __future__ import annotations

import contextlib
import smtplib
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from runtime.deadline import LateError, within
from runtime.notify.failure import DeliveryError

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable

    from runtime.contract.channel import SmtpChannel
    from runtime.contract.secret import Secret
    from runtime.notify.letter import Letter

_ENCRYPTED_PORT: Final = 465
_SUBMISSION_PORT: Final = 587
_HERE: Final = ("localhost", "127.0.0.1", "::1")


def send(
    channel: SmtpChannel, letter: Letter, resolve: Callable[[Secret], str], seconds: float
) -> None:
    """Hand a letter to the mail server; raise `DeliveryError` when it was not taken."""
    password = None if channel.password is None else resolve(channel.password)
    try:
        within(_Exchange(channel, mail(channel, letter), password, seconds), seconds)
    except (LateError, TimeoutError):
        raise DeliveryError(f"no answer within {seconds:g}s") from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise DeliveryError(
            f"every recipient was refused: {_said(*next(iter(error.recipients.values())))}",
            is_permanent=all(code >= 500 for code in codes),
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        said = _said(error.smtp_code, error.smtp_error)
        raise DeliveryError(f"user or password was refused: {said}") from None
    except smtplib.SMTPResponseException as error:
        is_permanent = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
        said = _said(error.smtp_code, error.smtp_error)
        raise DeliveryError(f"the mail server answered {said}", is_permanent=is_permanent) from None
    except smtplib.SMTPException as error:
        raise DeliveryError(str(error) or type(error).__name__) from None
    except OSError as error:
        raise DeliveryError(error.strerror or str(error) or type(error).__name__) from None
    except ValueError:
        # Its own text quotes what cannot be sent.
        raise DeliveryError("the address, the user or the password cannot be sent") from None


def mail(channel: SmtpChannel, letter: Letter) -> EmailMessage:
    """Given a letter, return the same mail at every attempt; its id is made of the letter's key."""
    said = EmailMessage()
    said["From"] = channel.sender
    said["To"] = ", ".join(channel.to)
    said["Subject"] = letter.title
    said["Date"] = format_datetime(letter.made_at)
    said["Message-ID"] = f"<{letter.key}@{channel.sender.rpartition('@')[2].rstrip('>')}>"
    said["Auto-Submitted"] = "auto-generated"
    said.set_content(f"{letter.text}\n")
    return said


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"


class _Exchange:
    """One connection to the mail server."""

    def __init__(
        self, channel: SmtpChannel, mail: EmailMessage, password: str | None, seconds: float
    ) -> None:
        self.channel = channel
        self.mail = mail
        self.password = password
        self.seconds = seconds
        self.socket: socket.socket | None = None

    def run(self) -> None:
        """Hand over the mail."""
        host, port = _address(self.channel.host)
        client = self._connected(host, port)
        try:
            if self.channel.user is not None and self.password is not None:
                if not self._is_encrypted(port) and host not in _HERE:
                    raise DeliveryError("the password is not sent unencrypted: `require_tls: true`")
                client.login(self.channel.user, self.password)
            refused = client.send_message(self.mail)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                # It has arrived, whatever the server says to a farewell.
                client.quit()
        finally:
            client.close()
        for code, said in refused.values():
            # Those who took it may get it twice: its id tells. Those who never will are left out.
            if code < 500:
                raise DeliveryError(f"a recipient was put off: {_said(code, said)}")

    def _connected(self, host: str, port: int) -> smtplib.SMTP:
        if port == _ENCRYPTED_PORT:
            return smtplib.SMTP_SSL(host, port, timeout=self.seconds, context=_context())
        client = smtplib.SMTP(host, port, timeout=self.seconds)
        self.socket = client.sock
        if self.channel.require_tls:
            client.ehlo()
            if not client.has_extn("starttls"):
                client.close()
                raise DeliveryError("the mail server offers no encryption (STARTTLS)")
            client.starttls(context=_context())
            self.socket = client.sock
        return client

    def _is_encrypted(self, port: int) -> bool:
        return port == _ENCRYPTED_PORT or self.channel.require_tls


def _context() -> ssl.SSLContext:
    from ssl import create_default_context

    return create_default_context()


def _address(written: str) -> tuple[str, int]:
    """Return host and port of ``host``, ``host:port`` or ``[address]:port``."""
    host, colon, port = written.rpartition(":")
    if not colon or written.endswith("]"):
        host, port = written, str(_SUBMISSION_PORT)
    if not port.isdecimal() or int(port) > 65_535:
        raise DeliveryError("the mail server's address has no such port")
    return host.strip("[]"), int(port)
