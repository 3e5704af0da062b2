"""Quantities as Kubernetes writes them: sizes in powers of two, cores in thousandths."""

from __future__ import annotations

from typing import Final

_SIZES: Final = (("Ti", 2**40), ("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10), ("", 1))


def size(count: int) -> str:
    """Given bytes, return them in the largest unit that says them exactly.

    >>> size(128 * 2**20)
    '128Mi'
    """
    unit, length = next(each for each in _SIZES if count % each[1] == 0)
    return f"{count // length}{unit}"


def cores(count: float) -> str:
    """Given processor cores, return them to the thousandth.

    >>> cores(0.25), cores(2)
    ('250m', '2')
    """
    thousandths = round(count * 1000)
    return str(thousandths // 1000) if thousandths % 1000 == 0 else f"{thousandths}m"
