"""Which labels an expression surely drops: a query's tree enters, a set of labels leaves.

Conservative: a label counts as dropped only where no series can carry it out. Written after
Prometheus' evaluation: `resultMetric` for operators between vectors, aggregation keys, functions.
"""

from __future__ import annotations

from typing import Any, Final

import promql_parser

from compiler.promql.tree import kind_of
from runtime.contract.frozen import Frozen, frozen


@frozen(kw_only=False)
class Known(Frozen):
    """At most these labels are left."""

    labels: frozenset[str]

    def has(self, label: str) -> bool:
        """Whether a label can be there."""
        return label in self.labels


@frozen(kw_only=False)
class AllExcept(Frozen):
    """Any label can be left but these."""

    labels: frozenset[str]

    def has(self, label: str) -> bool:
        """Whether a label can be there."""
        return label not in self.labels


Labels = Known | AllExcept

NONE: Final = Known(frozenset())
ANY: Final = AllExcept(frozenset())

_WITHOUT_SERIES: Final = frozenset(("pi", "scalar", "time", "vector"))
_DATES: Final = frozenset(
    (
        "day_of_month",
        "day_of_week",
        "day_of_year",
        "days_in_month",
        "hour",
        "minute",
        "month",
        "year",
    )
)
_CHOOSING: Final = frozenset(("bottomk", "limit_ratio", "limitk", "topk"))


def both(left: Labels, right: Labels) -> Labels:
    """Return the labels that can be in both."""
    if isinstance(left, Known):
        return Known(frozenset(label for label in left.labels if right.has(label)))
    if isinstance(right, Known):
        return both(right, left)
    return AllExcept(left.labels | right.labels)


def either(left: Labels, right: Labels) -> Labels:
    """Return the labels that can be in one of them."""
    if isinstance(left, Known) and isinstance(right, Known):
        return Known(left.labels | right.labels)
    if isinstance(left, Known):
        return either(right, left)
    return AllExcept(frozenset(label for label in left.labels if not right.has(label)))


def added(labels: Labels, more: frozenset[str]) -> Labels:
    """Return the labels with further ones."""
    return either(labels, Known(more))


def without(labels: Labels, fewer: frozenset[str]) -> Labels:
    """Return the labels less some."""
    return both(labels, AllExcept(fewer))


def labels_of(tree: Any) -> Labels:
    """Given a tree of promql-parser, return the labels that its result can have."""
    if isinstance(tree, promql_parser.VectorSelector):
        return _selected(tree)
    if isinstance(tree, promql_parser.MatrixSelector):
        return _selected(tree.vector_selector)
    if isinstance(
        tree, promql_parser.ParenExpr | promql_parser.UnaryExpr | promql_parser.SubqueryExpr
    ):
        return labels_of(tree.expr)
    if isinstance(tree, promql_parser.AggregateExpr):
        return _aggregated(tree)
    if isinstance(tree, promql_parser.Call):
        return _called(tree)
    if isinstance(tree, promql_parser.BinaryExpr):
        return _joined(tree)
    return NONE


def _selected(selector: Any) -> Labels:
    """Return what a selector lets through: a label that must be empty is not there."""
    if selector.matchers.or_matchers:
        return ANY
    empty = frozenset(
        matcher.name
        for matcher in selector.matchers.matchers
        if matcher.op == promql_parser.MatchOp.Equal and matcher.value == ""
    )
    return AllExcept(empty)


def _aggregated(tree: Any) -> Labels:
    inner, operator, modifier = labels_of(tree.expr), str(tree.op), tree.modifier
    if operator in _CHOOSING:
        return inner
    if modifier is None:
        kept: Labels = NONE
    elif modifier.type == promql_parser.AggModifierType.By:
        kept = both(Known(frozenset(modifier.labels)), inner)
    else:
        kept = without(inner, frozenset((*modifier.labels, "__name__")))
    if operator == "count_values":
        return added(kept, frozenset((_text(tree.param),)))
    return kept


def _called(tree: Any) -> Labels:
    name, arguments = tree.func.name, list(tree.args)
    if name in _WITHOUT_SERIES or (name in _DATES and not arguments):
        return NONE
    if name in ("absent", "absent_over_time"):
        return _absent(arguments[0])
    if name == "info":
        return ANY
    vector = next((each for each in arguments if not _is_plain(each)), None)
    if vector is None:
        return NONE
    inner = labels_of(vector)
    if name == "histogram_quantile":
        return without(inner, frozenset(("le",)))
    if name in ("label_replace", "label_join"):
        return added(inner, frozenset((_text(arguments[1]),)))
    return inner


def _is_plain(tree: Any) -> bool:
    return isinstance(tree, promql_parser.NumberLiteral | promql_parser.StringLiteral)


def _text(tree: Any) -> str:
    return str(tree.val) if isinstance(tree, promql_parser.StringLiteral) else ""


def _absent(argument: Any) -> Labels:
    """Return what `absent` makes up: the labels that its selector matches with `=`, once each."""
    if isinstance(argument, promql_parser.ParenExpr):
        return _absent(argument.expr)
    if isinstance(argument, promql_parser.MatrixSelector):
        return _absent(argument.vector_selector)
    if not isinstance(argument, promql_parser.VectorSelector):
        return NONE
    names = [matcher.name for matcher in argument.matchers.matchers]
    return Known(
        frozenset(
            matcher.name
            for matcher in argument.matchers.matchers
            if matcher.op == promql_parser.MatchOp.Equal and names.count(matcher.name) == 1
        )
        - {"__name__"}
    )


def _joined(tree: Any) -> Labels:
    """Return the labels that an operator leaves, after Prometheus' `resultMetric`."""
    left, right = labels_of(tree.lhs), labels_of(tree.rhs)
    if kind_of(tree.lhs) == "scalar":
        return right
    if kind_of(tree.rhs) == "scalar":
        return left
    operator, modifier = str(tree.op), tree.modifier
    if operator == "or":
        return either(left, right)
    if operator in ("and", "unless"):
        return left
    if modifier is None:
        return both(left, right)
    card = str(modifier.card).rpartition(".")[2]
    copied = frozenset(modifier.group_labels or ())
    if card == "ManyToOne":
        return added(without(left, copied), copied) if copied else left
    if card == "OneToMany":
        return added(without(right, copied), copied) if copied else right
    return _one_to_one(left, right, modifier.matching)


def _one_to_one(left: Labels, right: Labels, matching: Any) -> Labels:
    if matching is None:
        return both(left, right)
    matched = frozenset(matching.labels)
    if matching.type == promql_parser.LabelModifierType.Include:
        return both(Known(matched), both(left, right))
    return without(both(left, right), matched)
