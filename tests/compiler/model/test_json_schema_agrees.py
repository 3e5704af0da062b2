"""The JSON Schema and the model, on specs that are almost valid, refuse the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from compiler.model import json_schema
from tests.compiler.model.mutants import mutants
from tests.compiler.model.specs import dumped, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.compiler.model.specs import Verdict

MODEL_ONLY: Final = {
    "spec/bad-schedule": "a schedule is parsed, weekdays and times of day included",
    "spec/bad-unit": "a size may be no whole number of bytes",
    "spec/out-of-range": "a size may be too small or too large for what it limits",
    "spec/wrong-type": "2.0 is a whole number to JSON Schema, and none to the language",
    "spec/unknown-reference": "an environment changes an entry that does not exist",
    "spec/duplicate-key": "an environment changes an entry twice, a text says a key twice",
    "spec/syntax": "a text without any entry is no mapping",
    "spec/yaml-trap": "what readers of YAML disagree about is gone once it is read",
}
"""Rules of what the model alone refuses, each with its reason."""

LEAST_SHARE_OF_VALID: Final = 0.3


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    """Match as JSON Schema says: ``$`` is the end, where Python's would allow a line break."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


_extend: Any = jsonschema.validators.extend
VALIDATOR = _extend(Draft202012Validator, {"pattern": _pattern})(json_schema.document())


def _at(verdict: Verdict, path: tuple[str | int, ...]) -> list[Any]:
    """Return what stands at a path, in the tree as written and as each environment reads it."""
    found = []
    for root in verdict.roots:
        node: Any = root
        for step in path:
            known = isinstance(node, dict) or (isinstance(node, list) and isinstance(step, int))
            node = node[step] if known and (not isinstance(node, dict) or step in node) else None
        found.append(node)
    return found


def disagreement(text: str) -> str | None:
    """Given a spec's text, return in which way schema and model disagree, or None."""
    verdict = judged(text)
    refused = [error for root in verdict.roots for error in VALIDATOR.iter_errors(root)]
    if refused:
        return None if verdict.rules else f"only the schema refuses: {refused[0].message[:200]}"
    if unlisted := verdict.rules - MODEL_ONLY.keys():
        return f"the model alone refuses by {sorted(unlisted)}"
    for fault in verdict.faults:
        values = _at(verdict, fault.place.path)
        if fault.rule == "spec/wrong-type" and not any(isinstance(v, float) for v in values):
            return f"the model alone refuses {fault.place.path} by spec/wrong-type"
        is_of_sizes = fault.rule in ("spec/bad-unit", "spec/out-of-range")
        if is_of_sizes and not any(str(value).endswith("B") for value in values):
            return f"the model alone refuses {fault.place.path} by {fault.rule}"
    return None


@pytest.mark.slow
@pytest.mark.fuzz
def test_what_the_schema_refuses_the_model_refuses() -> None:
    """And what the model alone refuses is on the list; a third of the mutants are still valid."""
    valid = []

    @settings(max_examples=min(4000, max(400, settings().max_examples)))
    @given(mutants())
    def holds(spec: dict[str, Any]) -> None:
        text = dumped(spec)
        valid.append(not judged(text).rules)

        assert disagreement(text) is None

    holds()

    assert sum(valid) / len(valid) >= LEAST_SHARE_OF_VALID


BASE: Final = """\
opsc: 1
service: {name: shop, title: Shop, owner: shop-team}
alert_groups: {g: {}}
"""


@pytest.mark.parametrize(
    ("addition", "rule"),
    [
        ("jobs: {a: {run: files.expire, of: x, schedule: every 0s, timeout: 1m}}", "bad-schedule"),
        ("retention: {a: {files: /srv/a, keep: 1d, rotate: {at: 0.3B}}}", "bad-unit"),
        ("retention: {a: {files: /a, keep: 1d, keep_latest: 2.0}}", "wrong-type"),
        ("environments: {a: {remove: [jobs.x]}}", "unknown-reference"),
        ("alert_groups: {g: {}}", "duplicate-key"),
        ("hosts: {on: [a]}", "yaml-trap"),
    ],
)
def test_each_rule_of_the_list_is_needed(addition: str, rule: str) -> None:
    """For each rule there is a text that the schema passes and the model refuses by it alone."""
    verdict = judged(f"{BASE}{addition}\n")

    assert [error.message for root in verdict.roots for error in VALIDATOR.iter_errors(root)] == []
    assert frozenset({f"spec/{rule}"}) == verdict.rules


def test_a_text_that_says_nothing_is_a_fault_of_syntax() -> None:
    """There is no tree that the schema could look at."""
    assert ((), frozenset({"spec/syntax"})) == (judged("{}").roots, judged("{}").rules)


def test_what_every_environment_replaces_is_refused_all_the_same() -> None:
    """The schema reads the file without its environments, so the model does too."""
    text = BASE + (
        "retention: {a: {files: relative, keep: 1d}}\n"
        "environments: {one: {set: {retention.a.files: /srv/a}}}\n"
    )
    verdict = judged(text)

    assert [False, True] == [VALIDATOR.is_valid(root) for root in verdict.roots]
    assert frozenset({"spec/wrong-type"}) == verdict.rules
