from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.compiler.check.examples import findings

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
retention:
  old: {{files: "{place}", keep: 7d}}
jobs:
  expire: {{run: files.expire, of: old, schedule: daily at 03:00, timeout: 10m}}
"""


@pytest.mark.parametrize(
    ("place", "headline"),
    [
        ("/proc/sys", "`/proc/sys` belongs to the system"),
        ("/usr/local/tabular/", "`/usr/local/tabular` belongs to the system"),
        ("/var/lib/*/tmp", "`/var/lib` holds what belongs to others"),
        ("/var/lib/opsrun/runs/*", "`/var/lib/opsrun/runs` belongs to opsrun itself"),
        ("/srv/x/*/../y", "`/srv/x/*/../y` is not written in its plain form"),
    ],
)
def test_a_place_whose_root_the_runtime_refuses_is_found(
    place: str, headline: str, tmp_path: Path
) -> None:
    """The root is what stands before the first pattern; the decision is the runtime's."""
    assert [headline] == _headlines(place, tmp_path)


@pytest.mark.parametrize("place", ["/var/lib/tabular/*.tmp", "/exports/", "/var/lib/opsrun-x"])
def test_a_folder_of_ones_own_passes(place: str, tmp_path: Path) -> None:
    """Also with a slash at its end, or with a name that only begins like a refused one."""
    assert [] == _headlines(place, tmp_path)


def _headlines(place: str, folder: Path) -> list[str]:
    """Return what the rule says of a place that a job deletes from."""
    found = findings(SPEC.format(place=place), folder)
    return [each.headline for each in found if each.id == "retention/unsafe-path"]
