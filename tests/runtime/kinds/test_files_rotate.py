from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.files_rotate import Reopening
from runtime.errors import Exit
from runtime.kinds.opened import Opened
from runtime.kinds.rotate import copying, disk
from tests.runtime.kinds.rotations import (
    memory_disk,
    names,
    numbers,
    rotate,
    told_by_pid_file,
    whole,
)
from tests.runtime.kinds.writer import writing
from tests.runtime.turned_clock import START, TurnedClock
from tests.servers.process import folder_of, until

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400
STAMP = "20260302T120000Z"
LINE = b"a line of a log, as long as lines are, or nearly, more or less\n"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with a log of some blocks."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "api.log").write_bytes(LINE * 1000)
    return folder


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a disk takes root")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder on tmpfs, which takes no beginning off a file."""
    with memory_disk(tmp_path / "memory", "64m") as folder:
        yield folder


@pytest.fixture(params=["disk", pytest.param("memory", marks=needs_root)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder on a file system that takes beginnings off, and one on tmpfs."""
    if request.param == "memory":
        memory: Path = request.getfixturevalue("memory")
        return memory
    folder = tmp_path / "logs"
    folder.mkdir()
    if not collapses(folder):
        pytest.skip("the disk under the tests takes no beginning off a file")
    return folder


def collapses(folder: Path) -> bool:
    """Whether the file system takes beginnings off."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return disk.can_collapse(descriptor)
    finally:
        os.close(descriptor)


def old(path: Path, *, days: float) -> None:
    """Make a file that was last written so many days before the clock's instant."""
    path.touch()
    at = START.timestamp() - days * DAY
    os.utime(path, (at, at))


def test_a_log_gets_another_name_and_an_empty_one_takes_its_place(logs: Path) -> None:
    """With its mode; nobody writes to it, so it is packed at once."""
    (logs / "api.log").chmod(0o640)

    result, lines = rotate(logs)

    assert (Exit.OK, ["api.log", f"api.log.{STAMP}.gz"]) == (result.exit_code, names(logs))
    assert (0, 0o640) == (
        (logs / "api.log").stat().st_size,
        (logs / "api.log").stat().st_mode & 0o777,
    )
    assert LINE * 1000 == whole(logs / "api.log")
    assert f"rotated {logs}/api.log (63000 bytes) to api.log.{STAMP}" in lines
    assert (1, 63000, 1, 63000) == tuple(
        result.facts[name]
        for name in ("rotated_files", "rotated_bytes", "packed_files", "packed_before_bytes")
    )
    assert 0 < result.facts["packed_after_bytes"] < 63000


def test_a_packed_log_is_as_old_as_what_is_in_it(logs: Path) -> None:
    """So that it expires when its lines do."""
    old(logs / "api.log", days=3)

    rotate(logs)

    assert START.timestamp() - 3 * DAY == (logs / f"api.log.{STAMP}.gz").stat().st_mtime


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"at_bytes": 63_000}, 1),
        ({"at_bytes": 63_001}, 0),
        ({"every_seconds": DAY}, 1),
        ({"at_bytes": 63_001, "every_seconds": DAY}, 1),
        ({}, 1),
    ],
)
def test_a_log_is_due_by_its_size_or_its_age(
    logs: Path, fields: dict[str, Any], expected: int
) -> None:
    """Either will do; without both every run rotates. One that never was rotated is due by age."""
    assert expected == rotate(logs, **fields)[0].facts["rotated_files"]


@pytest.mark.parametrize(("hours", "expected"), [(20, 0), (22.9, 0), (23.1, 1), (24, 1)])
def test_runs_a_little_less_than_a_day_apart_rotate_daily(
    logs: Path, hours: float, expected: int
) -> None:
    """A random delay of the one run, none of the next."""
    clock = TurnedClock()
    rotate(logs, clock=clock, every_seconds=DAY)
    (logs / "api.log").write_bytes(LINE)
    clock.turn(hours * 3600)

    assert expected == rotate(logs, clock=clock, every_seconds=DAY)[0].facts["rotated_files"]


def test_an_empty_log_is_left_alone(logs: Path) -> None:
    """There is nothing to rotate."""
    (logs / "api.log").write_bytes(b"")

    assert (0, ["api.log"]) == (rotate(logs)[0].facts["rotated_files"], names(logs))


