"""No field of a foreign document is lost in silence: it changes the spec, or a finding tells of it.

Each field of each class of the models is set, or taken away, wherever it may stand.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import pytest

from compiler.adopt import openslo_model, sloth_model
from compiler.adopt.adopt import adopt
from compiler.adopt.documents import loaded
from compiler.adopt.promise import Asked
from compiler.adopt.shape import camel
from runtime.contract.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator


def openslo(kind: str, name: str, spec: Any) -> dict[str, Any]:
    """Return an object of OpenSLO."""
    return {"apiVersion": "openslo/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def asked(query: str, **source: str) -> dict[str, Any]:
    """Return a metric; what answers it is Prometheus, if nothing is said."""
    return {"metricSource": {**(source or {"type": "Prometheus"}), "spec": {"query": query}}}


def slo(name: str, measured: Any, objective: Any = None, **besides: Any) -> dict[str, Any]:
    """Return an SLO of OpenSLO."""
    spec = {
        "service": "orders",
        "budgetingMethod": "Occurrences",
        "objectives": [{"target": 0.99, **(objective or {})}],
    }
    return openslo("SLO", name, {**spec, **measured, **besides})


CONDITION = {"severity": "page", "condition": {"threshold": 6, "lookbackWindow": "6h"}}
INLINE = {
    "kind": "AlertPolicy",
    "metadata": {"name": "own"},
    "spec": {
        "alertWhenBreaching": True,
        "conditions": [
            {"kind": "AlertCondition", "metadata": {"name": "own"}, "spec": deepcopy(CONDITION)}
        ],
    },
}
OPENSLO = [
    openslo("Service", "orders", {"description": "Takes orders"}),
    openslo("DataSource", "main", {"type": "Prometheus"}),
    openslo(
        "SLI",
        "failed",
        {
            "ratioMetric": {
                "counter": True,
                "bad": asked("bad_total", metricSourceRef="main"),
                "total": asked("all_total"),
            }
        },
    ),
    slo(
        "shared",
        {"indicatorRef": "failed"},
        timeWindow=[{"duration": "28d"}],
        alertPolicies=[{"alertPolicyRef": "burn"}],
    ),
    slo(
        "own",
        {
            "indicator": {
                "metadata": {"name": "queue"},
                "spec": {"thresholdMetric": asked("queue_seconds")},
            }
        },
        {"op": "lte", "value": 0.5},
        alertPolicies=[INLINE],
    ),
    slo(
        "share", {"indicator": {"spec": {"ratioMetric": {"rawType": "failure", "raw": asked("r")}}}}
    ),
    openslo(
        "AlertPolicy",
        "burn",
        {"alertWhenBreaching": True, "conditions": [{"conditionRef": "burn"}]},
    ),
    openslo("AlertCondition", "burn", deepcopy(CONDITION)),
]
SLOTH = [
    {
        "version": "prometheus/v1",
        "service": "orders",
        "slos": [
            {
                "name": name,
                "objective": 99,
                "sli": sli,
                "alerting": {
                    "name": "OrdersFail",
                    "page_alert": {"labels": {"team": "web"}},
                    "ticket_alert": {"labels": {"team": "web"}},
                },
            }
            for name, sli in (
                ("raw", {"raw": {"error_ratio_query": "r{w='$window'}[{{.window}}]"}}),
                (
                    "events",
                    {"events": {"error_query": "b[{{.window}}]", "total_query": "a[{{.window}}]"}},
                ),
            )
        ],
    }
]


def as_resource(value: Any) -> Any:
    """Return a document of Sloth with its keys as a resource of Kubernetes has them."""
    if isinstance(value, list):
        return [as_resource(each) for each in value]
    if isinstance(value, dict):
        return {camel(key): as_resource(each) for key, each in value.items() if key != "version"}
    return value


RESOURCE = [
    {
        "apiVersion": "sloth.slok.dev/v1",
        "kind": "PrometheusServiceLevel",
        "metadata": {"name": "orders"},
        "spec": as_resource(document),
    }
    for document in SLOTH
]

BASES: dict[str, tuple[str, list[Any], list[Any]]] = {
    "openslo": ("openslo", OPENSLO, [openslo_model.KINDS[str(d["kind"])] for d in OPENSLO]),
    "sloth": ("sloth", SLOTH, [sloth_model.Spec]),
    "resource": ("sloth", RESOURCE, [sloth_model.Resource]),
}

SAMPLES: dict[str, Any] = {
    "alert_after": "5m",
    "alert_policies": [{"alertPolicyRef": "burn"}],
    "alert_policy_ref": "burn",
    "alert_when_no_data": True,
    "alert_when_resolved": False,
    "annotations": {"runbook": "https://ops.example.org/orders"},
    "bad": asked("b_total"),
    "calendar": {"startTime": "2026-01-01 00:00:00", "timeZone": "UTC"},
    "composite_weight": 2,
    "condition_ref": "burn",
    "connection_details": {"url": "https://prometheus.example.org"},
    "counter": True,
    "description": "In words",
    "disable": True,
    "display_name": "Words",
    "events": {},
    "good": asked("g_total"),
    "indicator": {"spec": {"thresholdMetric": asked("up")}},
    "indicator_ref": "failed",
    "is_rolling": False,
    "labels": {"tier": "2"},
    "metric_source_ref": "elsewhere",
    "namespace": "monitoring",
    "notification_targets": [{"spec": {"target": "email"}}],
    "op": "lt",
    "plugin": {"id": "availability"},
    "plugins": {"chain": []},
    "ratio_metric": {"rawType": "success", "raw": asked("g")},
    "raw": asked("b"),
    "raw_type": "success",
    "slo_plugins": {"chain": []},
    "spec": deepcopy(INLINE["spec"]),
    "target_percent": 99.5,
    "threshold_metric": asked("up"),
    "time_slice_target": 0.9,
    "time_slice_window": "1m",
    "time_window": [{"duration": "28d"}],
    "total": asked("a_total"),
    "type": "Datadog",
    "value": 2,
}
"""What is written for a field, by its name."""

SILENT = {
    # Beside `raw` it has no effect. Source: the OpenSLO specification, v1.
    ("openslo", (5, "spec", "indicator", "spec", "ratioMetric", "counter")),
}
"""What may be said without effect."""

TAKEN_FOR_GRANTED = {"kind", "metadata"}
"""Of an object within another one they are its kind and name; the rest is tried field by field."""


def class_of(hint: Any) -> type[Entry] | None:
    """Return the class of entries in a hint, if there is one."""
    if isinstance(hint, type) and issubclass(hint, Entry):
        return hint
    return next((found for each in get_args(hint) if (found := class_of(each))), None)


def places(shape: type, node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield where each field stands that may be left out, or could: path, key, and its name."""
    hints = get_type_hints(shape)
    written = shape.__pydantic_config__["alias_generator"]  # type: ignore[attr-defined]  # an entry
    for field in fields(shape):
        hint, key = hints[field.name], written(field.name)
        is_optional = not (field.default is MISSING and field.default_factory is MISSING)
        if is_optional and field.name not in TAKEN_FOR_GRANTED:
            yield (*path, key), field.name
        inner, value = class_of(hint), node.get(key)
        if inner is not None and isinstance(value, dict):
            yield from places(inner, value, (*path, key))
        elif inner is not None and isinstance(value, list):
            for index, each in enumerate(value):
                yield from places(inner, each, (*path, key, index))


