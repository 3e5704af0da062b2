"""Text of a spec as Markdown: nothing in it becomes markup, a link or a heading by accident.

Prometheus' templates become their subject in brackets: ``{{ $labels.instance }}`` reads ⟨instance⟩.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SUBJECT = re.compile(r"\{\{-?\s*\$(?:(?:labels|externalLabels)\.(\w+)|(value))\b[^{}]*\}\}")
_MARKUP = re.compile(r"[\\`*\[\]<>|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINE_START = re.compile(r"^(\s*)(?:([#+=-])|(\d+)([.)]))", re.MULTILINE)
_TICKS = re.compile(r"`+")
_URL_SAFE: Final = "/:?#@!$&'*+,;=%~-._[]"


def text(written: str) -> str:
    """Given text of a spec, return it as Markdown on one line, its templates in brackets."""
    parts: list[str] = []
    end = 0
    for found in _TEMPLATE.finditer(written):
        parts.extend((_escaped(written[end : found.start()]), _subject(found[0])))
        end = found.end()
    parts.append(_escaped(written[end:]))
    return _LINE_START.sub(_unmarked, " ".join("".join(parts).split()))


def code(written: str) -> str:
    """Given text, return it as code within a line."""
    flat = " ".join(written.split())
    fence = "`" * (_longest(flat) + 1)
    space = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{space}{flat}{space}{fence}"


def block(written: str, language: str = "") -> str:
    """Given text, return it as a block of code."""
    fence = "`" * max(3, _longest(written) + 1)
    return f"{fence}{language}\n{written.strip()}\n{fence}"


def link(url: str, shown: str) -> str:
    """Given an address and what is shown for it, as Markdown, return the link."""
    return f"[{shown}]({quote(url, safe=_URL_SAFE)})"


def cell(markdown: str) -> str:
    """Given Markdown on one line, return it fit for a table, whose cells end at a bar."""
    return re.sub(r"(?<!\\)\|", r"\\|", markdown) if "|" in markdown else markdown


def _escaped(plain: str) -> str:
    return _MARKUP.sub(lambda found: f"\\{found[0]}", plain)


def _unmarked(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[2] else f"{found[1]}{found[3]}\\{found[4]}"


def _subject(template: str) -> str:
    found = _SUBJECT.fullmatch(template)
    return f"⟨{_escaped(found[1] or found[2])}⟩" if found else "…"


def _longest(written: str) -> int:
    return max((len(run) for run in _TICKS.findall(written)), default=0)
