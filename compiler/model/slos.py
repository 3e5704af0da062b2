"""Section ``slos``: what is promised, how it is measured, who hears of a broken promise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic_core import PydanticCustomError

from compiler.model.alert_tests import SloAlertTest
from compiler.model.types import (
    AlertName,
    DashboardText,
    Flag,
    LabelName,
    Name,
    Positive,
    Query,
    Text,
    Url,
    parsed_by,
)
from compiler.model.values import LabelMatcher, Matcher, matcher
from runtime.contract.entry import Entry, entry
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import PositiveSeconds, Ratio, Seconds

DAY_SECONDS: Final = 86_400


def _selection(value: Any) -> tuple[tuple[str, Matcher], ...] | str:
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, dict) and value:
        return tuple([(str(name), matcher(said)) for name, said in value.items()])
    raise PydanticCustomError(
        "spec/wrong-type",
        "expected label matchers or a query",
        {"help": 'write `{status: {matches: "5.."}}`, or a selector, or a query with `[$window]`'},
    )


Selection = Annotated[
    tuple[tuple[str, Matcher], ...] | str,
    parsed_by(
        _selection,
        {
            "anyOf": [
                {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": LabelMatcher.__metadata__[0].written,
                },
                {"type": "string", "minLength": 1, "maxLength": 20_000},
            ],
            "examples": [{"status": {"matches": "5.."}}, "app_errors_total"],
        },
    ),
]
"""Labels of `total` by which events are told apart, or a selector, or a query with `[$window]`."""


def _factor(value: Any) -> Decimal:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value))
        if number.is_finite() and 0 < number <= Decimal(100_000):
            return number
    raise PydanticCustomError(
        "spec/out-of-range",
        "`{shown}` is not a burn rate",
        {"shown": str(value)[:40], "help": "write a number above zero, such as `14.4`"},
    )


BurnRate = Annotated[
    Decimal,
    parsed_by(
        _factor,
        {"type": "number", "exclusiveMinimum": 0, "maximum": 100_000, "examples": [14.4]},
    ),
]
"""How many times faster than allowed the error budget is spent; 1 spends it just in the window."""


@frozen(kw_only=False)
class Traffic(Frozen):
    """So many events in so many seconds; `text` as written."""

    events: Decimal
    seconds: int
    text: str


_PER: Final = {"second": 1, "minute": 60, "hour": 3600, "day": DAY_SECONDS}
_TRAFFIC: Final = r"^[0-9]{1,12}(\.[0-9]{1,6})? per (second|minute|hour|day)$"


def _traffic(value: Any) -> Traffic:
    if isinstance(value, str) and re.fullmatch(_TRAFFIC, value):
        count, _, unit = value.partition(" per ")
        if Decimal(count) > 0:
            return Traffic(Decimal(count), _PER[unit], value)
    raise PydanticCustomError(
        "spec/bad-unit",
        "`{shown}` is not so many events in a time",
        {
            "shown": str(value)[:40],
            "help": "write `10 per minute`; the times are `second`, `minute`, `hour`, `day`",
        },
    )


ExpectedTraffic = Annotated[
    Traffic,
    parsed_by(
        _traffic,
        {"type": "string", "pattern": _TRAFFIC, "examples": ["10 per minute"]},
    ),
]
"""How many events there are in a time, as a rule."""


@entry
class Events(Entry):
    """Events of which some are bad: counters."""

    exactly_one: ClassVar = (("good", "bad"),)

    total: Query
    """All events: a counter with its matchers, or a query with `[$window]` in it."""
    bad: Selection | None = None
    """Events that break the promise."""
    good: Selection | None = None
    """Events that keep the promise, where the bad ones are not counted."""


@entry
class Latency(Entry):
    """Requests that are answered in time: a histogram."""

    of: Query
    """The histogram's name, with matchers where not all of it counts; no suffix."""
    under_seconds: PositiveSeconds
    """Time within which an answer is good: a boundary of the histogram's buckets."""
    native: Flag = False
    """Whether the histogram is a native one, which has no fixed buckets (Prometheus 3)."""


