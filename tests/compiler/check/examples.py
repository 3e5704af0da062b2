"""The examples of the rules' pages: code blocks enter, findings of a whole spec leave.

An example is a file, several (`---` between them, the name of each in its first line), or, when no
``opsc: 1`` stands in it, sections that are put into `BASE` in the place of its own.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from compiler.adopt.adopt import adopt
from compiler.adopt.documents import loaded
from compiler.adopt.promise import Asked
from compiler.check.registry import module
from compiler.pipeline import examine

if TYPE_CHECKING:
    from pathlib import Path

    from compiler.finding import Finding

TODAY = date(2026, 11, 23)

BASE = {
    "opsc": "opsc: 1\n",
    "service": """\
service:
  name: tabular
  title: Tabular
  owner: operations
  links: {runbooks: "https://ops.example.org/tabular", dashboards: "https://grafana.example.org"}
""",
    "teams": "teams:\n  operations: {receiver: operations}\n",
    "routing": """\
routing:
  default: operations
  receivers:
    operations: {webhook: {url: "https://hooks.example.org/alerts"}}
""",
    "alert_groups": "alert_groups:\n  main: {every: 30s}\n",
}

_BLOCK = re.compile(r"^## (Example|Use instead)\n+```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SECTION = re.compile(r"^([a-z_]+):.*?(?=^[a-z_]+:|\Z)", re.DOTALL | re.MULTILINE)


def examples(rule: str) -> dict[str, str]:
    """Given an id, return the code under each of its page's headings that has some."""
    return dict(_BLOCK.findall(module(rule).__doc__ or ""))


def findings(example: str, folder: Path) -> tuple[Finding, ...]:
    """Given an example, write it into a folder and return what is found in it.

    A foreign document is imported.
    """
    if example.startswith(("version:", "apiVersion:")):
        return adopt("sloth", loaded([("sloth.yaml", example.encode())]), Asked()).findings
    for name, text in _files(example):
        (folder / name).write_text(text, encoding="utf-8")
    return examine([str(folder)], today=TODAY).findings


def _files(example: str) -> list[tuple[str, str]]:
    """Return names and texts of an example's files."""
    if "\n---\n" in example:
        parts = example.split("---\n")
        return [(part.partition("\n")[0].removeprefix("# "), part) for part in parts]
    if example.startswith("opsc: 1\n"):
        return [("spec.yaml", example)]
    said = {match[1]: match[0] for match in _SECTION.finditer(example)}
    return [("spec.yaml", "".join({**BASE, **said}.values()))]
