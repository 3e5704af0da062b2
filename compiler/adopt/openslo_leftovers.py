"""What OpenSLO says and a spec does not: validated objects enter, a warning for each field leaves.

A field that is in no table here is taken over, or refused, by what reads the object.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from compiler.adopt import openslo_model as model
from compiler.adopt.refusal import left_out
from compiler.adopt.shape import Camel, camel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

_WORDS: Final = "an SLO has a `title` and a `description` for people"
_NOTES: Final = "a spec has `title`, `description`, `runbook` and `links` for people"

LEFT_OUT: Final[Mapping[type, Mapping[str, tuple[str, str]]]] = {
    model.DataSourceSpec: {
        "description": ("the description of the source is left out", _WORDS),
        "connection_details": (
            "how the source is reached is left out",
            "the rules are evaluated by the Prometheus that they are loaded into",
        ),
    },
    model.PolicySpec: {
        "description": (
            "the description of the policy is left out",
            "`alerts.page.annotations` of an SLO say it to who is alerted",
        ),
        "alert_when_resolved": (
            "whether somebody hears of the end is left out",
            "receivers in `routing` decide that",
        ),
        "notification_targets": (
            "who is notified is left out",
            "a spec says so in `routing`, for all alerts of a team",
        ),
    },
    model.ConditionSpec: {
        "description": (
            "the description of the condition is left out",
            "`alerts.page.annotations` of an SLO say it to who is alerted",
        ),
    },
}
"""Fields by their class: what is said when they are set."""

OWNERS: Final[Mapping[type, tuple[str, frozenset[str]]]] = {
    model.SLO: ("SLO", frozenset({"display_name", "labels"})),
    model.Service: ("service", frozenset({"display_name"})),
    model.SLI: ("SLI", frozenset()),
    model.Indicator: ("indicator", frozenset()),
    model.DataSource: ("source", frozenset()),
    model.AlertPolicy: ("policy", frozenset()),
    model.PolicyItem: ("policy", frozenset()),
    model.AlertCondition: ("condition", frozenset()),
    model.ConditionItem: ("condition", frozenset()),
}
"""Whose `metadata` it is: a word for it, and the fields that are taken over."""

METADATA: Final = {
    "display_name": ("the display name of the {} is left out", _WORDS),
    "labels": ("labels of the {} are left out", "labels of an SLO are kept"),
    "annotations": ("annotations of the {} are left out", _NOTES),
}


def leftovers(entry: Any, path: Path = ()) -> Iterator[Fault]:
    """Given an object and where it stands, yield a warning for each field that is left out."""
    for name, value, where in _said(entry, path):
        if name in LEFT_OUT.get(type(entry), {}):
            yield left_out(where, *LEFT_OUT[type(entry)][name])
        elif name == "metadata":
            noun, kept = OWNERS[type(entry)]
            for key, _value, place in _said(value, where):
                if key in METADATA and key not in kept:
                    headline, help_line = METADATA[key]
                    yield left_out(place, headline.format(noun), help_line)
        elif isinstance(value, Camel):
            yield from leftovers(value, where)
        elif isinstance(value, tuple):
            for index, each in enumerate(value):
                yield from leftovers(each, (*where, index))


def _said(entry: Any, path: Path) -> Iterator[tuple[str, Any, Path]]:
    """Yield name, value and place of each field that says something."""
    for field in fields(entry):
        value = getattr(entry, field.name)
        if value is not None and value not in ("", (), {}):
            yield field.name, value, (*path, camel(field.name))
