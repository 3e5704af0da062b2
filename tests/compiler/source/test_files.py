from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from compiler.errors import InputError
from compiler.source.characters import MAX_FILE_BYTES
from compiler.source.files import displayed, gather, load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a working folder with specs and with what is none."""
    for name in (
        "specs/b.yaml",
        "specs/a.yml",
        "specs/deep/er/c.yaml",
        "specs/.hidden.yaml",
        "specs/.git/d.yaml",
        "specs/notes.md",
        "other.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("opsc: 1\n")
    (tmp_path / "specs/deep/loop").symlink_to(tmp_path / "specs")
    (tmp_path / "specs/link.yaml").symlink_to(tmp_path / "specs/b.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_means_its_specs_in_order(specs: Path) -> None:
    """Specs of all folders below, each once, by name; hidden ones and linked folders are not."""
    assert ["specs/a.yml", "specs/b.yaml", "specs/deep/er/c.yaml"] == gather(["specs"])
    assert gather(["specs"]) == gather(["specs/"])


def test_a_named_file_is_taken_whatever_it_is_called(specs: Path) -> None:
    """Order of the command line, names as they were given, every file once."""
    paths = ["other.txt", "./specs/b.yaml", "specs", "specs/.hidden.yaml"]

    expected = ["other.txt", "./specs/b.yaml", "specs/a.yml", "specs/deep/er/c.yaml"]
    assert [*expected, "specs/.hidden.yaml"] == gather(paths)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.yaml", "cannot read `nowhere.yaml`: no such file or directory"),
        ("other.txt/x", "cannot read `other.txt/x`: not a directory"),
        ("a\0b", "cannot read `a\0b`: not a path"),
        ("specs/.git/empty", "the folder `specs/.git/empty` holds no *.yaml file"),
    ],
)
def test_a_path_without_a_spec_is_an_input_error(specs: Path, path: str, message: str) -> None:
    """What cannot be read stops the run with a sentence about it."""
    (specs / "specs/.git/empty").mkdir()

    with pytest.raises(InputError) as raised:
        gather([path])

    assert message == str(raised.value)


def test_documents_are_shown_by_the_names_given(specs: Path) -> None:
    """Loading reads each file that the paths mean."""
    documents = load(["specs/a.yml", "specs/deep"])

    assert ["specs/a.yml", "specs/deep/er/c.yaml"] == [each.text.file for each in documents]
    assert all(each.root == {"opsc": 1} for each in documents)


def test_an_endless_file_is_read_up_to_the_limit(specs: Path) -> None:
    """A device that never ends gives a finding about its size."""
    (document,) = load(["/dev/zero"])

    assert ["spec/too-deep"] == [finding.id for finding in document.findings]
    assert f"larger than {MAX_FILE_BYTES >> 20} MiB" in document.findings[0].headline


def test_names_that_are_not_utf_8_can_be_shown(specs: Path) -> None:
    """Strange bytes of a name do not reach the terminal."""
    assert "a\ufffd.yaml" == displayed(os.fsdecode(b"a\xff.yaml"))
