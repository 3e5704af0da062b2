"""How `opsrun` stands on a host: units and runbooks say the same of it."""

from __future__ import annotations

from typing import Final

USER: Final = "opsrun"
"""The user that jobs run as, by timer and by hand: state belongs to it."""

PLAN_FILE: Final = "/etc/opsrun/plan.json"
"""Where a host keeps its plan."""
