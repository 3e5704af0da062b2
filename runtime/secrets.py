"""Secrets: a reference enters, the value leaves, to be held no longer than it is used.

A secret is looked up in the process that needs it and nowhere else. What is said when there is
none names the reference, never a value.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from runtime.errors import SecretError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.secret import Secret

CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
"""Variable in which systemd says where a unit's credentials lie."""


def resolve(reference: Secret, environment: Mapping[str, str]) -> str:
    """Given a reference and the process's environment, return the secret's value.

    A line break at the end of a file or a credential is no part of it. Raise `SecretError`, with
    the reference alone in its text, when there is no value or an empty one.
    """
    value = _looked_up(reference, environment)
    if not value:
        raise SecretError(f"the secret of {shown(reference)} is empty")
    if "\0" in value:
        raise SecretError(f"the secret of {shown(reference)} is no text: it has a zero byte")
    return value


def shown(reference: Secret) -> str:
    """Given a reference, return it for people: where the secret is kept."""
    if reference.env is not None:
        return f"the variable {reference.env}"
    if reference.file is not None:
        return f"the file {reference.file}"
    return f"the credential {reference.credential}"


def _looked_up(reference: Secret, environment: Mapping[str, str]) -> str:
    if reference.env is not None:
        if reference.env not in environment:
            raise SecretError(f"{shown(reference)} is not set")
        return environment[reference.env]
    path = reference.file
    if path is None:
        if CREDENTIALS not in environment:
            raise SecretError(f"{shown(reference)} is not there: no unit of systemd gives any")
        path = os.path.join(environment[CREDENTIALS], str(reference.credential))
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().removesuffix("\n")
    except OSError as error:
        raise SecretError(f"{shown(reference)} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SecretError(f"{shown(reference)} is no text") from None
