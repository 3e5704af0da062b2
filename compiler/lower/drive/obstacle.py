"""Whether an expression is one that can be driven: its text enters, what stands in the way leaves.

Nothing is searched here, so that a check may ask about every alert.
"""

from __future__ import annotations

from functools import lru_cache

from compiler.lower.drive.evaluate import evaluator
from compiler.lower.drive.uses import read
from compiler.lower.drive.world import Unforeseeable
from compiler.promql.parse import parse
from compiler.promql.tree import Query


@lru_cache(maxsize=4_096)
def obstacle(expression: str) -> str | None:
    """Given an expression, return what keeps it from being driven, or None.

    An expression that cannot be read has no obstacle: others say what is wrong with it.
    """
    query = parse(expression)
    if not isinstance(query, Query):
        return None
    try:
        evaluator(query.tree)
        reading = read(query.tree)
    except Unforeseeable as outcome:
        return str(outcome)
    return None if reading.uses else "it asks for no metric"
