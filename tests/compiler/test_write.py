"""The writer: files appear whole, the manifest last, and any cut-off run converges."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from compiler.artifact.artifact import Artifact
from compiler.errors import WriteError
from compiler.write import MANIFEST, PENDING, SINGLE, Bundle, differences, digest, write

if TYPE_CHECKING:
    from pathlib import Path

FIRST = {"a/one.yml": "1\n", "a/two.yml": "2\n", "b/three.md": "3\n"}
SECOND = {"a/one.yml": "1\n", "a/two.yml": "two\n", "c/four.md": "4\n", "c/five.md": "5\n"}
THIRD = {"b/three.md": "3\n", "c/five.md": "five\n"}


def bundle(texts: dict[str, str], *kinds: str) -> Bundle:
    """Return the bundle of some texts by path."""
    return Bundle(
        artifacts=tuple(Artifact(path=path, text=text) for path, text in sorted(texts.items())),
        compiler="0.0.0",
        environment="test",
        spec="sha256:0",
        kinds=frozenset(kinds),
    )


def texts_of(folder: Path) -> dict[str, str]:
    """Return every file below a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def expected(texts: dict[str, str]) -> dict[str, str]:
    """Return what a folder holds that was made from nothing."""
    made = {path: digest(text) for path, text in texts.items()}
    return texts | {MANIFEST: bundle(texts).manifest({}, made)}


def test_a_folder_is_made_with_its_manifest(tmp_path: Path) -> None:
    """Every artifact and the manifest stand in the folder, and nothing else."""
    outcome = write(tmp_path / "out", bundle(FIRST))

    assert expected(FIRST) == texts_of(tmp_path / "out")
    assert {*FIRST, MANIFEST} == set(outcome.written)


def test_an_unchanged_compile_writes_no_file(tmp_path: Path) -> None:
    """The second run changes no inode and no time."""
    write(tmp_path, bundle(FIRST), source_map="{}\n")
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*")}
    outcome = write(tmp_path, bundle(FIRST), source_map="{}\n")

    assert () == outcome.written
    assert before == {path: path.stat().st_ino for path in tmp_path.rglob("*")}


def test_what_is_no_longer_made_is_removed_with_its_empty_folder(tmp_path: Path) -> None:
    """Files of the last manifest that are not made any more go."""
    write(tmp_path, bundle(FIRST))
    outcome = write(tmp_path, bundle(SECOND))

    assert ("b/three.md",) == outcome.removed
    assert expected(SECOND) == texts_of(tmp_path)
    assert not (tmp_path / "b").exists()


def test_a_stale_file_that_somebody_edited_is_kept(tmp_path: Path) -> None:
    """An edit is never lost: the file stays, and the outcome says so."""
    write(tmp_path, bundle(FIRST))
    (tmp_path / "b/three.md").write_text("mine\n")
    outcome = write(tmp_path, bundle(SECOND))

    assert ("b/three.md",) == outcome.kept
    assert (tmp_path / "b/three.md").read_text() == "mine\n"


def test_foreign_files_are_not_touched(tmp_path: Path) -> None:
    """A file that no manifest lists stays, also beside ours."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/notes.txt").write_text("mine\n")
    write(tmp_path, bundle(FIRST))
    write(tmp_path, bundle(THIRD))

    assert (tmp_path / "a/notes.txt").read_text() == "mine\n"


def test_a_foreign_file_in_the_way_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """What opsc did not write is not overwritten unless that is asked for."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/two.yml").write_text("mine\n")
    with pytest.raises(WriteError, match="not of opsc's making"):
        write(tmp_path, bundle(FIRST))

    assert {"a/two.yml": "mine\n"} == texts_of(tmp_path)

    write(tmp_path, bundle(FIRST), may_overwrite=True)

    assert expected(FIRST) == texts_of(tmp_path)


@pytest.mark.parametrize("link", ["a", "a/one.yml"])
def test_no_link_is_followed(tmp_path: Path, link: str) -> None:
    """A link in the folder is refused; what it points to stays as it was."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "one.yml").write_text("theirs\n")
    folder = tmp_path / "out"
    (folder / link).parent.mkdir(parents=True)
    (folder / link).symlink_to(outside if link == "a" else outside / "one.yml")
    with pytest.raises(WriteError, match="is a link"):
        write(folder, bundle(FIRST), may_overwrite=True)

    assert {"one.yml": "theirs\n"} == texts_of(outside)


@pytest.mark.parametrize("path", ["../escape.txt", "/tmp/escape.txt", "a/../../escape.txt"])
def test_a_manifest_cannot_lead_deletion_outside(tmp_path: Path, path: str) -> None:
    """A path of a forged manifest that leaves the folder counts for nothing."""
    victim = tmp_path / "escape.txt"
    victim.write_text("theirs\n")
    folder = tmp_path / "out"
    write(folder, bundle(FIRST))
    forged = (folder / MANIFEST).read_text().replace("a/one.yml", path)
    (folder / MANIFEST).write_text(forged)
    write(folder, bundle(SECOND), may_overwrite=True)

    assert victim.read_text() == "theirs\n"


def test_a_manifest_that_is_none_is_refused(tmp_path: Path) -> None:
    """A broken list is not taken for an empty one."""
    (tmp_path / MANIFEST).write_text("[1, 2")
    with pytest.raises(WriteError, match="not a list that opsc wrote"):
        write(tmp_path, bundle(FIRST))


def test_one_kind_alone_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    """With kinds, only their files change, and the manifest keeps the others' digests."""
    write(tmp_path, bundle(FIRST))
    write(tmp_path, bundle(SECOND, "c"))

    assert {**FIRST, "c/four.md": "4\n", "c/five.md": "5\n"} == {
        path: text for path, text in texts_of(tmp_path).items() if path != MANIFEST
    }
    assert '"b/three.md"' in (tmp_path / MANIFEST).read_text()


