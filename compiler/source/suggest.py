"""Which known name somebody may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CHARACTERS: Final = 64
"""Words longer than this are compared as written only: nobody mistypes a page."""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Given a word and the names that exist, return the one most likely meant, or None.

    The fewest slips win (a letter wrong, missing, too many, or two swapped; case and ``-`` for
    ``_`` are no slips), at most one in three letters; of equals the first by alphabet.
    """
    folded = _folded(word)
    limit = max(1, len(folded) // 3)
    if len(folded) > MAX_CHARACTERS or not folded:
        return None
    letters = set(folded)
    best: tuple[int, str] | None = None
    for candidate in sorted(set(candidates)):
        other = _folded(candidate)
        if abs(len(other) - len(folded)) > limit or len(letters.difference(other)) > limit:
            continue
        slips = distance(folded, other)
        if slips <= limit and slips < max(len(folded), len(other)):
            best = min(best, (slips, candidate)) if best else (slips, candidate)
    return best[1] if best else None


def distance(left: str, right: str) -> int:
    """Given two words, return their restricted Damerau-Levenshtein distance (optimal alignment)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        current = [i]
        for j, b in enumerate(right, start=1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]


def _folded(word: str) -> str:
    return word.casefold().replace("_", "-")
