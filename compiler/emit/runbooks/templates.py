"""The templates of the pages, and the filters by which text gets into them.

Output is escaped unless a filter made Markdown of it: what is forgotten shows, and harms nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from compiler.emit.runbooks import markdown
from compiler.lower.slo.words import percent
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates' environment."""
    made = Environment(
        loader=PackageLoader("compiler.emit", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in ("text", "code", "block", "link", "cell"):
        made.filters[name] = _safe(getattr(markdown, name))
    made.filters["duration"] = format_duration
    made.filters["percent"] = percent
    return made


def _safe(function: Callable[..., str]) -> Callable[..., Markup]:
    """Return a function whose result is taken for Markdown, not escaped again."""

    def filtered(*arguments: str) -> Markup:
        return Markup(function(*(str(argument) for argument in arguments)))  # noqa: S704  # escaped as Markdown, not as HTML

    return filtered
