"""How `opsrun` stands on a host: units and runbooks say the same of it."""

from __future__ import annotations

from typing import Final

USER: Final = "opsrun"
"""The user that jobs run as, by timer and by hand: state belongs to it."""

PLAN_FILE: Final = "/etc/opsrun/plan.json"
"""Where a host keeps its plan."""

CREDENTIALS: Final = "/etc/opsrun/credentials"
"""Folder of the credentials that units load, a file each, for root alone."""

ENVIRONMENT: Final = "/etc/opsrun/environment"
"""Folder of the environment variables that units are given, a file per service, for root alone."""

DELIVERY_SECONDS: Final = 600
"""What telling people may take."""
