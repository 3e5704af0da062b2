"""Where deletion must not begin, by the path alone."""

from __future__ import annotations

import pytest

from runtime.contract.roots import problem


@pytest.mark.parametrize(
    "root",
    [
        *("/", "/etc", "/etc/shop", "/usr/lib/x", "/proc/sys", "/boot", "/lib64", "/dev/shm"),
        *("/var", "/var/lib", "/var/log", "/tmp", "/srv", "/home", "/data"),
        *("/home/tabular", "/root", "/var/lib/opsrun", "/var/lib/opsrun/runs"),
        *("/run/shop", "/usr/local/shop", "relative", "/srv//x", "/srv/../etc", "/srv/x/"),
    ],
)
def test_what_belongs_to_the_system_or_to_others_is_refused(root: str) -> None:
    """The reason is a phrase for the message."""
    assert problem(root)


@pytest.mark.parametrize(
    "root",
    [
        *("/var/lib/shop", "/var/log/shop", "/srv/shop/tmp", "/tmp/shop", "/var/tmp/shop"),
        *("/data/shop", "/home/tabular/exports", "/backup", "/exports"),
        "/var/lib/opsrunner",
    ],
)
def test_a_folder_of_ones_own_is_fine(root: str) -> None:
    """Folders below the shared ones, and folders at the top of another name."""
    assert problem(root) is None
