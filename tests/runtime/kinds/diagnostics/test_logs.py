from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from runtime.contract.files_expire import Place
from runtime.errors import Exit
from tests.runtime.kinds.diagnostics.canaries import CANARIES, KEY_LINES, PRIVATE_KEY
from tests.runtime.kinds.diagnostics.collected import Collected, collected
from tests.runtime.kinds.diagnostics.test_redaction import pieces

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def logs(tmp_path: Path, pattern: str = "**", **asked: Any) -> Collected:
    """Collect the logs of a folder."""
    place = Place(root=str(tmp_path / "log"), pattern=pattern)
    return collected(tmp_path / "state", "logs", logs=(place,), **asked)


def name_of(path: Path) -> str:
    """Return where a log is in the archive."""
    return f"logs/files{path}"


def write(tmp_path: Path, name: str, text: str) -> Path:
    """Write a log."""
    path = tmp_path / "log" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_last_lines_of_each_log_are_there(tmp_path: Path) -> None:
    """Of those that the pattern means, in folders below too."""
    one = write(tmp_path, "a.log", "".join(f"line {number}\n" for number in range(1500)))
    two = write(tmp_path, "below/b.log", "short\nunfinished")
    write(tmp_path, "c.txt", "not meant\n")
    found = logs(tmp_path, "**/*.log")

    assert Exit.OK == found.result.exit_code
    assert [f"line {number}" for number in range(500, 1500)] == found.files[
        name_of(one)
    ].splitlines()
    assert "short\nunfinished" == found.files[name_of(two)]
    assert {name_of(one), name_of(two)} == {x for x in found.files if x.startswith("logs/")}


def test_what_was_not_written_since_is_left_out(tmp_path: Path) -> None:
    """A log of last week says nothing of tonight."""
    old, new = write(tmp_path, "old.log", "old\n"), write(tmp_path, "new.log", "new\n")
    at = time.time() - 7200
    os.utime(old, (at, at))
    found = logs(tmp_path, since_seconds=3600)

    assert [name_of(new)] == [x for x in found.files if x.startswith("logs/")]


def test_links_pipes_and_folders_are_not_read(tmp_path: Path) -> None:
    """A service that puts a link in the place of its log shows nobody else's file."""
    secret = tmp_path / "shadow"
    secret.write_text("not to be read\n")
    write(tmp_path, "real.log", "real\n")
    (tmp_path / "log" / "link.log").symlink_to(secret)
    (tmp_path / "log" / "linked").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "log" / "pipe.log")
    (tmp_path / "log" / "folder.log").mkdir()
    found = logs(tmp_path)

    assert "not to be read" not in found.everything
    assert Exit.OK == found.result.exit_code


def test_a_root_that_is_a_link_is_refused_alone(tmp_path: Path) -> None:
    """The other places are read; the job is partly done."""
    write(tmp_path, "a.log", "a\n")
    (tmp_path / "link").symlink_to(tmp_path / "log")
    places = (Place(root=str(tmp_path / "link")), Place(root=str(tmp_path / "log")))
    found = collected(tmp_path / "state", "logs", logs=places)

    assert (Exit.PARTLY, "partly") == (found.result.exit_code, found.collector("logs")["status"])
    assert "is a link or no folder" in found.collector("logs")["faults"][0]
    assert "a\n" in found.files.values()


def test_a_flood_of_a_log_is_cut_and_said(tmp_path: Path) -> None:
    """Three sparse GiB without a break, and a log of long lines."""
    with write(tmp_path, "sparse.log", "").open("wb") as file:
        file.truncate(3 * 2**30)
    write(tmp_path, "long.log", ("x" * 9999 + "\n") * 2000)
    found = logs(tmp_path, collector_limit_bytes=2**20)

    assert found.result.facts["bytes"] < 2**20
    assert 2 == len(found.collector("logs")["cut"])
    assert Exit.OK == found.result.exit_code


def test_no_secret_is_left_wherever_blocks_and_limits_fall(tmp_path: Path) -> None:
    """Files are read from the end in blocks, and cut to a limit: a secret stands on each edge."""
    block = "\n".join([*(canary.text for canary in CANARIES), PRIVATE_KEY]) + "\n"
    for shift in range(0, 64 * 1024, 9973):
        filler = ("plain text\n" * 12_000)[shift:]
        write(tmp_path, f"{shift}.log", filler + block + "plain text\n" * 5900 + block)
    found = logs(tmp_path, lines=100_000, collector_limit_bytes=2**20)

    assert found.result.facts["redactions"] > 2 * len(CANARIES)
    everything = found.everything
    left = {x.name for x in CANARIES if any(piece in everything for piece in pieces(x.secret))}
    assert set() == left
    assert not any(line in everything for line in KEY_LINES)
    assert "plain text" in everything