def test_what_was_rotated_is_not_rotated_again(logs: Path) -> None:
    """By this kind or by another tool, though the pattern means it too."""
    for name in ("api.log.1", "api.log.2.gz", "api.log-20260301", f"other.log.{STAMP}", "x.log.xz"):
        (logs / name).write_bytes(LINE)

    result, _ = rotate(logs, pattern="*.log*", compress="none")

    assert 1 == result.facts["rotated_files"]
    assert 7 == len(names(logs))


def test_logs_rotated_in_one_second_are_told_apart(logs: Path) -> None:
    """Nothing takes the place of another one."""
    for number in range(3):
        (logs / "api.log").write_bytes(b"%08d\n" % number)
        rotate(logs, compress="none")

    assert [0, 1, 2] == numbers(whole(logs / "api.log"))
    assert [f"api.log.{STAMP}", f"api.log.{STAMP}-1", f"api.log.{STAMP}-2"] == names(logs)[1:]


def test_a_dry_run_counts_and_changes_nothing(logs: Path) -> None:
    """What would be rotated, packed and deleted."""
    old(logs / "api.log.20260101T000000Z.gz", days=60)
    (logs / "api.log.20260301T000000Z").write_bytes(LINE)
    before = names(logs)

    result, lines = rotate(logs, dry_run=True, keep_seconds=14 * DAY)

    assert before == names(logs)
    assert (1, 1, 1) == tuple(
        result.facts[name] for name in ("rotated_files", "packed_files", "files")
    )
    assert f"would rotate {logs}/api.log (63000 bytes) to api.log.{STAMP}" in lines
    assert f"would delete {logs}/api.log.20260101T000000Z.gz (0 bytes, 60d old, limit 14d)" in lines


def test_rotated_logs_go_by_their_number_and_by_their_age(logs: Path) -> None:
    """The newest that are to be kept stay, however old."""
    for day in range(1, 9):
        old(logs / f"api.log.2026020{day}T000000Z.gz", days=29 - day)

    rotate(logs, copies=5, keep_seconds=25 * DAY, keep_latest=2, at_bytes=10**9)
    by_age = names(logs)
    rotate(logs, keep_seconds=DAY, keep_latest=2, at_bytes=10**9)

    assert [f"api.log.2026020{day}T000000Z.gz" for day in (4, 5, 6, 7, 8)] == by_age[1:]
    assert [f"api.log.2026020{day}T000000Z.gz" for day in (7, 8)] == names(logs)[1:]


def test_a_writer_that_reopens_loses_and_doubles_no_line(logs: Path) -> None:
    """A program writes without pause while its log is rotated again and again."""
    (logs / "api.log").unlink()
    clock = TurnedClock()
    with writing(logs / "api.log") as writer:
        for _ in range(20):
            until(lambda: (logs / "api.log").stat().st_size > 0, "it writes to the new file")
            result, _ = rotate(logs, clock=clock, at_bytes=1, signal=told_by_pid_file(logs))
            clock.turn(1)

            assert (Exit.OK, 1) == (result.exit_code, result.facts["told"])
    result, _ = rotate(logs, clock=clock)

    assert [*range(writer.lines)] == numbers(whole(logs / "api.log"))
    assert writer.lines > 500
    assert all(name.endswith(".gz") for name in names(logs) if name != "api.log")


def test_a_log_that_is_still_written_to_is_not_packed(logs: Path) -> None:
    """Its writer was told by nobody: it goes on in the renamed file, and every line is there."""
    with writing(logs / "api.log", pause="asked") as writer:
        (logs / "api.log").write_bytes(b"")
        writer.ask()
        _, lines = rotate(logs, copies=0)
        writer.ask()
        kept = names(logs)
    rotate(logs, at_bytes=10**9)

    assert ["api.log", f"api.log.{STAMP}"] == kept
    assert f"{logs}/api.log.{STAMP}: is written to, left alone" in lines
    assert [0, 1] == numbers(whole(logs / "api.log"))
    assert ["api.log", f"api.log.{STAMP}.gz"] == names(logs)


