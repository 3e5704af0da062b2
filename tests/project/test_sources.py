"""The files of the project speak of the project alone, and its pages lead somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import compiler
import runtime
from tests.checkout import ROOT, files, project

if TYPE_CHECKING:
    from pathlib import Path

# In pieces, so that this file does not find itself. The platform that is watched has a home too.
FOREIGN = re.compile(
    rb"(?<![\w./-])/(?:wor"
    rb"k|roo"
    rb"t|home/(?!tabular/)[a-z][\w-]*)/|pypi\."
    rb"org|python"
    rb"hosted"
)
PAGES = tuple(path for path in files() if path.suffix == ".md" and "golden" not in path.parts)


def shown(path: Path) -> str:
    """Given a file, return how it is called from the root."""
    return str(path.relative_to(ROOT))


def test_the_version_is_the_same_everywhere() -> None:
    """The constants that answer ``--version`` are the distribution's version."""
    assert (project()["version"],) * 2 == (compiler.VERSION, runtime.VERSION)


def test_no_file_holds_a_path_of_a_machine_or_a_registry() -> None:
    """A home folder, a checkout's place or a download address is of one machine alone."""
    found = [shown(path) for path in files() if FOREIGN.search(path.read_bytes())]

    assert [] == found


@pytest.mark.parametrize("package", ["compiler", "runtime"])
def test_each_package_has_a_page(package: str) -> None:
    """A newcomer finds the rooms of a package described in it."""
    assert (ROOT / package / "README.md").read_text().startswith(f"# {package}\n")


@pytest.mark.parametrize("package", ["compiler", "runtime"])
def test_each_package_is_marked_as_typed(package: str) -> None:
    """Type checkers of those who import it believe its annotations."""
    assert (ROOT / package / "py.typed").is_file()


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    """A relative link names a file that is there."""
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [link for link in links if "://" not in link]

    assert [] == [link for link in local if not (page.parent / link).exists()]


def test_every_folder_of_tests_is_a_package() -> None:
    """Without an ``__init__.py`` a folder of tests shadows the package it is named after."""
    folders = {path.parent for path in files() if path.match("tests/**/*.py")}

    assert [] == [shown(folder) for folder in folders if not (folder / "__init__.py").is_file()]
