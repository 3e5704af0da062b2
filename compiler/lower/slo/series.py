"""The names of recorded series, and selectors of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.lower.slo.names import SLOTH
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from compiler.lower.slo.names import Names

_WEEK_SECONDS = 604_800
_YEAR_SECONDS = 31_536_000


def window_name(names: Names, seconds: float) -> str:
    """Given the names in use and a window, return how series names say it: ``5m``, ``30d``.

    Sloth writes whole weeks and years as such, ``4w``, as Prometheus itself does.
    """
    if names is SLOTH:
        for unit, length in (("y", _YEAR_SECONDS), ("w", _WEEK_SECONDS)):
            if seconds >= length and seconds % length == 0:
                return f"{int(seconds // length)}{unit}"
    return format_duration(seconds)


def share_of(names: Names, slo_id: str, seconds: float) -> str:
    """Given an SLO, return the selector of its share of bad events in a window."""
    window = window_name(names, seconds)
    return f'slo:sli_error:ratio_rate{window}{{{names.id}="{slo_id}"}}'
