"""The values of a spec, each in the place of a key."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic_core import ValidationError

from compiler.model import types, values
from runtime.contract.door import validator
from runtime.contract.secret import Secret
from runtime.schedule import parse


def refusal(annotation: Any, value: object) -> tuple[str, str]:
    """Given a type and a value that it refuses, return the id and the text of the refusal."""
    with pytest.raises(ValidationError) as raised:
        validator(annotation).validate_python(value)
    (error,) = raised.value.errors(include_url=False)
    return error["type"], error["msg"]


def accepts(annotation: Any, value: object) -> bool:
    """Given a type and a value, return whether the type takes it."""
    try:
        validator(annotation).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("annotation", "sound", "wrong"),
    [
        (types.Name, ("a", "tabular-api", "a_b-c2"), ("A", "a.b", "a--b", "1a", "a\n", "a" * 64)),
        (types.AlertName, ("A", "HighCPUUsage2"), ("high", "High-CPU", "High CPU", "")),
        (types.MetricName, ("up", "a:b_total"), ("1a", "a-b", "a.b")),
        (types.LabelName, ("instance", "_x"), ("a:b", "1", "a-b")),
        (types.Host, ("api1", "192.0.2.1", "a.example.org"), ("a b", "-a", "a:80", "a.")),
        (types.Target, ("a:80", "[2001:db8::1]:9093"), ("a", "a:", ":80", "http://a:80")),
        (types.Url, ("https://a/x?y#z", "http://a:80"), ("a", "ftp://a", "http://u:p@a/", "http://")),
        (types.Url, ("http://[::1]:80/",), ("http://[::1/", "http://a:99999/", "http://:80/")),
        (types.DashboardText, ("d/p", "/d/x", "https://a/d/x"), ("d/p/q", "//[x", "http://a:b/")),
        (types.Email, ("a@example.org",), ("a", "a@", "a b@example.org")),
        (types.FilePath, ("/", "/a b"), ("a", "./a", "/a\0")),
        (types.UrlPath, ("/", "/metrics?x=1"), ("metrics", "/a b")),
        (types.Version, ("2.42", "3.1.0"), ("2", "v2.42", 2.42)),
        (types.Zone, ("UTC", "Europe/Berlin", "Etc/GMT+1"), ("", "/UTC", "Europe Berlin")),
        (types.Flag, (True, False), ("true", 1, None)),
        (types.Count, (0, 5), (-1, 1.0, "1", True)),
        (types.Positive, (1,), (0, 1.0)),
        (types.Number, (1, 0.5, -2), ("1", True, float("inf"), float("nan"))),
        (types.Text, ("x", "Ümlaut"), ("", 5, None, "x" * 4097)),
    ],
)  # fmt: skip
def test_plain_values_have_one_form(
    annotation: Any, sound: tuple[object, ...], wrong: tuple[object, ...]
) -> None:
    """What is of the form is taken, all else is refused."""
    assert [value for value in sound if not accepts(annotation, value)] == []
    assert [value for value in wrong if accepts(annotation, value)] == []


@pytest.mark.parametrize(
    ("written", "value", "dimension"),
    [
        (100, Decimal(100), "number"),
        (0.1, Decimal("0.1"), "number"),
        ("80%", Decimal("0.8"), "ratio"),
        ("0.1%", Decimal("0.001"), "ratio"),
        ("250ms", Decimal("0.25"), "seconds"),
        ("1.5KiB", Decimal(1536), "bytes"),
    ],
)
def test_a_threshold_is_exact_and_knows_its_dimension(
    written: object, value: Decimal, dimension: str
) -> None:
    """No binary fraction comes in between."""
    quantity = validator(values.Threshold).validate_python(written)

    assert (value, dimension, str(written)) == (quantity.value, quantity.dimension, quantity.text)


@pytest.mark.parametrize("value", ["x", "80 %", "", None, True, [], float("inf"), float("nan")])
def test_what_is_no_quantity_is_a_bad_unit(value: object) -> None:
    """Text without a unit, truth values and what is not finite."""
    assert refusal(values.Threshold, value)[0] == "spec/bad-unit"


@pytest.mark.parametrize(
    ("written", "operator", "value"),
    [
        ("500", "=", "500"),
        ({"matches": "5.."}, "=~", "5.."),
        ({"not": "200"}, "!=", "200"),
        ({"not_matches": "2.."}, "!~", "2.."),
        ({"not": "("}, "!=", "("),
    ],
)
def test_a_matcher_is_literal_unless_it_says_how(
    written: object, operator: str, value: str
) -> None:
    """Only the patterns are regular expressions."""
    assert values.Matcher(operator, value) == validator(  # type: ignore[arg-type]  # one of them
        values.LabelMatcher
    ).validate_python(written)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (500, "spec/wrong-type"),
        ({}, "spec/wrong-type"),
        ({"is": "x"}, "spec/wrong-type"),
        ({"matches": 5}, "spec/wrong-type"),
        ({"matches": "a", "not": "b"}, "spec/wrong-type"),
    ],
)
def test_what_is_no_matcher_is_refused(value: object, rule: str) -> None:
    """Numbers, unknown comparisons, two at once, and broken patterns."""
    assert rule == refusal(values.LabelMatcher, value)[0]


def test_label_values_are_listed_or_estimated() -> None:
    """`~40` says about how many."""
    read = validator(values.LabelValues)

    assert ("GET", "POST") == read.validate_python(["GET", "POST"])
    assert read.validate_python("~40") == 40
    wrong: tuple[object, ...] = ("40", "~0", "~", [], [1], 40, None)
    assert [value for value in wrong if accepts(values.LabelValues, value)] == []


def test_paths_are_one_or_several() -> None:
    """Each is absolute."""
    read = validator(types.Paths)

    assert ("/a",) == read.validate_python("/a")
    assert ("/a", "/b/*.log") == read.validate_python(["/a", "/b/*.log"])
    wrong: tuple[object, ...] = ("a", [], ["/a", "b"], ["/a", 1], {}, "/a\0")
    assert [value for value in wrong if accepts(types.Paths, value)] == []


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("daily at 02:00", "daily at 02:00"),
        ("manual", "manual"),
        ({"cron": "0 2 * * 0"}, "cron: 0 2 * * 0"),
    ],
)
def test_a_schedule_is_held_as_it_is_parsed(written: object, held: str) -> None:
    """Both ways of writing cron are one text, that `runtime.schedule.parse` reads."""
    found = validator(values.ScheduleText).validate_python(written)

    assert held == found
    assert held == parse(found).text


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("daily at 25:00", "spec/bad-schedule"),
        ("soon", "spec/bad-schedule"),
        ({"cron": "99 * * * *"}, "spec/bad-schedule"),
        ({"cron": "0 2 * * 0", "x": 1}, "spec/wrong-type"),
        (5, "spec/wrong-type"),
        (None, "spec/wrong-type"),
    ],
)
def test_what_is_no_schedule_is_refused(value: object, rule: str) -> None:
    """A text by its words, anything else by its type."""
    assert rule == refusal(values.ScheduleText, value)[0]


CANARY = "canary-7f3a"


@pytest.mark.parametrize(
    "value",
    [CANARY, [CANARY], {"value": CANARY}, {"file": CANARY}, {"env": f"{CANARY} x"}, 7],
)
def test_a_secret_that_is_written_is_refused_without_being_told(value: object) -> None:
    """Neither the message nor the reason holds what was written in its place."""
    with pytest.raises(ValidationError) as raised:
        validator(Secret).validate_python(value)

    said = [(e["type"], e["msg"], e.get("ctx", {}).get("help")) for e in raised.value.errors()]
    assert CANARY not in str(said)


@pytest.mark.parametrize("given", [{"env": "X"}, {"file": "/x"}, {"credential": "x"}])
def test_a_secret_names_one_place(given: dict[str, str]) -> None:
    """An environment variable, a file or a credential."""
    assert Secret(**given) == validator(Secret).validate_python(given)
    assert not accepts(Secret, {**given, "env": "Y", "file": "/y"})
