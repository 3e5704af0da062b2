"""Catalogues of metrics, built by hand, that take every branch of the instrumentation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from compiler.lower.plan import Origin, ServicePlan
from compiler.model.metrics import Metric
from tests.compiler.emit import plans

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.plan import Plan

METHODS = ("GET", "POST")


def every_metric() -> Mapping[str, Metric]:
    """Return metrics that together use every type, every form of label and all that is measured."""
    return {
        "shop_requests_total": Metric(
            counter="Requests answered",
            measures="http_requests",
            labels={"method": METHODS, "endpoint": 40, "status": 12, "region": ("eu", "us")},
        ),
        "shop_request_duration_seconds": Metric(
            histogram="Time to an answer",
            unit="seconds",
            measures="http_request_duration",
            buckets=(0.05, 0.5, 5),
            labels={"verb": METHODS, "route": 40, "code": ("2xx", "4xx", "5xx")},
        ),
        "shop_requests_running": Metric(
            gauge="Requests under way", measures="http_requests_active", labels={"method": METHODS}
        ),
        "shop_errors_total": Metric(
            counter="Errors by kind and part",
            measures="errors",
            labels={"error_type": ("timeout", "ValueError", "OSError"), "component": ("a", "b")},
        ),
        "shop_faults_total": Metric(counter="Errors", measures="errors", labels={"kind": 2}),
        "shop_orders_running": Metric(
            gauge="Orders under way", measures="runs_active", activity="order"
        ),
        "shop_order_seconds": Metric(
            summary="Time of an order",
            unit="seconds",
            measures="run_duration",
            activity="order",
            labels={"size": ("small", "large")},
        ),
        "shop_orders_total": Metric(
            counter="Orders that ended",
            measures="runs",
            activity="order",
            labels={"size": ("small", "large"), "result": ("ok", "failed", "cancelled")},
        ),
        "shop_class_total": Metric(
            counter="Imports", measures="runs", activity="class", labels={"class": ("new", "old")}
        ),
        "shop_stock": Metric(gauge="Things to sell", labels={"type": ("a", "b"), "self": 3}),
        "shop_share_ratio": Metric(gauge="Share", unit="ratio", labels={"type": ("x", "y")}),
        "shop_last_order_timestamp_seconds": Metric(gauge="Latest order", unit="timestamp"),
        "shop_wide": Metric(
            gauge="Many series",
            labels={
                name: tuple(f"{name}{number}" for number in range(11)) for name in ("a", "b", "c")
            },
        ),
        "shop_plain_seconds": Metric(histogram='Odd """text"""\n\\ and \u2013 \'"', unit="seconds"),
        "shop_usage": Metric(gauge="Usage", produced_by="the usage report"),
    }


def plan_of(metrics: Mapping[str, Metric], service: str = "shop") -> Plan:
    """Return the plan of a service with these metrics."""
    named = replace(plans.SERVICE, name=service, title=service.title())
    made = ServicePlan(
        origin=Origin(0, ("service",)), service=named, owner=plans.TEAM, metrics=metrics
    )
    return plans.plan(services={service: made})