CASES = [
    pytest.param(base, path, name, id="-".join(map(str, (base, *path))))
    for base, (_word, documents, shapes) in BASES.items()
    for number, (document, shape) in enumerate(zip(documents, shapes, strict=True))
    for path, name in places(shape, document, (number,))
    if (base, path) not in SILENT
]


def outcome(word: str, documents: list[Any]) -> tuple[Any, ...]:
    """Return the specs that documents become, and what is told of them; a line is a document."""
    text = "---\n".join(json.dumps(document) + "\n" for document in documents)
    adoption = adopt(word, loaded([("in.yaml", text.encode())]), Asked())
    told = sorted((each.id, each.headline) for each in adoption.findings)
    return tuple((spec.file, spec.text) for spec in adoption.specs), told


@pytest.mark.parametrize(("base", "path", "name"), CASES)
def test_a_field_is_heard_of(base: str, path: tuple[str | int, ...], name: str) -> None:
    """Whether it is set makes a difference that somebody sees."""
    word, documents, _shapes = BASES[base]
    changed = deepcopy(documents)
    node: Any = changed
    for step in path[:-1]:
        node = node[step]
    if path[-1] in node:
        del node[path[-1]]
    else:
        node[path[-1]] = SAMPLES[name]

    assert outcome(word, documents) != outcome(word, changed)


@pytest.mark.parametrize("base", BASES)
def test_the_documents_are_sound(base: str) -> None:
    """What is compared with is a spec, so that a difference is that of the field."""
    word, documents, _shapes = BASES[base]
    specs, told = outcome(word, documents)

    assert (1, []) == (len(specs), told)
