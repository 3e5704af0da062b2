from __future__ import annotations

import base64
import itertools
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contract.channel import Channel, SmtpChannel, WebhookChannel
from runtime.contract.secret import Secret
from runtime.masking import Mask, references_in

CANARY = "canary-7f3a/+ ü&x"
DSN = "postgresql://app:p%40ss-w0rd-9@db.example.org:5432/tabular?sslmode=require"


@pytest.mark.parametrize(
    "written",
    [
        CANARY,
        quote(CANARY),
        quote(CANARY, safe=""),
        quote_plus(CANARY),
        json.dumps(CANARY),
        json.dumps(CANARY, ensure_ascii=False),
        *(base64.b64encode(b"u" * n + CANARY.encode() + b"tail").decode() for n in range(4)),
        base64.urlsafe_b64encode(b"user:" + CANARY.encode()).decode(),
    ],
)
def test_a_secret_is_hidden_in_every_form(written: str) -> None:
    """As it is, quoted, as JSON, in base64 wherever it begins there."""
    masked = Mask([CANARY]).text(f"before {written} after")

    assert "***" in masked
    assert written not in masked
    assert "canary" not in masked
    assert masked.startswith("before ")
    assert masked.endswith(" after")


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (DSN, "p@ss-w0rd-9"),
        (DSN, "p%40ss-w0rd-9"),
        (r"host=db password='a\'quote-7'", "a'quote-7"),
        ("host=db password=plain-9f sslmode=require", "plain-9f"),
        ("redis://:red-pass-1@cache.example.org/0", "red-pass-1"),
        ("https://hooks.example.org/services/T0/B0/Xy9", "services/T0/B0/Xy9"),
        ("https://hooks.example.org/?token=tok-12345", "tok-12345"),
        ("-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----", "MIIEvQIBADANBg"),
        ("padded-secret\r", "padded-secret"),
    ],
)
def test_what_is_secret_within_a_secret_is_hidden_by_itself(secret: str, said: str) -> None:
    """The password of a connection string, the path of a webhook, a line of a key."""
    masked = Mask([secret]).text(f"<{said}>")

    assert said not in masked
    assert "***" in masked


def test_what_is_no_secret_of_a_connection_string_stays() -> None:
    """Hosts, users and the words around keys are shown."""
    text = "db.example.org app tabular -----BEGIN KEY----- /tabular"
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----"

    assert text == Mask([DSN, key]).text(text)


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        ("abc", "abc abc", "abc abc"),
        ("", "abc", "abc"),
        ("test", "test testing (test) latest", "*** testing (***) latest"),
        ("secret", "topsecrets", "top***s"),
        ("aaaaaa", "aaaaaaaaaa!", "***!"),
        ("hunter22", "hunter22hunter22", "******"),
    ],
)
def test_short_values_are_hidden_as_whole_words_or_not_at_all(
    secret: str, text: str, expected: str
) -> None:
    """A value of three characters would hide half the output."""
    assert expected == Mask([secret]).text(text)


def test_two_secrets_that_overlap_are_hidden_together() -> None:
    """Neither shows its end behind the other."""
    assert "<***>" == Mask(["abcdefXY", "XYzzzzzz"]).text("<abcdefXYzzzzzz>")


def test_bytes_that_are_no_text_pass_through() -> None:
    """An output need not be UTF-8."""
    mask = Mask([CANARY])
    raw = b"\xff\xfe" + CANARY.encode() + b"\x80"

    assert b"\xff\xfe***\x80" == mask.feed(raw) + mask.flush()


@given(
    secrets=st.lists(st.text("ab", min_size=4, max_size=9), min_size=1, max_size=3),
    stream=st.text("ab-", max_size=80),
    cuts=st.lists(st.integers(0, 80), max_size=12),
)
def test_a_stream_is_masked_as_its_whole_would_be(
    secrets: list[str], stream: str, cuts: list[int]
) -> None:
    """However the stream is cut into chunks."""
    mask, raw, shown = Mask(secrets), stream.encode(), b""
    edges = [0, *sorted(cuts), len(raw)]
    for start, stop in itertools.pairwise(edges):
        shown += mask.feed(raw[start:stop])
    shown += mask.flush()

    assert Mask(secrets).text(stream) == shown.decode()
    assert not any(one in shown.decode() for one in secrets if len(one) >= 6)


def test_what_cannot_become_a_secret_is_shown_at_once() -> None:
    """A line of a program appears when it is written, not when the next one is."""
    mask = Mask([CANARY, DSN])

    assert b"a line\n" == mask.feed(b"a line\n")
    assert b"and " == mask.feed(b"and " + CANARY.encode()[:5])
    assert b"***." == mask.feed(CANARY.encode()[5:] + b".")


def test_what_is_held_back_is_bounded() -> None:
    """A stream that repeats the beginning of a secret forever keeps nothing in memory."""
    mask = Mask(["aaaaaaaa"])
    shown = b"".join(mask.feed(b"a" * 1000) for _ in range(100))

    assert b"***" == shown + mask.flush()
    assert len(mask._held) == 0
    mask.feed(b"a" * 100_000)
    assert len(mask._held) < 64


def test_references_are_those_of_validated_entries_alone() -> None:
    """Each once and in order; a mapping that looks like one is none."""
    first, second = Secret(env="FIRST"), Secret(file="/run/secrets/second")
    mail = SmtpChannel(host="h", sender="s", to=("t",), user="u", password=first)
    hook = WebhookChannel(url_from=second, token=Secret(env="FIRST"))
    value = {"a": Channel(smtp=mail), "b": [Channel(webhook=hook), {"env": {"env": "NO"}}]}

    assert (first, second) == references_in(value)
