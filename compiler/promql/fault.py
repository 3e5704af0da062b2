"""What is wrong with a query or a template."""

from __future__ import annotations

from runtime.contract.frozen import Frozen, frozen


@frozen
class SyntaxFault(Frozen):
    """What is wrong with a query; `start` and `end` are 0-indexed characters, the end exclusive.

    `is_limit` says that the query is only too large to be read.
    """

    headline: str
    start: int
    end: int
    label: str = ""
    help: str = ""
    is_limit: bool = False
