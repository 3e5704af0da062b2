"""A host is changed in an order that it survives, wherever that is cut off."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

from runtime.errors import InstallError
from runtime.install.disk import Disk
from runtime.install.order import order_of
from tests.runtime.install.hosts import PRODUCTION, UNITS, files, put, tree, without_tidy

if TYPE_CHECKING:
    from pathlib import Path

MUTATIONS = ("open", "fsync", "fchmod", "replace", "unlink", "mkdir", "chmod")
"""Functions of `os` that change a disk, as the installer calls them."""


def _killed_at(count: int, folder: Path, root: Path) -> bool:
    """Install in a child that is killed right before its mutation number `count`."""
    child = os.fork()
    if child == 0:
        left = count
        for name in MUTATIONS:
            genuine = getattr(os, name)

            def dying(*arguments: Any, genuine: Any = genuine, **options: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return genuine(*arguments, **options)

            setattr(os, name, dying)
        put(folder, root)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("is_installed", [True, False], ids=["over another", "on nothing"])
@pytest.mark.parametrize("goes_back", [True, False], ids=["and back", "again"])
def test_a_kill_at_any_point_and_a_rerun_converge(
    tmp_path: Path, *, is_installed: bool, goes_back: bool
) -> None:
    """Every file is the old one or the new one, and no timer stands whose job has no plan."""
    other = without_tidy(tmp_path / "from")
    put(other, tmp_path / "wanted-other")
    put(PRODUCTION, tmp_path / "wanted")
    old, new = files(tmp_path / "wanted"), files(tmp_path / "wanted-other")
    count = 0
    while True:
        root = tmp_path / f"root-{count}"
        root.mkdir()
        if is_installed:
            put(PRODUCTION, root)
        if not _killed_at(count, other, root):
            break
        found = {path: text for path, text in files(root).items() if ".opsrun" not in path}
        for path, content in found.items():
            assert content in (old.get(path), new.get(path))
        timers = [path for path in found if path.startswith(UNITS) and path.endswith(".timer")]
        assert not timers or "etc/opsrun/plan.json" in found
        assert all(path.replace(".timer", ".service") in found for path in timers)

        put(PRODUCTION if goes_back else other, root)

        assert tree(tmp_path / ("wanted" if goes_back else "wanted-other")) == tree(root)
        count += 1

    assert count > 30


def test_a_host_that_changed_after_it_was_agreed_is_left(tmp_path: Path) -> None:
    """What was asked about is what is done, or nothing is."""
    order = order_of(str(PRODUCTION), "api1", Disk(root=str(tmp_path)))
    place = tmp_path / UNITS
    place.mkdir(parents=True)
    shutil.copy(PRODUCTION / "systemd/opsrun-deliver.timer", place)
    before = tree(tmp_path)
    with pytest.raises(InstallError, match="changed meanwhile"):
        order.carry_out(activates=False)

    assert before == tree(tmp_path)
