from __future__ import annotations

import pytest

from runtime.contract.secret_shapes import redacted, secrets_in


@pytest.mark.parametrize(
    "text",
    [
        "postgres://tabular:SECRET@db1.example.org/tabular",
        "redis://:SECRET@cache.example.org:6379/0",
        "host=db1 password=SECRET sslmode=require",
        "Password = SECRET",
        "PWD=SECRET;",
        "PGPASSWORD=SECRET psql",
        "https://hooks.example.org/alerts?token=SECRET",
        "https://hooks.example.org/alerts?a=b&api_key=SECRET&c=d",
        "https://hooks.slack.com/services/SECRETSECRETSECRET",
        "bearer SECRETSECRETSECRETSECRET",
    ],
)
def test_value_of_a_secret_is_found_and_left_out(text: str) -> None:
    """What stands around it stays, so that people know which one is meant."""
    value = max(text.split("SECRET")[1:], key=len) and "SECRET"
    spans = secrets_in(text)

    assert 1 == len(spans)
    assert text[spans[0][0] : spans[0][1]].startswith(value)
    assert "SECRET" not in redacted(text)


@pytest.mark.parametrize(
    "token",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a" * 36,
        "github_pat_" + "a" * 22,
        "glpat-" + "a" * 20,
        "xoxb-" + "1" * 12,
        "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_tokens_are_known_by_their_shape(token: str) -> None:
    """Wherever they stand."""
    assert "call it with *** now" == redacted(f"call it with {token} now")


@pytest.mark.parametrize(
    "text",
    [
        "https://ops.example.org:8443/x",
        "postgres://tabular@db1.example.org/tabular",
        'sum(rate(x{password="no"}[5m]))',
        "password=${DB_PASSWORD}",
        "password=<secret>",
        'up{password=~"a.*"}',
        "mail ops@example.org: it is urgent",
        "the secret of the passwords table",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Addresses, queries, placeholders and plain words are no secrets."""
    assert text == redacted(text)
