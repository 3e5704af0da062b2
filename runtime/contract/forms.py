"""How texts of a form, and whole numbers of a range, are described: as schemas, as data."""

from __future__ import annotations

from typing import Any

from runtime.contract.units import Described


def text_of(
    pattern: str | None = None, *examples: str, max_length: int = 4096, min_length: int = 0
) -> Described:
    """Given a pattern and examples, return how a text of that form is described."""
    core: dict[str, Any] = {"type": "str", "strict": True}
    written: dict[str, Any] = {"type": "string"}
    if min_length:
        core["min_length"] = written["minLength"] = min_length
    core["max_length"] = written["maxLength"] = max_length
    if pattern is not None:
        core["pattern"] = written["pattern"] = pattern
    if examples:
        written["examples"] = list(examples)
    return Described(core, written)


def whole_of(least: int, most: int) -> Described:
    """Given the ends of a range, both included, return how a whole number in it is described."""
    return Described(
        {"type": "int", "strict": True, "ge": least, "le": most},
        {"type": "integer", "minimum": least, "maximum": most},
    )
