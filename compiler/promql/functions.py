"""The functions, aggregations and forms of PromQL, and which versions of Prometheus have each.

Checked against promtool 2.42; later versions by the project's changelog. Numbers are (major,
minor); `until` is the first version without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

Release: TypeAlias = tuple[int, int]

ALWAYS: Final[Release] = (2, 0)


@frozen(kw_only=False)
class Versions(Frozen):
    """From which version up to, and without, which one there is something.

    `instead` says what to write where there is not; `flag` names the feature flag it needs.
    """

    since: Release = ALWAYS
    until: Release | None = None
    instead: str = ""
    flag: str = ""

    def cover(self, version: str) -> bool:
        """Whether a version, such as ``2.42`` or ``2.42.1``, is one of them."""
        release = release_of(version)
        return self.since <= release and (self.until is None or release < self.until)


_FLAG: Final = "promql-experimental-functions"


def _experimental(major: int, minor: int, instead: str = "") -> Versions:
    return Versions((major, minor), None, instead, _FLAG)


AGGREGATIONS: Final[Mapping[str, Versions]] = {
    **dict.fromkeys(
        (
            *("avg", "bottomk", "count", "count_values", "max", "min"),
            *("quantile", "stddev", "stdvar", "sum", "topk"),
        ),
        Versions(),
    ),
    "group": Versions((2, 20)),
    "limitk": _experimental(2, 54, "`topk` or `bottomk` chooses by value"),
    "limit_ratio": _experimental(2, 54),
}
"""Operators that make fewer series of many."""

FUNCTIONS: Final[Mapping[str, Versions]] = {
    **dict.fromkeys(
        (
            *("abs", "absent", "avg_over_time", "ceil", "changes", "clamp_max", "clamp_min"),
            *("count_over_time", "day_of_month", "day_of_week", "days_in_month", "delta", "deriv"),
            *("exp", "floor", "histogram_quantile", "hour", "idelta", "increase", "irate"),
            *("label_join", "label_replace", "ln", "log10", "log2", "max_over_time"),
            *("min_over_time", "minute", "month", "predict_linear", "quantile_over_time", "rate"),
            *("resets", "round", "scalar", "sort", "sort_desc", "sqrt", "stddev_over_time"),
            *("stdvar_over_time", "sum_over_time", "time", "timestamp", "vector", "year"),
        ),
        Versions(),
    ),
    "absent_over_time": Versions((2, 16)),
    **dict.fromkeys(("clamp", "last_over_time", "sgn"), Versions((2, 26))),
    "present_over_time": Versions((2, 29)),
    **dict.fromkeys(
        (
            *("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "deg", "pi"),
            *("rad", "sin", "sinh", "tan", "tanh"),
        ),
        Versions((2, 31)),
    ),
    "day_of_year": Versions((2, 37)),
    **dict.fromkeys(("histogram_count", "histogram_fraction", "histogram_sum"), Versions((2, 40))),
    "holt_winters": Versions(
        ALWAYS, (3, 0), "3.0 calls it `double_exponential_smoothing`, behind a feature flag"
    ),
    **dict.fromkeys(("histogram_stddev", "histogram_stdvar"), Versions((2, 47))),
    **dict.fromkeys(("sort_by_label", "sort_by_label_desc"), _experimental(2, 49)),
    "mad_over_time": _experimental(2, 49, "`stddev_over_time` tells of the spread, less robustly"),
    "histogram_avg": Versions((2, 51), None, "divide `histogram_sum` by `histogram_count`"),
    "double_exponential_smoothing": _experimental(3, 0, "2.x calls it `holt_winters`"),
    "info": _experimental(
        3, 0, "join the labels: `x * on (instance, job) group_left (a) info_metric`"
    ),
    **dict.fromkeys(
        ("ts_of_last_over_time", "ts_of_max_over_time", "ts_of_min_over_time"),
        _experimental(3, 5),
    ),
    **dict.fromkeys(
        ("first_over_time", "ts_of_first_over_time"),
        _experimental(3, 7),
    ),
    "histogram_quantiles": _experimental(3, 10, "write one `histogram_quantile` for each quantile"),
}
"""Functions of a query."""

FORMS: Final[Mapping[str, Versions]] = {
    "utf8_name": Versions((3, 0), None, "names are letters, digits, `_` and `:`"),
    "unitless_duration": Versions((2, 54), None, "write the unit: `5m`, `30s`"),
    "duration_as_number": Versions((2, 54), None, "write the number of seconds"),
}
"""Ways of writing, by a name of ours."""

KEYWORDS: Final = frozenset(
    (
        *("and", "or", "unless", "atan2", "by", "without", "on", "ignoring", "group_left"),
        *("group_right", "bool", "offset"),
    )
)
"""Words that stand between operands; Prometheus reads them in any case."""


def release_of(version: str) -> Release:
    """Given a version as a spec writes it, return its first two numbers."""
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
