from __future__ import annotations

import pytest

from compiler.source.scalars import SUSPECTS, Trap, meaning


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("0", 0),
        ("-3", -3),
        ("+12", 12),
        ("9" * 18, 10**18 - 1),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("2.5E-3", 0.0025),
    ],
)
def test_numbers_truth_values_and_null_have_their_core_meaning(written: str, value: object) -> None:
    """What YAML 1.2's core schema reads as more than text is read so, in its very type."""
    assert value == meaning(written)
    assert type(value) is type(meaning(written))


@pytest.mark.parametrize(
    "written",
    [
        *("nULL", "tRUE", "5m", "99.9%", "2027-03-01", "2027-03-01T10:00:00Z", "02:00", "1:99"),
        *(
            "nobody",
            "yesterday",
            "offline",
            "-",
            "+",
            ".",
            "..",
            "1e",
            "0x",
            "0xZZ",
            "1.2.3",
            "+-1",
        ),
        *(
            "daily at 02:00",
            "localhost:8000",
            "10.0.0.1:80",
            "~40",
            "_1",
            "-.",
            "٣",
            "1:30am",
            "08h",
        ),
    ],
)
def test_everything_else_is_text(written: str) -> None:
    """What merely begins like a number or a word of YAML is the text that it is."""
    assert written == meaning(written)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "y",
            "N",
            "yes",
            "No",
            "ON",
            "off",
            "oN",
            "12:30",
            "1:30:00",
            "-1:30",
            "1:30.5",
            "190:20",
        ),
        *(
            "0123",
            "-017",
            "08",
            "00",
            "0_1",
            "0x1F",
            "+0x1f",
            "0o17",
            "0b1",
            "1_000",
            "1_0.5",
            "1_",
        ),
        *(".inf", "-.INF", ".NaN", "1e999", "-1e999", "9" * 19, "9" * 5000),
    ],
)
def test_what_readers_of_yaml_disagree_about_is_a_trap(written: str) -> None:
    """Bare forms that YAML 1.1 and 1.2, or two parsers, read differently are told apart."""
    assert isinstance(meaning(written), Trap)


def test_nothing_but_text_begins_with_an_unsuspected_character() -> None:
    """The hot loop asks only about suspects, so every other first character must mean text."""
    for code in range(0x20, 0x7F):
        for rest in ("", "1", "0:10", "es", "n", "ull", "rue", ".5", "x1"):
            written = chr(code) + rest
            if written[:1] not in SUSPECTS:
                assert written == meaning(written)
