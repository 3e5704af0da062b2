from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.channel import SmtpChannel
from runtime.contract.secret import Secret
from runtime.journal.messages import Message
from runtime.notify import smtp
from runtime.notify.failure import DeliveryError
from runtime.notify.letter import Letter, write
from tests.runtime.journal.notices import notice
from tests.runtime.notify.mail_server import make_certificate, serving, trickling
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "canary-mail"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate, trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


def letter() -> Letter:
    """Return a letter of two notices."""
    notices = (notice(1), notice(2))
    message = Message(
        id=1, key="opsrun-1", channel="mail", made_at=START, attempts=1, notices=notices
    )
    return write(message, "production")


def send(address: str, seconds: float = 10, said: str = PASSWORD, **fields: Any) -> None:
    """Send the letter to an address."""
    to = ("a@example.org", "b@example.org")
    channel = SmtpChannel(host=address, sender="opsrun@example.org", to=to, **fields)
    smtp.send(channel, letter(), lambda _reference: said, seconds)


def test_a_mail_is_sent_encrypted(trusted: Path) -> None:
    """To all recipients, with the letter's key in its id."""
    with serving(trusted) as server:
        send(server.address)

    (mail,) = server.mails
    assert "[production] tabular/tidy failed 2 times on node1.example.org" == mail["Subject"]
    assert "a@example.org, b@example.org" == mail["To"]
    assert "<opsrun-1@example.org>" == mail["Message-ID"]
    assert "lately: reason 2" in mail.get_content()


def test_a_password_is_given_over_the_encrypted_connection(trusted: Path) -> None:
    """After STARTTLS."""
    with serving(trusted, asks=True) as server:
        send(server.address, user="opsrun", password=Secret(env="X"))

    assert [("opsrun", PASSWORD)] == server.logins
    assert 1 == len(server.mails)


def test_port_465_is_encrypted_from_the_first_byte(
    trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No STARTTLS is asked for there."""
    with serving(trusted, is_implicit=True) as server:
        monkeypatch.setattr(smtp, "_ENCRYPTED_PORT", int(server.address.partition(":")[2]))
        send(server.address)

    assert 1 == len(server.mails)


def test_without_encryption_nothing_is_sent(trusted: Path) -> None:
    """Where the server offers none, and where it shows a certificate that nobody knows."""
    with serving() as server, pytest.raises(DeliveryError, match="offers no encryption"):
        send(server.address)

    assert [] == server.mails


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    """It could be anybody's."""
    with serving(certificate) as server, pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY"):
        send(server.address, user="opsrun", password=Secret(env="X"))

    assert ([], []) == (server.mails, server.logins)


def test_a_certificate_of_another_host_is_refused(trusted: Path) -> None:
    """It names localhost, not 127.0.0.1."""
    with serving(trusted) as server, pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY"):
        send(server.address.replace("localhost", "127.0.0.1"))


def test_a_mail_is_sent_in_the_clear_where_the_spec_says_so() -> None:
    """With a password only to this very machine."""
    with serving(asks=True) as server:
        send(server.address, require_tls=False, user="opsrun", password=Secret(env="X"))

    assert (1, 1) == (len(server.mails), len(server.logins))


def test_a_password_is_never_sent_in_the_clear_to_another_machine() -> None:
    """127.1 is this one too, but not by a name that says so."""
    with serving(asks=True) as server, pytest.raises(DeliveryError, match="not sent unencrypted"):
        send(
            server.address.replace("localhost", "127.1"),
            require_tls=False,
            user="opsrun",
            password=Secret(env="X"),
        )

    assert [] == server.logins


def test_a_refused_password_is_tried_again(trusted: Path) -> None:
    """Somebody will put it right; the error does not say it."""
    expected = pytest.raises(DeliveryError, match="was refused: 535")
    with serving(trusted, asks=True) as server, expected as refused:
        send(server.address, user="opsrun", password=Secret(env="X"), said="canary-wrong")

    assert not refused.value.is_permanent
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(("answer", "is_permanent"), [("451 later", False), ("554 never", True)])
def test_what_a_refusal_means_is_in_its_code(answer: str, is_permanent: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """4yz comes again, 5yz does not."""
    with serving() as server:
        server.refusal = answer
        with pytest.raises(DeliveryError, match=f"answered {answer}") as refused:
            send(server.address, require_tls=False)

    assert is_permanent == refused.value.is_permanent


@pytest.mark.parametrize(
    ("refused_recipients", "is_permanent", "mails"),
    [
        ({"a@example.org": "550 unknown", "b@example.org": "550 unknown"}, True, 0),
        ({"a@example.org": "450 greylisted", "b@example.org": "550 unknown"}, False, 0),
        ({"a@example.org": "450 greylisted"}, False, 1),
    ],
)
def test_recipients_who_are_put_off_are_tried_again(
    refused_recipients: dict[str, str],
    is_permanent: bool,  # noqa: FBT001 - a parameter of the test
    mails: int,
) -> None:
    """Those who do not exist are not."""
    with serving() as server:
        server.refused_recipients = refused_recipients
        with pytest.raises(DeliveryError) as refused:
            send(server.address, require_tls=False)

    assert (is_permanent, mails) == (refused.value.is_permanent, len(server.mails))


def test_one_recipient_who_does_not_exist_keeps_nobody_else_from_it() -> None:
    """It has arrived where it can."""
    with serving() as server:
        server.refused_recipients = {"a@example.org": "550 unknown"}
        send(server.address, require_tls=False)

    assert 1 == len(server.mails)


def test_a_server_that_trickles_is_given_up() -> None:
    """The deadline is over everything."""
    with trickling() as address, pytest.raises(DeliveryError, match=r"no answer within 0\.3s"):
        send(address, seconds=0.3)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "Connection refused"),
        ("nowhere.invalid:25", "not known|failure|No address"),
        ("127.0.0.1:99999", "no such port"),
        ("127.0.0.1:smtp", "no such port"),
    ],
)
def test_where_no_server_is_the_error_says_why(address: str, said: str) -> None:
    """In the system's own words."""
    with pytest.raises(DeliveryError, match=said):
        send(address)
