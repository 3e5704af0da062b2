"""Numbers of SLOs as people read them: exact numbers enter, short texts leave."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from fractions import Fraction


def percent(ratio: Decimal) -> str:
    """Given a share, return it in full with a per cent sign: ``99.95%``."""
    text = format(ratio * 100, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def rounded_percent(ratio: Fraction) -> str:
    """Given a share, return it with two digits that count, and whole numbers in full: ``0.36%``."""
    hundred = ratio * 100
    if not hundred:
        return "0%"
    return f"{_digits(hundred, 2)}%"


def rounded_number(number: Fraction) -> str:
    """Given a number, return it with three digits that count, and whole numbers in full."""
    return _digits(number, 3)


def rounded_duration(seconds: Fraction) -> str:
    """Given seconds, return them in two units at most: ``3h36m``, ``52s``, ``1.4s``.

    Up to the next second or minute: sooner than said nothing happens.
    """
    if seconds < 10:
        return f"{_digits(seconds, 2)}s"
    least = 3600 if seconds >= 86_400 else 60 if seconds >= 3600 else 1
    whole = -(-seconds // least) * least
    return format_duration(int(whole))


def _digits(number: Fraction, digits: int) -> str:
    """Return a number with so many digits that count, half up, without needless zeros."""
    if not number:
        return "0"
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    places = max(0, digits - 1 - exact.adjusted())
    text = format(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
