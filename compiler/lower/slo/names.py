"""The names of an SLO's series and labels: opsc's own, and those of Sloth."""

from __future__ import annotations

from typing import Final

from runtime.contract.frozen import Frozen, frozen


@frozen
class Names(Frozen):
    """Label names that tell an SLO, and the name of its information series.

    The series `slo:sli_error:ratio_rate5m` and the rest are named alike in both.
    """

    id: str
    service: str
    slo: str
    window: str
    severity: str
    info: str


OPSC: Final = Names(
    id="slo_id",
    service="slo_service",
    slo="slo_name",
    window="slo_window",
    severity="slo_severity",
    info="slo_info",
)
"""What opsc calls them."""

SLOTH: Final = Names(
    id="sloth_id",
    service="sloth_service",
    slo="sloth_slo",
    window="sloth_window",
    severity="sloth_severity",
    info="sloth_slo_info",
)
"""What Sloth calls them, for `compatibility: sloth`."""
