"""Versions of servers, and which of them has a feature. Tables of features are data elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Release: TypeAlias = tuple[int, ...]
"""A version number by its parts: ``(2, 42)``."""


@dataclass(frozen=True, slots=True)
class Support:
    """The versions with a feature: from `since`, included, up to `until`, excluded."""

    since: Release
    until: Release | None = None

    def covers(self, version: str) -> bool:
        """Whether a version, such as ``2.42`` or ``2.42.1``, has the feature."""
        release = parse_version(version)
        return self.since <= release and (self.until is None or release < self.until)


def parse_version(version: str) -> Release:
    """Given a version as a spec writes it, return its parts."""
    return tuple(int(part) for part in version.split("."))
