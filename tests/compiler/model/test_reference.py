"""The language reference: current, complete, its examples valid."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import compiler.model
from compiler.model import json_schema, reference
from compiler.model.spec import SECTIONS
from compiler.pipeline import examine
from tests.checkout import ROOT

EXAMPLES = Path(compiler.model.__file__).with_name("reference.yaml")
PAGE = reference.render()


def test_the_committed_page_is_current() -> None:
    """`python -m compiler.model.reference` rewrites it."""
    assert PAGE == (ROOT / "specs" / "README.md").read_text(encoding="utf-8")


def test_every_key_is_in_it() -> None:
    """Each key of each mapping stands in a table."""
    document = json_schema.document()
    keys = {key for schema in document["$defs"].values() for key in schema.get("properties", ())}
    of_matchers = {"matches", "not", "not_matches"}

    assert keys
    assert [key for key in sorted(keys - of_matchers) if f"\n| `{key}` | " not in PAGE] == []


def test_every_section_opens_with_its_example() -> None:
    """The page shows each part of the example spec, in the order of the sections."""
    examples = reference.examples_of(EXAMPLES.read_text(encoding="utf-8"))
    starts = [PAGE.index(f"```yaml\n{examples[name]}\n```") for name in SECTIONS]

    assert list(SECTIONS) == list(examples)
    assert sorted(starts) == starts


def test_every_link_within_the_page_leads_somewhere() -> None:
    """What a value is called leads to what it means."""
    links = set(re.findall(r"\]\(#([^)]+)\)", PAGE))
    headings = re.findall(r"(?m)^#+ (.*)$", PAGE)
    anchors = {heading.replace("`", "").lower().replace(" ", "-") for heading in headings}
    anchors.update(re.findall(r'<a id="([^"]+)">', PAGE))

    assert links
    assert sorted(links - anchors) == []


def test_the_examples_are_a_spec_without_findings() -> None:
    """What the page shows can be copied."""
    found = examine([str(EXAMPLES)], today=date(2027, 1, 1)).findings

    assert [finding.headline for finding in found] == []
