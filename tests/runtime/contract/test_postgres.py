"""Parameters of the kinds about PostgreSQL, as a plan holds them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic_core import ValidationError

from runtime.contract.door import validator
from runtime.contract.postgres_analyze import PostgresAnalyze
from runtime.contract.postgres_bloat import PostgresBloat
from runtime.contract.postgres_reindex import PostgresReindex
from runtime.contract.postgres_vacuum import PostgresVacuum
from runtime.contract.units import PLAN


def read(kind: Any, **said: Any) -> Any:
    """Return the parameters that a plan says of a kind."""
    whole = {"dsn": {"env": "DSN"}, **said}
    return validator(kind).validate_python(whole, context=PLAN, by_name=True, by_alias=False)


@pytest.mark.parametrize(
    ("kind", "empty", "one"),
    [
        (PostgresAnalyze, {}, {"orders": ()}),
        (PostgresBloat, [], ("orders",)),
        (PostgresReindex, [], ("orders",)),
        (PostgresVacuum, [], ("orders",)),
    ],
)
def test_no_table_is_not_taken_for_every_table(kind: Any, empty: object, one: object) -> None:
    """All tables are meant where none are named, and not where a list is empty."""
    assert read(kind).tables is None
    assert one == read(kind, tables=one).tables
    with pytest.raises(ValidationError, match="at least 1 item"):
        read(kind, tables=empty)


@pytest.mark.parametrize("share", [1, 1.0, 5])
def test_a_share_that_nothing_exceeds_is_refused(share: float) -> None:
    """Nothing would ever be a finding."""
    assert Decimal("0.999") == read(PostgresBloat, above_ratio=0.999).above_ratio
    with pytest.raises(ValidationError, match="more than"):
        read(PostgresBloat, above_ratio=share)
