"""What an expression evaluates to: a number, or samples with their labels."""

from __future__ import annotations

from typing import TypeAlias

from compiler.lower.drive.series import Labels

Sample: TypeAlias = tuple[Labels, float]
Vector: TypeAlias = list[Sample]
Evaluated: TypeAlias = float | Vector


def without_name(labels: Labels) -> Labels:
    """Return labels without the metric's name."""
    return {each: labels[each] for each in labels if each != "__name__"}


def key_of(labels: Labels) -> tuple[tuple[str, str], ...]:
    """Return labels as something that can be looked up; a label that is empty is not there."""
    return tuple(sorted(each for each in labels.items() if each[1]))
