"""The table of an SLO's detection: its rows as people read them, on a terminal or a page."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compiler.lower.slo.detection import least_traffic, rows
from compiler.lower.slo.words import percent, rounded_duration, rounded_number, rounded_percent

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

    from compiler.lower.slo.detection import Policy, Row

HEADS: Final = ("errors", "first", "after", "spent", "over", "page", "ticket", "exhausted")
HOUR: Final = 3600


def table(
    policies: tuple[Policy, ...], budget: Decimal, window_seconds: float
) -> tuple[tuple[str, ...], ...]:
    """Given the alerts of an SLO, return a row of cells, below `HEADS`, for each error rate."""
    return tuple(cells(row, budget) for row in rows(policies, budget, window_seconds))


def cells(row: Row, budget: Decimal) -> tuple[str, ...]:
    """Given a row, return its cells, below `HEADS`; an error rate that is the budget is marked."""
    first, page, ticket = row.first, row.of("page"), row.of("ticket")
    mark = "*" if row.error_ratio == budget else ""
    return (
        percent(row.error_ratio) + mark,
        f"{first.policy} {first.branch}" if first else "nothing",
        rounded_duration(first.after_seconds) if first else "",
        rounded_percent(first.spent) if first else "",
        rounded_duration(first.resets_seconds) if first else "",
        rounded_duration(page.after_seconds) if page else "never",
        rounded_duration(ticket.after_seconds) if ticket else "never",
        "never" if row.exhausted_seconds is None else rounded_duration(row.exhausted_seconds),
    )


@lru_cache(maxsize=256)
def single_errors(policies: tuple[Policy, ...], budget: Decimal) -> tuple[str, ...]:
    """Given the alerts of an SLO, return what one bad event alone does, a sentence for each."""
    return tuple(single_error(each.name, least_traffic(each, budget)) for each in policies)


def single_error(name: str, least: Fraction) -> str:
    """Given an alert and its least traffic, return what one bad event alone does."""
    if not least:
        return f"One bad event never sets off the {name}."
    return (
        f"One bad event sets off the {name} below {rounded_number(least * HOUR)} events an hour"
        f" ({rounded_number(least)}/s)."
    )
