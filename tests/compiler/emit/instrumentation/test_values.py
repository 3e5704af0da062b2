from __future__ import annotations

import enum
import logging
from typing import TYPE_CHECKING, Any

from prometheus_client import generate_latest

from tests.compiler.emit.instrumentation.watched import (
    value,
)

if TYPE_CHECKING:
    import pytest


def test_a_value_outside_of_its_set_is_other_and_told_once(
    metrics: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it comes; what is told is bounded, too."""
    for number in range(10_000):
        metrics.shop_stock.set(1, type=f"new{number % 500}\n", self_="x")

    assert 1 == value(metrics, "shop_stock", type="other", self="x")
    assert 20 == len(caplog.records)
    assert "'new0\\n'" in caplog.text
    assert caplog.text.rstrip().endswith("further ones are not logged")


def test_of_an_estimated_label_the_first_values_count(
    metrics: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Ten at least, three times the estimate; then it is `other`, and told once."""
    for number in range(50):
        metrics.shop_stock.inc(type="a", self_=f"value{number}")

    assert 1 == value(metrics, "shop_stock", type="a", self="value9")
    assert 40 == value(metrics, "shop_stock", type="a", self="other")
    assert 1 == len(caplog.records)


class Kind(str, enum.Enum):  # noqa: UP042  # what services have
    """A type of the service's own."""

    A = "a"


def test_enumerations_and_numbers_are_their_values(metrics: Any) -> None:
    """What code has at hand is what is counted."""
    metrics.shop_stock.inc(2, type=Kind.A, self_=7)

    assert 2 == value(metrics, "shop_stock", type="a", self="7")


class Unspeakable:
    """What has no text."""

    def __str__(self) -> str:
        """Fail."""
        raise RuntimeError("no text")


def test_a_call_that_fails_is_logged_once_and_not_raised(
    metrics: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a value that a metric cannot take nor a label without a text breaks the service."""
    for _time in range(3):
        metrics.shop_faults_total.inc(-1, kind="x")
        metrics.shop_stock.set(1, type=Unspeakable(), self_="x")
        metrics.shop_plain_seconds.observe("much")
        with metrics.shop_order_seconds.time(size=Unspeakable()), metrics.order(size=Unspeakable()):
            pass

    assert [
        "shop_faults_total.inc",
        "shop_stock.set",
        "shop_plain_seconds.observe",
        "what a block begins with",
        "what a block ends with",
    ] == [record.args[0] for record in caplog.records if record.args]  # type: ignore[index]  # a tuple


def test_what_no_page_could_hold_is_other(metrics: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A lone surrogate would break the page for Prometheus, and a long value its memory."""
    caplog.set_level(logging.CRITICAL)
    for odd in ("\udc80", "x" * 100_000):
        metrics.shop_stock.inc(type="a", self_=odd)

    assert 2 == value(metrics, "shop_stock", type="a", self="other")
    assert generate_latest(metrics.registry)


def test_declared_series_exist_from_the_start_within_bounds(metrics: Any) -> None:
    """Those of 1331 series are too many, and appear with their first value."""
    assert 0 == value(metrics, "shop_share_ratio", type="y")
    assert 0 == value(metrics, "shop_errors_total", error_type="timeout", component="b")
    assert None is value(metrics, "shop_wide", a="a0", b="b0", c="c0")


def test_a_program_has_one_set_of_metrics(module: Any) -> None:
    """`shared` registers once, however often it is asked."""
    first = module.shared()

    assert first is module.shared()
