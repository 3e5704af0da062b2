"""Samples of written tests, as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic_core import ValidationError

from compiler.model.alert_tests import Samples
from compiler.model.schemas import validator

if TYPE_CHECKING:
    from compiler.model.alerts import Alert


def alert(samples: object, series: str = "up") -> Alert:
    """Return an alert with one test of one series."""
    said = {
        "group": "system",
        "value": "up",
        "equals": 0,
        "severity": "info",
        "tests": {"shown": {"series": {series: samples}, "silent": ["1m"]}},
    }
    read: Alert = validator("alert").validate_python(said)
    return read


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1x10 0x20", Samples("1+0x10 0+0x20", 32)),
        ("0+10x60", Samples("0+10x60", 61)),
        ("100-0.5x3", Samples("100-0.5x3", 4)),
        ("1 2.5 -3 .5 1e3", Samples("1 2.5 -3 .5 1e3", 5)),
        ("1 _ _x5 stale NaN -Inf", Samples("1 _ _x5 stale NaN -Inf", 10)),
        ("1\n2", Samples("1 2", 2)),
        (7, Samples("7", 1)),
        (0.5, Samples("0.5", 1)),
    ],
)
def test_samples_are_read(written: object, expected: Samples) -> None:
    """Every step of promtool's notation is read, and a repetition says by how much it changes."""
    found = alert(written).tests["shown"].series["up"]

    assert found == expected


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("1 x 10", (2, 3)),
        ("1x10 down", (5, 9)),
        ("1+1", (0, 3)),
        ("1-+1x2", (0, 6)),
        ("1, 2", (0, 2)),
        ("0x1f", (0, 4)),
        ("1x60000 2x60000", (8, 15)),
    ],
)
def test_a_bad_step_is_shown(written: str, span: tuple[int, int]) -> None:
    """What is no step, or one too many, is pointed at."""
    with pytest.raises(ValidationError) as raised:
        alert(written)

    [error] = raised.value.errors()
    found = (error["type"], error["ctx"]["start"], error["ctx"]["end"])
    assert found == ("spec/bad-samples", *span)


@pytest.mark.parametrize("written", ["", "  ", None, True, ["1"], {"a": 1}])
def test_what_holds_no_samples_is_refused(written: object) -> None:
    """Nothing, and what is no text, is refused."""
    with pytest.raises(ValidationError) as raised:
        alert(written)

    assert [error["type"] for error in raised.value.errors()] == ["spec/bad-samples"]


@pytest.mark.parametrize(
    "series", ["up{}", 'up{job="a"}', 'up{a="x", b="y{},=",}', 'up{ a="\\"" }', "a:b:c"]
)
def test_series_are_read(series: str) -> None:
    """A metric with labels compared by `=` is a series."""
    assert list(alert("1", series).tests["shown"].series) == [series]


@pytest.mark.parametrize(
    "series", ["", "{}", '{a="x"}', "up{a=x}", "up{a='x'}", 'up{a=~"x"}', "up{", "up > 0", "up[5m]"]
)
def test_what_is_no_series_is_refused(series: str) -> None:
    """Matchers that choose among series, expressions and ranges are none."""
    with pytest.raises(ValidationError) as raised:
        alert("1", series)

    assert len(raised.value.errors()) == 1
