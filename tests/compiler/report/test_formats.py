from __future__ import annotations

import json
from importlib import import_module

from compiler.finding import Finding, Position, Related, Severity, Span

FOUND = Finding(
    id="query/syntax",
    severity=Severity.ERROR,
    headline="100% of `a,b`\nis wrong",
    span=Span("specs/a,b:c.yaml", Position(3, 5), Position(3, 9)),
    label="here",
    help="write it again: https://ops:hunter2@ops.example.org",
    related=(Related(span=Span("b.yaml", Position(1, 1), Position(2, 1)), label="first"),),
    environments=("staging",),
)


def render(name: str, *findings: Finding) -> str:
    """Return findings in a format."""
    return str(import_module(f"compiler.report.{name}").render(findings, {}, colour=True))


def test_json_has_the_documented_shape() -> None:
    """Programs read the same keys in every version."""
    document = json.loads(render("json", FOUND))

    assert {
        "version": 1,
        "findings": [
            {
                "id": "query/syntax",
                "severity": "error",
                "headline": "100% of `a,b`\nis wrong",
                "label": "here",
                "help": "write it again: https://ops:***@ops.example.org",
                "span": {
                    "file": "specs/a,b:c.yaml",
                    "start": {"line": 3, "column": 5},
                    "end": {"line": 3, "column": 9},
                },
                "related": [
                    {
                        "label": "first",
                        "span": {
                            "file": "b.yaml",
                            "start": {"line": 1, "column": 1},
                            "end": {"line": 2, "column": 1},
                        },
                    }
                ],
                "environments": ["staging"],
                "fix": None,
            }
        ],
        "counts": {"error": 1, "warning": 0, "information": 0},
    } == document


def test_json_of_nothing_is_a_document_too() -> None:
    """A program need not know of a special case."""
    assert [] == json.loads(render("json"))["findings"]


def test_github_command_escapes_what_would_end_it() -> None:
    """Properties lose colons and commas, messages their line breaks, both per cent signs."""
    assert (
        "::error file=specs/a%2Cb%3Ac.yaml,line=3,col=5,endLine=3,endColumn=8,"
        "title=query/syntax::100%25 of `a,b`%0Ais wrong: here%0Ab.yaml:1: first%0A"
        "help: write it again: https://ops:***@ops.example.org%0Aonly in staging%0A"
        "page: opsc explain query/syntax\n"
    ) == render("github", FOUND)


def test_github_says_nothing_of_nothing() -> None:
    """A clean run has no annotations."""
    assert "" == render("github")