def test_who_writes_is_seen_in_proc_where_the_kernel_gives_no_lease(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for a file of another user."""

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    with writing(logs / "api.log", pause="asked") as writer:
        (logs / "api.log").write_bytes(b"")
        writer.ask()
        _, lines = rotate(logs)
    rotate(logs, at_bytes=10**9)

    assert f"{logs}/api.log.{STAMP}: is written to, packed later" in lines
    assert ["api.log", f"api.log.{STAMP}.gz"] == names(logs)


@pytest.mark.parametrize(("minutes", "packed"), [(59, False), (61, True)])
def test_where_nobody_can_tell_an_hour_of_silence_counts(
    logs: Path, monkeypatch: pytest.MonkeyPatch, minutes: float, *, packed: bool
) -> None:
    """Neither a lease nor the processes of others."""

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    monkeypatch.setattr(Opened, "now", lambda: Opened(hidden=1))
    old(logs / "api.log", days=minutes / 1440)

    rotate(logs)

    assert packed == names(logs)[1].endswith(".gz")


def test_who_opens_a_log_while_it_is_packed_keeps_it_from_going(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The packed copy goes instead, and the next run packs anew."""
    writer: list[subprocess.Popen[bytes]] = []
    whole_rename = disk.rename

    def opened_meanwhile(folder: int, name: str, target: str) -> None:
        whole_rename(folder, name, target)
        if target.endswith(".gz") and not writer:
            script = f"open('{logs}/api.log.{STAMP}', 'a').write('late\\n')"
            writer.append(subprocess.Popen([sys.executable, "-c", script]))
            old = logs / f"api.log.{STAMP}"
            until(lambda: fcntl.F_RDLCK != _lease_on(old), "the writer opens it")

    monkeypatch.setattr("runtime.kinds.rotate.packing.rename", opened_meanwhile)
    rotate(logs)
    writer[0].wait()
    after = names(logs)
    rotate(logs, at_bytes=10**9)

    assert ["api.log", f"api.log.{STAMP}"] == after
    assert LINE * 1000 + b"late\n" == whole(logs / "api.log")


def _lease_on(path: Path) -> int:
    """Return what this process holds on a file that it has open, by asking its descriptors."""
    for number in os.listdir("/proc/self/fd"):
        target = f"/proc/self/fd/{number}"
        if os.path.exists(target) and os.path.samefile(target, path):
            return fcntl.fcntl(int(number), fcntl.F_GETLEASE)
    return fcntl.F_UNLCK


@pytest.mark.parametrize("how", ["exact", "truncate"])
def test_a_copied_log_of_a_writer_that_appends_loses_no_line(place: Path, how: str) -> None:
    """It writes without pause; a log that was truncated on tmpfs may lack lines, and doubles none.

    What the seam of two files cuts is one line all the same.
    """
    clock = TurnedClock()
    log = place / "api.log"
    with writing(log) as writer:
        for _ in range(20):
            result, _ = rotate(place, clock=clock, at_bytes=8192, copy=how)
            clock.turn(1)

            assert Exit.OK == result.exit_code
    is_whole = how == "exact" or collapses(place)
    found = [int(line[:8]) for line in whole(log).split(b"\n")[:-1]]

    assert sorted(set(found)) == found
    assert not is_whole or [*range(writer.lines)] == found
    assert writer.lines > 300
    assert len(names(place)) > 3


@needs_root
def test_a_truncated_log_loses_what_is_written_between_the_last_look_and_the_cut(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing else: what came while it was copied is in the copy."""
    whole_truncate, whole_chunks = os.ftruncate, disk.chunks
    log = memory / "api.log"
    log.write_bytes(b"0\n" * 10_000)
    file = os.open(log, os.O_WRONLY | os.O_APPEND)
    come = iter([b"1\n", b"2\n", b"3\n"])

    def chunks(*arguments: Any) -> Iterator[bytes]:
        yield from whole_chunks(*arguments)
        os.write(file, next(come, b""))

    def truncate(descriptor: int, size: int) -> None:
        is_log = os.path.samestat(os.fstat(descriptor), log.stat())
        if is_log:
            os.write(file, b"lost\n")
        whole_truncate(descriptor, size)
        if is_log:
            os.write(file, b"4\n")

    monkeypatch.setattr(copying, "chunks", chunks)
    monkeypatch.setattr(os, "ftruncate", truncate)
    rotate(memory, copy="truncate", compress="none")
    os.close(file)

    assert b"0\n" * 10_000 + b"1\n2\n3\n4\n" == whole(log)


def test_a_copied_log_ends_with_a_line_where_one_ends_at_a_block(place: Path) -> None:
    """63 bytes a line: one of 63 blocks ends a line."""
    (place / "api.log").write_bytes(LINE * 10_000)

    rotate(place, copy="exact", compress="none")

    assert (place / f"api.log.{STAMP}").read_bytes().endswith(b"\n")
    assert LINE * 10_000 == whole(place / "api.log")


@needs_root
def test_the_hole_that_stays_on_tmpfs_takes_no_room(memory: Path) -> None:
    """And does not count as content: the next run has nothing to do."""
    (memory / "api.log").write_bytes(LINE * 10_000)
    fields: dict[str, Any] = {"copy": "exact", "at_bytes": 300_000, "compress": "none"}
    rotate(memory, **fields)
    again, _ = rotate(memory, **fields)
    status = (memory / "api.log").stat()

    assert 0 == again.facts["rotated_files"]
    assert 630_000 == status.st_size
    assert status.st_blocks * 512 <= 64 * 4096


def test_a_log_of_less_than_a_block_is_not_copied(place: Path) -> None:
    """Nothing can be taken off; it is said, and no fault."""
    (place / "api.log").write_bytes(LINE)

    result, lines = rotate(place, copy="exact")

    assert (Exit.OK, 0, ["api.log"]) == (
        result.exit_code,
        result.facts["rotated_files"],
        names(place),
    )
    assert f"{place}/api.log: has no whole block to copy yet, left alone" in lines


def test_where_nothing_can_be_taken_off_the_way_out_is_said(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is changed."""
    monkeypatch.setattr(copying, "punch", lambda *_: False)

    result, _ = rotate(logs, copy="exact")

    assert (Exit.FAILED, ["api.log"]) == (result.exit_code, names(logs))
    assert "say `copy: truncate`" in result.summary
    assert LINE * 1000 == (logs / "api.log").read_bytes()


def test_links_are_neither_rotated_nor_followed(logs: Path) -> None:
    """What they show stays as it is."""
    outside = logs.parent / "outside.log"
    outside.write_bytes(LINE)
    (logs / "link.log").symlink_to(outside)
    (logs / "folder").symlink_to(logs.parent)

    rotate(logs)

    assert (True, LINE) == ((logs / "link.log").is_symlink(), outside.read_bytes())


def test_two_runs_at_once_do_not_mix(logs: Path) -> None:
    """The second is told, and does nothing."""
    descriptor = os.open(logs, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    result, _ = rotate(logs)
    os.close(descriptor)

    assert (Exit.FAILED, ["api.log"]) == (result.exit_code, names(logs))
    assert "another run rotates here" in result.summary


def test_an_unsafe_root_is_refused() -> None:
    """Nothing is looked at."""
    assert Exit.FAILED == rotate(Path("/var/log"))[0].exit_code


def test_a_writer_that_does_not_run_need_not_be_told(logs: Path) -> None:
    """Neither without a pid file, nor when its process is gone."""
    without, lines = rotate(logs, signal=told_by_pid_file(logs))
    with subprocess.Popen(["true"]) as gone:
        pass
    (logs.parent / "writer.pid").write_text(f"{gone.pid}\n")
    (logs / "api.log").write_bytes(LINE)
    after, _ = rotate(logs, signal=told_by_pid_file(logs))

    assert (Exit.OK, 0, Exit.OK, 0) == (
        without.exit_code,
        without.facts["told"],
        after.exit_code,
        after.facts["told"],
    )
    assert f"the process of {logs.parent}/writer.pid does not run: nobody to tell" in lines


@pytest.mark.parametrize("content", ["", "1", "0", "-5", "12x", "99999999999"])
def test_a_pid_file_that_names_no_writer_is_a_fault(logs: Path, content: str) -> None:
    """The log stays untold, and the next run tells its writer."""
    (logs.parent / "writer.pid").write_text(content)
    result, _ = rotate(logs, signal=told_by_pid_file(logs))
    untold = names(logs)
    (logs.parent / "writer.pid").unlink()
    rotate(logs, at_bytes=10**9, signal=told_by_pid_file(logs))

    assert (Exit.PARTLY, f"api.log.{STAMP}.untold") == (result.exit_code, untold[1])
    assert [f"api.log.{STAMP}.gz"] == names(logs)[1:]


def test_a_process_that_has_got_the_number_of_a_dead_writer_is_not_told(logs: Path) -> None:
    """It is younger than the pid file."""
    with subprocess.Popen(["sleep", "60"]) as other:
        (logs.parent / "writer.pid").write_text(f"{other.pid}\n")
        os.utime(logs.parent / "writer.pid", (0, 0))
        result, _ = rotate(logs, signal=told_by_pid_file(logs))
        ended = other.poll()
        other.kill()

    assert (Exit.PARTLY, None) == (result.exit_code, ended)
    assert "is younger than the file" in result.summary


def test_the_main_process_of_a_unit_is_told_through_systemctl(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program of that name stands in for systemd, which does not run in a test's sandbox."""
    program = logs.parent / "bin/systemctl"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {logs.parent}/asked\n[ $1 = kill ] || echo ${{PID-42}}\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    said = Reopening(unit="tabular-api.service", name="USR1")
    told, _ = rotate(logs, signal=said)
    monkeypatch.setenv("PID", "0")
    (logs / "api.log").write_bytes(LINE)
    stopped, _ = rotate(logs, signal=said)

    assert (1, 0) == (told.facts["told"], stopped.facts["told"])
    assert [
        "show --property=MainPID --value -- tabular-api.service",
        "kill --kill-whom=main --signal=USR1 -- tabular-api.service",
        "show --property=MainPID --value -- tabular-api.service",
    ] == (logs.parent / "asked").read_text().splitlines()


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed")
def test_a_log_of_another_user_that_cannot_be_made_anew_is_made_by_its_writer() -> None:
    """An empty file that its writer may not open would lose what it writes."""
    with folder_of("nobody") as folder:
        logs = folder / "logs"
        logs.mkdir()
        (logs / "api.log").write_bytes(LINE)
        os.chown(logs, *_ids("nobody"))
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                os.setegid(_ids("nobody")[1])
                os.seteuid(_ids("nobody")[0])
                _, lines = rotate(logs, compress="none")
                said = f"{logs}/api.log: its writer makes it anew, this user may not"
                code = 0 if said in lines else 2
            finally:
                os._exit(code)
        status = os.waitpid(pid, 0)[1]

        assert 0 == os.waitstatus_to_exitcode(status)
        assert [f"api.log.{STAMP}"] == names(logs)


def _ids(name: str) -> tuple[int, int]:
    entry = pwd.getpwnam(name)
    return entry.pw_uid, entry.pw_gid


@needs_root
@pytest.mark.parametrize("how", [None, "exact", "truncate"])
def test_on_a_full_disk_nothing_is_lost(tmp_path: Path, how: str | None) -> None:
    """What has no room is said; a rename needs none. With room again the next run ends it."""
    content = os.urandom(500_000).hex().encode() + b"\n"
    with memory_disk(tmp_path / "memory", "2m") as logs:
        (logs / "api.log").write_bytes(content)
        filler = logs.parent / "filler"
        fill(filler)
        cramped, lines = rotate(logs, copy=how)
        during = whole(logs / "api.log")
        filler.unlink()
        again, _ = rotate(logs, copy=how, at_bytes=900_000)
        after = whole(logs / "api.log")
        left = names(logs)

    assert (Exit.FAILED if how else Exit.PARTLY) == cramped.exit_code
    assert any("No space left" in line for line in lines)
    assert (content, Exit.OK, content) == (during, again.exit_code, after)
    assert not [name for name in left if "opsrun" in name]
    assert f"api.log.{STAMP}.gz" in left


def fill(path: Path) -> None:
    """Write a file until its disk is full."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def test_the_signal_of_the_kernel_ends_nothing() -> None:
    """Whoever waits for a lease has SIGIO sent, which ends a process that does not expect it."""
    assert signal.SIG_DFL == signal.getsignal(signal.SIGIO)
