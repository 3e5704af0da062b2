from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.contract.secret import Secret
from runtime.errors import SecretError
from runtime.secrets import resolve

if TYPE_CHECKING:
    from pathlib import Path


def test_a_variable_is_looked_up_in_the_environment_given() -> None:
    """Not in another process's."""
    assert "canary" == resolve(Secret(env="DSN"), {"DSN": "canary"})


@pytest.mark.parametrize(("text", "value"), [("canary\n", "canary"), ("a\n\n", "a\n"), ("a", "a")])
def test_one_line_break_at_the_end_of_a_file_is_no_part_of_it(
    tmp_path: Path, text: str, value: str
) -> None:
    """Editors put it there."""
    path = tmp_path / "dsn"
    path.write_text(text)

    assert value == resolve(Secret(file=str(path)), {})


def test_a_credential_is_a_file_of_the_unit(tmp_path: Path) -> None:
    """A variable that systemd sets says where they lie."""
    (tmp_path / "dsn").write_text("canary\n")

    value = resolve(Secret(credential="dsn"), {"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert "canary" == value


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (Secret(env="DSN"), "the variable DSN is not set"),
        (Secret(env="EMPTY"), "the secret of the variable EMPTY is empty"),
        (
            Secret(file="/nowhere/dsn"),
            "the file /nowhere/dsn cannot be read: No such file or directory",
        ),
        (
            Secret(credential="dsn"),
            "the credential dsn is not there: no unit of systemd gives any",
        ),
    ],
)
def test_a_secret_that_is_not_there_is_named_by_its_reference(reference: Secret, said: str) -> None:
    """Whoever mends it must know where to look."""
    with pytest.raises(SecretError) as caught:
        resolve(reference, {"EMPTY": "", "OTHER": "canary"})

    assert said == str(caught.value)


def test_a_file_that_is_no_text_shows_nothing_of_itself(tmp_path: Path) -> None:
    """The bytes of a key are a secret too."""
    path = tmp_path / "key"
    path.write_bytes(b"canary\xff")

    with pytest.raises(SecretError) as caught:
        resolve(Secret(file=str(path)), {})

    assert f"the file {path} is no text" == str(caught.value)
    assert caught.value.__cause__ is None
