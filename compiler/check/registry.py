"""Which rules there are. A rule is imported when it runs or when its page is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import ModuleType

CHECKED: Final = (
    "alert/bad-threshold",
    "alert/no-dashboard",
    "alert/no-for",
    "alert/no-impact",
    "alert/no-owner",
    "alert/no-runbook",
    "alert/no-summary",
    "alert/reserved-label",
    "alert/template",
    "alert/untested",
    "artifact/collision",
    "environment/shared-target",
    "health/name-taken",
    "health/no-timeout",
    "health/not-applicable",
    "health/slower-than-interval",
    "health/unknown-user",
    "job/after-cycle",
    "job/after-elsewhere",
    "job/no-lease",
    "maintenance/bad-window",
    "metric/bucket-order",
    "metric/high-cardinality",
    "metric/measures",
    "metric/name",
    "metric/name-taken",
    "metric/reserved-label",
    "query/syntax",
    "query/unsupported-function",
    "resource/misplaced-queue",
    "retention/not-carried-out",
    "retention/unsafe-path",
    "route/builtin-severity",
    "route/inhibits-itself",
    "route/no-mail-server",
    "route/unsupported-receiver",
    "schedule/daylight-saving",
    "schedule/in-maintenance",
    "schedule/jitter-past-next-run",
    "schedule/never",
    "schedule/not-portable",
    "schedule/overlap",
    "schedule/thundering",
    "schedule/timeout-past-next-run",
    "schedule/unknown-zone",
    "scrape/dns-port",
    "scrape/interval-past-lookback",
    "scrape/relabel",
    "scrape/timeout-past-interval",
    "secret/literal",
    "secret/needs-file",
    "slo/always-on",
    "slo/bad-windows",
    "slo/composite-cycle",
    "slo/dead-branch",
    "slo/floor-without-events",
    "slo/grouped-composite",
    "slo/impossible-value",
    "slo/keeps-labels",
    "slo/low-traffic",
    "slo/native-histogram",
    "slo/no-error-budget-policy",
    "slo/no-impact",
    "slo/no-window",
    "slo/not-a-counter",
    "slo/not-a-gauge",
    "slo/not-a-histogram",
    "slo/not-a-selector",
    "slo/objective-range",
    "slo/objectives-without-by",
    "slo/off-bucket",
    "slo/period-factors",
    "slo/series-appears-late",
    "slo/uneven-windows",
    "slo/unknown-label",
    "slo/window-below-scrape",
    "slo/window-beyond-retention",
    "slo/window-range",
    "spec/bad-pattern",
    "spec/duplicate-across-specs",
    "spec/unknown-reference",
    "spec/unused",
    "stack/open-serve",
    "stack/unsupported-feature",
    "stack/unsupported-version",
)
"""Rules that look at a site, in the order in which they run."""

PAGES: Final = (
    "adopt/bad-name",
    "adopt/left-out",
    "adopt/unknown-format",
    "adopt/unsupported",
    "artifact/refused",
    "spec/bad-name",
    "spec/bad-samples",
    "spec/bad-schedule",
    "spec/bad-suppression",
    "spec/bad-unit",
    "spec/duplicate-key",
    "spec/expired-suppression",
    "spec/key-group",
    "spec/missing-key",
    "spec/out-of-range",
    "spec/rule-crashed",
    "spec/syntax",
    "spec/too-deep",
    "spec/unknown-key",
    "spec/unused-suppression",
    "spec/wrong-type",
    "spec/yaml-trap",
    "test/failed",
)
"""Rules that are decided elsewhere: on reading, on validation, by what runs rules or tests."""

RULES: Final = tuple(sorted((*CHECKED, *PAGES)))
"""Every id that a finding can have."""


def module(rule: str) -> ModuleType:
    """Given an id of `RULES`, return the rule's module."""
    family, fault = rule.split("/")
    return import_module(f"compiler.check.rules.{family}.{fault.replace('-', '_')}")
