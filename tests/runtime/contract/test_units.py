"""Values with a written unit."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic_core import ValidationError

from runtime.contract.door import validator
from runtime.contract.units import (
    BYTES,
    DURATION_PATTERN,
    MILLISECONDS,
    PLAN,
    PROPORTION_PATTERN,
    SHARE_PATTERN,
    SIZE_PATTERN,
    Bytes,
    Ratio,
    Seconds,
    Share,
    Whole,
    format_duration,
    parse_duration,
    parse_proportion,
    parse_size,
)

SECONDS = validator(Seconds)
SIZE = validator(Bytes)
RATIO = validator(Ratio)
SHARE = validator(Share)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("1h30m", 5400),
        ("30d", 2_592_000),
        ("1w", 604_800),
        ("1y", 31_536_000),
        ("250ms", 0.25),
        ("1s500ms", 1.5),
        ("0s", 0),
    ],
)
def test_durations_become_seconds(text: str, seconds: float) -> None:
    """Units add up, largest first, as Prometheus writes them."""
    assert seconds == parse_duration(text)


@pytest.mark.parametrize(
    "text",
    ["", "5", "m", "5 m", "1m1h", "1.5h", "-5m", "5M", "5min", "5m\n", "\u0665m", "1" * 20 + "s"],
)
def test_what_is_no_duration_has_no_seconds(text: str) -> None:
    """No unit, a wrong order, fractions, signs, other digits and line breaks are refused."""
    assert parse_duration(text) is None


@given(st.integers(0, 10**12))
@example(0)
@example(1)
def test_a_formatted_duration_is_read_back(milliseconds: int) -> None:
    """What `format_duration` writes means the same number of seconds."""
    seconds = milliseconds / 1000

    assert seconds == parse_duration(format_duration(seconds))


@given(st.lists(st.sampled_from(sorted(MILLISECONDS)), unique=True, min_size=1), st.data())
def test_a_duration_is_the_sum_of_its_parts(units: list[str], data: st.DataObject) -> None:
    """Any units in falling order may be left out."""
    ordered = [unit for unit in MILLISECONDS if unit in units]
    parts = [(data.draw(st.integers(0, 9999)), unit) for unit in ordered]
    total = sum(count * MILLISECONDS[unit] for count, unit in parts)

    assert total / 1000 == parse_duration("".join(f"{count}{unit}" for count, unit in parts))


@given(st.integers(0, 10**12 - 1), st.sampled_from(sorted(BYTES)))
def test_a_whole_size_is_exact(count: int, unit: str) -> None:
    """Powers of ten by their SI names, powers of two by their IEC names."""
    assert count * BYTES[unit] == parse_size(f"{count}{unit}")


@pytest.mark.parametrize(
    ("text", "size"),
    [("1.5KiB", 1536), ("0.5kB", 500), ("0.3B", None), ("1KB", None), ("1 GiB", None), ("5", None)],
)
def test_a_size_is_a_whole_number_of_bytes(text: str, size: int | None) -> None:
    """A fraction of a byte, an unknown unit and a space are refused."""
    assert size == parse_size(text)


@given(st.decimals(min_value=0, max_value=999, places=4, allow_nan=False))
def test_a_proportion_is_exact(number: Decimal) -> None:
    """99.9% is 0.999, and not the nearest binary fraction of it."""
    assert number / 100 == parse_proportion(f"{number}%")


@pytest.mark.parametrize("text", ["99.9", "%", "-1%", "1e2%", ".5%", "5 %", "5%\n", "1000%"])
def test_what_is_no_proportion_has_no_fraction(text: str) -> None:
    """The percent sign is written, the number plain."""
    assert parse_proportion(text) is None


@given(st.one_of(st.text(max_size=12), st.from_regex(r"[0-9.]{1,4}[a-zA-Z%]{0,3}", fullmatch=True)))
def test_the_written_pattern_is_the_reader(text: str) -> None:
    """What an editor accepts by the pattern is what the reader does; sizes are whole too."""

    def fits(pattern: str) -> bool:
        return re.fullmatch(pattern.removesuffix("$"), text) is not None

    assert fits(DURATION_PATTERN) == (parse_duration(text) is not None)
    assert fits(PROPORTION_PATTERN) == (parse_proportion(text) is not None)
    assert fits(SIZE_PATTERN) or parse_size(text) is None


@pytest.mark.parametrize(
    ("read", "text", "number"),
    [
        (SECONDS, "5m", 300),
        (SIZE, "2kB", 2000),
        (RATIO, "99.9%", Decimal("0.999")),
        (SHARE, "85%", Decimal("0.85")),
    ],
)
def test_a_spec_writes_units_and_a_plan_numbers(read: Any, text: str, number: Any) -> None:
    """A bare number is a fault in a spec, and the value itself in a plan."""
    as_number = float(number) if isinstance(number, Decimal) else number

    assert number == read.validate_python(text)
    assert number == read.validate_python(as_number, context=PLAN)
    with pytest.raises(ValidationError) as raised:
        read.validate_python(as_number)
    assert ["spec/bad-unit"] == [error["type"] for error in raised.value.errors()]


@pytest.mark.parametrize("read", [SECONDS, SIZE, RATIO, SHARE])
@pytest.mark.parametrize("value", [None, True, [], {}, "", "x"])
def test_other_values_are_bad_units_in_a_plan_too(read: Any, value: object) -> None:
    """Truth values are no numbers, whoever writes them."""
    with pytest.raises(ValidationError) as raised:
        read.validate_python(value, context=PLAN)

    assert ["spec/bad-unit"] == [error["type"] for error in raised.value.errors()]


@pytest.mark.parametrize("text", ["0%", "7.5%", "099.5%", "100%", "100.0%"])
def test_a_share_is_the_whole_at_most(text: str) -> None:
    """The pattern, which editors know, lets through what is read."""
    assert re.fullmatch(SHARE_PATTERN, text)
    assert parse_proportion(text) == SHARE.validate_python(text)


@pytest.mark.parametrize("text", ["100.1%", "101%", "500%"])
def test_more_than_there_is_is_no_share(text: str) -> None:
    """Neither in a spec nor in a plan."""
    assert re.fullmatch(SHARE_PATTERN, text) is None
    for value, context in ((text, None), (float(text[:-1]) / 100, PLAN)):
        with pytest.raises(ValidationError, match="is more than there is"):
            SHARE.validate_python(value, context=context)


@pytest.mark.parametrize("value", ["200", 200.0, True, None])
def test_a_whole_number_is_written_as_one(value: object) -> None:
    """Text and fractions are not taken for it."""
    with pytest.raises(ValidationError):
        validator(Whole).validate_python(value)
