"""Versions of servers, and which of them has a feature. Tables of features are data elsewhere."""

from __future__ import annotations

from typing import TypeAlias

from runtime.contract.frozen import Frozen, frozen

Release: TypeAlias = tuple[int, ...]
"""A version number by its parts: ``(2, 42)``."""


@frozen(kw_only=False)
class Support(Frozen):
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
