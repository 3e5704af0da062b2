from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.kinds.diagnostics.redaction import Redactor
from tests.runtime.kinds.diagnostics.canaries import (
    BLOCK,
    CANARIES,
    KEY_LINES,
    NEAR_MISSES,
    PRIVATE_KEY,
    SETTINGS,
    Canary,
)


def pieces(secret: str) -> list[str]:
    """Return the pieces of a secret that would give it away, each by itself."""
    return [secret[at : at + 8] for at in range(0, max(1, len(secret) - 7), 4)]


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("2026 INFO x: ", ""),
        ("", "\nnext line"),
        ("2026-03-01T02:00:00.123456789Z ", ""),
        ("2026-03-01T02:00:00+0000 host app[12]: ", ""),
    ],
)
def test_no_secret_of_a_known_shape_is_left(canary: Canary, before: str, after: str) -> None:
    """At the beginning of a line, within one, before another one."""
    if canary.name in SETTINGS and "INFO" in before:
        pytest.skip("a setting is one at the beginning of its line alone")
    redacted = Redactor().text(before + canary.text + after)

    assert [] == [piece for piece in pieces(canary.secret) if piece in redacted]
    assert "***" in redacted
    assert redacted.endswith(after)


def test_there_are_enough_shapes() -> None:
    """Thirty are asked for."""
    assert len({canary.name for canary in CANARIES}) >= 30


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    """Digests, ids, references and plain words are what a bundle is read for."""
    redactor = Redactor()

    assert text == redactor.text(text)
    assert 0 == redactor.counts.total()


@pytest.mark.parametrize("prefix", ["", "2026-03-01T02:00:00Z host app[12]: ", "  "])
@pytest.mark.parametrize(("first", "last"), [(0, None), (3, None), (0, -2), (5, -5)])
def test_of_a_private_key_no_line_is_left(prefix: str, first: int, last: int | None) -> None:
    """Whole, or with its head, its end or both cut off; with something before each line too."""
    lines = PRIVATE_KEY.split("\n")[first:last]
    if prefix and first and last:
        pytest.skip("lines from the middle of a key, with others' words, are no known shape")
    redacted = Redactor().text("\n".join(["before", *(prefix + line for line in lines), "after"]))

    assert not any(line in redacted for line in KEY_LINES)
    assert "Q2FuYXJ5" not in redacted
    assert redacted.startswith("before\n")
    assert redacted.endswith("\nafter")


@pytest.mark.parametrize("breaks", ["\\n", "\\r\\n", " "])
def test_a_private_key_on_one_line_is_hidden(breaks: str) -> None:
    """As JSON writes it."""
    redacted = Redactor().text('{"key": "' + PRIVATE_KEY.replace("\n", breaks) + '", "a": 1}')

    assert not any(line in redacted for line in KEY_LINES)


def test_all_lines_of_a_block_are_hidden() -> None:
    """What follows it is not."""
    assert Redactor().text(BLOCK) == "token: ***\nuser: x"


def test_declared_secrets_are_hidden_in_all_their_forms() -> None:
    """Whatever they look like; they are counted."""
    redactor = Redactor(["postgresql://app:plain%20words@db1/x"])
    said = redactor.text("plain words, plain%20words, cGxhaW4gd29yZHM=")

    # In base64 the last character of a secret shares its code with what follows it.
    assert said == "***, ***, ***M="
    assert {"a declared secret": 3} == dict(redactor.counts)


def test_json_values_stay_json_values() -> None:
    """Keys and texts are looked at, numbers are kept."""
    found = Redactor().value({"token=abcdef": [1, None, "password=hunter2"], "a": True})

    assert found == {"token=***": [1, None, "password=***"], "a": True}


@given(
    st.lists(
        st.one_of(
            st.sampled_from([canary.text for canary in CANARIES]),
            st.sampled_from(
                [*NEAR_MISSES, PRIVATE_KEY, BLOCK, "\n", " ", '"', "'", "\\", "=", ":"]
            ),
            st.text(max_size=20),
        ),
        max_size=12,
    )
)
def test_what_is_redacted_stays_as_it_is(parts: list[str]) -> None:
    """A second look hides nothing more in what is shown."""
    once = Redactor().text("\n".join(parts))

    assert once == Redactor().text(once)


@pytest.mark.fuzz
@given(
    st.lists(
        st.sampled_from(
            [
                *("password", "token", "secret", "cookie", "Authorization", "curl", "mysql", "key"),
                *("=", ":", " ", '"', "'", "\\", '\\"', "\n", "://", "@", "/", "?", "&", ";", ","),
                *(
                    "-----BEGIN PRIVATE KEY-----",
                    "-----END PRIVATE KEY-----",
                    "eyJ",
                    ".",
                    "-",
                    "--",
                ),
                *("AKIA", "ghp_", "xoxb-", "sk-", "$1$", "$6$", "$2y$10$", "md5", "a", "A", "0"),
                *("{", "}", "[", "]", "(", ")", "<", ">", "|", "#", "a" * 40, "A" * 64, "|\n "),
            ]
        ),
        min_size=1,
        max_size=4,
    )
)
def test_the_time_grows_with_the_text_and_no_faster(pump: list[str]) -> None:
    """Whatever is repeated: a pattern that looks back again and again would take minutes."""
    piece = "".join(pump)
    spent = []
    for length in (5_000, 40_000):
        text = (piece * (length // len(piece) + 1))[:length]
        began = time.process_time()
        Redactor().text(text)
        spent.append(time.process_time() - began)

    # Eight times the text; what is quadratic would take 64 times as long.
    assert spent[1] < 30 * max(spent[0], 0.005)
