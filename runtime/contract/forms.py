"""How texts of a form, whole numbers of a range and lists that say something are described."""

from __future__ import annotations

from typing import Any, Final

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


class NotEmpty:
    """Annotation of a list or a mapping that would say nothing, or all, if nothing stood in it."""

    __slots__ = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:
        """Return the core schema of the list or mapping, with one item at least."""
        return {**handler(source), "min_length": 1}


NOT_EMPTY: Final = NotEmpty()


def whole_of(least: int, most: int) -> Described:
    """Given the ends of a range, both included, return how a whole number in it is described."""
    return Described(
        {"type": "int", "strict": True, "ge": least, "le": most},
        {"type": "integer", "minimum": least, "maximum": most},
    )
