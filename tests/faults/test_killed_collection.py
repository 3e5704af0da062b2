"""What works on files of a host is killed in the middle; a rerun converges."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.faults.jobs import again, killed
from tests.servers.process import until

if TYPE_CHECKING:
    import pytest

OLD_FILES: Final = 20_000
HANGS: Final = "#!/bin/sh\necho $$ > {}\nexec sleep 600\n"


def is_there(pid: int) -> bool:
    """Whether a process lives; one that nobody has buried yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a program is asked: the next run ends that, and its archive is the only one."""
    asked, program = tmp_path / "asked", tmp_path / "journalctl"
    program.write_text(HANGS.format(asked))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    parameters = {"collectors": ["logs"], "units": ["api.service"]}
    with killed(tmp_path, "diagnostics.collect", parameters):
        until(lambda: asked.exists() and asked.read_text().endswith("\n"), "it is asked")
    program.write_text("#!/bin/sh\necho said\n")
    again(tmp_path)

    until(lambda: not is_there(int(asked.read_text())), "the program is ended")
    (archive,) = (tmp_path / "state/diagnostics").iterdir()
    assert archive.name.endswith(".tar.gz")


def test_files_that_expire(tmp_path: Path) -> None:
    """Each deletion stands for itself; what is young stays throughout."""
    root = tmp_path / "root"
    root.mkdir()
    for number in range(OLD_FILES):
        path = root / f"{number:05}.old"
        path.touch()
        os.utime(path, (0, 0))
    (root / "young").touch()
    parameters = {"places": [{"root": str(root)}], "older_than_seconds": 86_400}
    with killed(tmp_path, "files.expire", parameters):
        until(lambda: len(os.listdir(root)) < OLD_FILES, "files go")
    between = len(os.listdir(root))
    again(tmp_path)

    assert 1 < between
    assert ["young"] == os.listdir(root)
