"""The pages of the rules, which are the docstrings of their modules."""

from __future__ import annotations

from inspect import cleandoc

from compiler.check.registry import RULES, module


def page(rule: str) -> str | None:
    """Given an id, return its page in Markdown, LF-ended, or None when there is no such rule."""
    if rule not in RULES:
        return None
    found = module(rule)
    head = (
        f"Severity: {found.RULE.severity.word}\n\nMay be allowed by a comment: {found.RULE.allowed}"
    )
    return f"# {rule}\n\n{head}\n\n{cleandoc(found.__doc__ or '')}\n"


def index() -> str:
    """Return one line per rule: id, severity, and the first line of its page."""
    width = max(len(rule) for rule in RULES)
    lines = []
    for rule in RULES:
        found = module(rule)
        first = cleandoc(found.__doc__ or "").partition("\n")[0]
        lines.append(f"{rule:<{width}}  {found.RULE.severity.word:<7}  {first}\n")
    return "".join(lines)
