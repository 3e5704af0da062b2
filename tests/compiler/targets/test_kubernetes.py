from __future__ import annotations

import doctest

import pytest

from compiler.emit.package.kubernetes import quantity
from compiler.targets import kubernetes
from compiler.targets.kubernetes import is_secret_key, secret_key


@pytest.mark.parametrize("module", [kubernetes, quantity])
def test_the_examples_of_the_docstrings_hold(module: object) -> None:
    """What the pages of a function show is what it does."""
    assert 0 == doctest.testmod(module).failed  # type: ignore[arg-type]  # parametrize knows no modules


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("dsn", True),
        ("run.secrets.dsn", True),
        ("A_b-c.d", True),
        (".dockerconfigjson", True),
        ("x" * 253, True),
        ("x" * 254, False),
        ("", False),
        (".", False),
        ("..data", False),
        ("a b", False),
        ("ä", False),
        ("a\n", False),
    ],
)
def test_keys_of_secrets_are_those_of_the_api_server(key: str, is_one: bool) -> None:  # noqa: FBT001  # a table
    """Letters, digits, three signs, and no name that a mounted volume needs itself."""
    assert is_one is is_secret_key(key)


def test_credentials_and_variables_are_keys_of_their_own_names() -> None:
    """Only a path has signs that a key has not."""
    assert "dsn" == secret_key("credential", "dsn")
    assert "SHOP_DSN" == secret_key("env", "SHOP_DSN")
