"""What `systemd-analyze security` says of every unit that stands in this checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import pytest

CHECKOUT = Path(__file__).parents[4]
UNITS = sorted(
    [
        *CHECKOUT.glob("tests/golden/emit/*/systemd/*.service"),
        *CHECKOUT.glob("generated/*/systemd/*.service"),
    ]
)
LIMIT: Final = 1.5
EXCEPTIONS: Final = {
    "opsrun-tabular-mighty.service": (2.5, "# PrivateUsers and ~@privileged are left out: "),
}
"""Units that may be more exposed, up to what, and the remark in the unit that says why."""

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: f"{unit.parts[-3]}-{unit.stem}")
def test_no_unit_is_exposed_without_a_reason(unit: Path) -> None:
    """The exposure is at most 1.5, or it is a known exception that the unit itself explains."""
    limit, reason = EXCEPTIONS.get(unit.name, (LIMIT, ""))
    level = _exposure(unit)

    assert level <= limit
    assert reason in unit.read_text()
    assert not reason or level > LIMIT, "it is no exception any more"


def _exposure(unit: Path) -> float:
    argv = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    ended = subprocess.run(argv, capture_output=True, text=True, check=True)
    return float(ended.stdout.split("exposure level for")[1].split(":")[1].split()[0])
