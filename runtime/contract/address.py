"""Addresses, as specs and plans write them: of http, those that a client can take apart."""

from __future__ import annotations

from typing import Any, Final

from runtime.contract.units import Described

URL_PATTERN: Final = r"^https?://[^\s/?#@]+([/?#]\S*)?$"
"""What an address of http looks like that holds no credentials."""
HOST_PORT_PATTERN: Final = r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$"
"""A host, or an address of IPv6 in brackets, and a port."""


def readable(text: str) -> str:
    """Given an address, or a path, return it.

    Raise `PydanticCustomError` ``spec/wrong-type`` when its host or its port cannot be one:
    `http://[::1/`, `http://node:99999/`.
    """
    from urllib.parse import urlsplit

    from pydantic_core import PydanticCustomError

    try:
        parts = urlsplit(text)
        is_whole = parts.port is None or parts.hostname is not None
    except ValueError:
        is_whole = False
    if not is_whole:
        raise PydanticCustomError(
            "spec/wrong-type",
            "`{text}` has no host and port that could be reached",
            {"text": text, "help": "write a port up to 65535, an address of IPv6 in brackets"},
        )
    return text


def readable_text(described: Described) -> Described:
    """Given how a text is described, return that of such texts as are readable addresses."""
    function: dict[str, Any] = {"type": "no-info", "function": readable}
    core = {"type": "function-after", "function": function, "schema": described.core}
    return Described(core, described.written)