@entry
class ErrorRatio(Entry):
    """A share that something else computes."""

    exactly_one: ClassVar = (("bad", "good"),)

    bad: Query | None = None
    """Query of the share that breaks the promise, 0 to 1; `[$window]` stands for its range."""
    good: Query | None = None
    """Query of the share that keeps the promise, 0 to 1; `[$window]` stands for its range."""


@entry
class Boolean(Entry):
    """A gauge that is 1 while the promise is kept, and 0 while it is broken."""

    of: Query
    """The gauge: a selector, or any query."""


@entry
class Freshness(Entry):
    """The age of something that is renewed."""

    of: Query
    """Gauge of the time at which it was last renewed, in seconds since 1970."""
    under_seconds: PositiveSeconds
    """Age up to which it is fresh."""


@entry
class Composite(Entry):
    """What several SLOs of the service make together."""

    exactly_one: ClassVar = (("worst_of", "weighted"),)

    worst_of: tuple[Name, ...] | None = None
    """SLOs of which the worst counts at any time."""
    weighted: Mapping[Name, Positive] | None = None
    """SLOs with their weights; their shares of bad events are averaged."""


@entry
class BurnWindow(Entry):
    """A pair of windows: fires while the budget burns too fast in both of them."""

    exactly_one: ClassVar = (("spends_ratio", "factor"),)

    short_seconds: PositiveSeconds
    """The window that ends the alert soon after the errors have ended."""
    long_seconds: PositiveSeconds
    """The window in which the budget is spent."""
    spends_ratio: Ratio | None = None
    """Share of the whole budget that is spent in the long window when the alert fires."""
    factor: BurnRate | None = None
    """Burn rate above which the alert fires."""


@entry
class BurnAlert(Entry):
    """An alert about a budget that burns too fast."""

    disabled: Flag = False
    """Whether there is no such alert."""
    name: AlertName | None = None
    """Name of the alert; service, SLO and `Page` or `Ticket` when none is given."""
    severity: Name | None = None
    """Severity; `critical` of a page and `warning` of a ticket when none is given."""
    for_seconds: Seconds = 0
    """How long the condition must hold before the alert fires."""
    keep_firing_for_seconds: Seconds | None = None
    """How long the alert goes on after the condition has ended."""
    windows: Mapping[Name, BurnWindow] = field(default_factory=dict)
    """Pairs of windows by name, of which any one fires; those of the field for the SLO's window
    when none are given."""
    labels: Mapping[LabelName, Text] = field(default_factory=dict)
    """Further labels of the alert."""
    annotations: Mapping[LabelName, Text] = field(default_factory=dict)
    """Further annotations of the alert; templates of Prometheus."""


@entry
class WatchAlert(Entry):
    """An alert about the measurement itself."""

    disabled: Flag = False
    """Whether there is no such alert."""
    severity: Name = "warning"
    """Severity of the alert."""
    for_seconds: Seconds = 900
    """How long the condition must hold before the alert fires."""


@entry
class Floor(Entry):
    """What must have happened in the long window before a page or a ticket is sent."""

    at_least_one: ClassVar = (("events", "errors"),)

    events: Positive | None = None
    """Least number of events, good and bad."""
    errors: Positive | None = None
    """Least number of bad events."""


@entry
class SloAlerts(Entry):
    """Who hears of a broken promise, and when."""

    page: BurnAlert = field(default_factory=BurnAlert)
    """The alert that wakes somebody."""
    ticket: BurnAlert = field(default_factory=BurnAlert)
    """The alert that is looked at in working hours."""
    no_data: WatchAlert = field(default_factory=WatchAlert)
    """The alert about events that are not counted any more."""
    guard: WatchAlert = field(default_factory=WatchAlert)
    """The alert about more bad or good events than events, where counting allows that."""
    floor: Floor | None = None
    """Traffic below which neither page nor ticket is sent."""
    labels: Mapping[LabelName, Text] = field(default_factory=dict)
    """Further labels of all these alerts."""
    annotations: Mapping[LabelName, Text] = field(default_factory=dict)
    """Further annotations of page and ticket; templates of Prometheus."""