def test_differences_name_what_is_missing_changed_and_stale(tmp_path: Path) -> None:
    """A look at the folder says what a write would do, and writes nothing."""
    write(tmp_path, bundle(FIRST))
    before = texts_of(tmp_path)
    found = {change.path: (change.before, change.after) for change in _differences(tmp_path)}

    assert ("2\n", "two\n") == found["a/two.yml"]
    assert (None, "4\n") == found["c/four.md"]
    assert ("3\n", None) == found["b/three.md"]
    assert MANIFEST in found
    assert "a/one.yml" not in found
    assert before == texts_of(tmp_path)


def _differences(folder: Path) -> tuple[Any, ...]:
    return differences(folder, bundle(SECOND))


def test_nothing_differs_after_a_write(tmp_path: Path) -> None:
    """A folder as it was written has no drift."""
    write(tmp_path, bundle(SECOND), source_map="{}\n")

    assert () == differences(tmp_path, bundle(SECOND))


MUTATIONS = ("open", "fsync", "replace", "unlink", "mkdir", "rmdir", "rename")
"""Functions of `os` that change a disk, as the writer and pathlib call them."""


def test_a_cut_off_run_is_remembered_by_a_run_for_another_kind(tmp_path: Path) -> None:
    """What a killed run left of one kind survives a run for another, and stays ours."""
    write(tmp_path, bundle(FIRST))
    assert _killed_at(12, tmp_path, SECOND)
    left = {path for path in texts_of(tmp_path) if path.startswith("a/")}
    write(tmp_path, bundle(SECOND, "c"))

    assert left == {path for path in texts_of(tmp_path) if path.startswith("a/")}

    write(tmp_path, bundle(THIRD))

    assert expected(THIRD) == texts_of(tmp_path)


def test_what_a_cut_off_run_never_wrote_is_not_ours(tmp_path: Path) -> None:
    """Somebody may have put a file there since."""
    new = next(path for path in SECOND if path not in FIRST)
    count = 0
    while True:
        folder = tmp_path / f"out-{count}"
        write(folder, bundle(FIRST))
        if not _killed_at(count, folder, SECOND):
            break
        if (folder / PENDING).exists() and not (folder / new).exists():
            (folder / new).parent.mkdir(exist_ok=True)
            (folder / new).write_text("mine\n")
            with pytest.raises(WriteError, match="not of opsc's making"):
                write(folder, bundle(SECOND))
            assert "mine\n" == (folder / new).read_text()
        count += 1

    assert count > 15


def _killed_at(count: int, folder: Path, texts: dict[str, str]) -> bool:
    """Write in a child that is killed right before its mutation number `count`.

    Return whether the child was killed; False means that it ended before that many.
    """
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
        write(folder, bundle(texts), source_map="{}\n")
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("after", [SECOND, THIRD], ids=["the same again", "another spec"])
@pytest.mark.parametrize("single", [SINGLE, 1], ids=["few files", "many files"])
def test_a_kill_at_any_point_and_a_rerun_converge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, single: int, after: dict[str, str]
) -> None:
    """Killed before each change of the disk, every file is old or new, and a rerun mends.

    Files are made durable one by one where they are few, else all at once.
    """
    monkeypatch.setattr("compiler.write.SINGLE", single)
    count, kills = 0, 0
    while True:
        folder = tmp_path / f"out-{count}"
        write(folder, bundle(FIRST), source_map="{}\n")
        if not _killed_at(count, folder, SECOND):
            break
        kills += 1
        for path, text in texts_of(folder).items():
            if path in FIRST or path in SECOND:
                assert text in (FIRST.get(path), SECOND.get(path))
        write(folder, bundle(after), source_map="{}\n")

        assert expected(after) | {"source-map.json": "{}\n"} == texts_of(folder)
        assert not (folder / PENDING).exists()
        count += 1

    assert kills > 15