@cache
def default_alerts() -> SloAlerts:
    """Return what is alerted on where nothing is said: most SLOs share it."""
    return SloAlerts()


@entry
class BudgetStep(Entry):
    """What is done when little of the error budget is left."""

    remaining_ratio: Ratio
    """Share of the budget; the step is due when less than this is left."""
    action: Text
    """What is done then."""
    severity: Name = "warning"
    """Severity of the alert that says so."""
    for_seconds: Seconds = 300
    """How long the condition must hold before the alert fires."""


@entry
class Slo(Entry):
    """One promise: a share of good events over a window of time."""

    exactly_one: ClassVar = (
        ("events", "latency", "ratio", "boolean", "freshness", "job", "composite"),
    )

    title: Text | None = None
    """Name for people; made of the key when none is given."""
    description: Text | None = None
    """What is promised, in words."""
    objective_ratio: Ratio
    """Share of good events that is promised."""
    objectives: Mapping[Text, Ratio] = field(default_factory=dict)
    """Other objectives for values of the one label that `by` names."""
    window_seconds: PositiveSeconds = 30 * DAY_SECONDS
    """Rolling window over which the promise is kept, 1h to 365d."""
    calendar: tuple[Literal["month", "quarter"], ...] = ()
    """Calendar periods, in UTC, for which the budget is reported besides."""
    by: tuple[LabelName, ...] = ()
    """Labels by whose values there is one budget each; alerts carry them."""
    every_seconds: PositiveSeconds | None = None
    """Evaluation interval of the rules; that of `stack.prometheus` when none is given."""
    events: Events | None = None
    """Good and bad events."""
    latency: Latency | None = None
    """Answers in time."""
    ratio: ErrorRatio | None = None
    """A share that something else computes."""
    boolean: Boolean | None = None
    """Time for which a gauge is 1."""
    freshness: Freshness | None = None
    """Time for which something is fresh."""
    job: Name | None = None
    """Runs of a job that end well; a key of `jobs`."""
    composite: Composite | None = None
    """Several SLOs together."""
    alerts: SloAlerts = field(default_factory=default_alerts)
    """Who hears of it, and when."""
    budget: Mapping[Name, BudgetStep] = field(default_factory=dict)
    """Error-budget policy: what is done when little of the budget is left, by name."""
    tests: Mapping[Name, SloAlertTest] = field(default_factory=dict)
    """Tests of the alerts by what they show, where opsc cannot play what is measured."""
    traffic: ExpectedTraffic | None = None
    """Least traffic that is usual; checked against what a single bad event sets off."""
    excludes: tuple[Name, ...] = ()
    """Maintenance windows in which events do not count; keys of `maintenance.windows`."""
    compatibility: Literal["sloth"] | None = None
    """Whose names the series, labels and alerts have; `opsc` when none is given."""
    owner: Name | None = None
    """Team that answers; the service's owner when none is given."""
    impact: Text | None = None
    """What users notice when the promise is broken."""
    steps: tuple[Text, ...] = ()
    """What whoever is called does first, in order."""
    queries: Mapping[Text, Query] = field(default_factory=dict)
    """First questions to ask Prometheus, by what they tell."""
    runbook: Url | None = None
    """Address of the runbook; the compiled page when none is given."""
    dashboard: DashboardText | None = None
    """What to look at: a dashboard, or a panel of one, by name, or an address."""
    links: Mapping[Text, Url] = field(default_factory=dict)
    """Further addresses, by what they show."""
    labels: Mapping[LabelName, Text] = field(default_factory=dict)
    """Further labels of the SLO's information series and of its alerts."""
