"""`opsc init`: a spec to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compiler.commands.conftest import Opsc


def test_the_spec_to_start_from_is_free_of_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opsc: Opsc
) -> None:
    """What `init` writes passes `check`, warnings included, and compiles."""
    monkeypatch.chdir(tmp_path)

    written = opsc("init", "corner-shop")
    checked = opsc("check", "--fail-on", "information")
    compiled = opsc("compile")

    assert (0, 0, 0) == (written.code, checked.code, compiled.code)
    assert "wrote specs/corner-shop.yaml; next: opsc check specs/corner-shop.yaml\n" == (
        written.stderr
    )
    assert "name: corner-shop" in (tmp_path / "specs/corner-shop.yaml").read_text()
    assert "" == checked.stdout


def test_a_second_spec_is_told_what_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opsc: Opsc
) -> None:
    """Without the sections that the message names, it compiles together with the first."""
    monkeypatch.chdir(tmp_path)
    opsc("init", "orders")

    said = opsc("init", "billing").stderr
    _, _, rest = said.partition("holds other specs; to compile with them, keep ")
    named = rest.partition(" in one file")[0].replace(" and ", ", ").split(", ")
    second = tmp_path / "specs/billing.yaml"
    sections = yaml.safe_load(second.read_text())
    for name in named:
        del sections[name]
    second.write_text(yaml.safe_dump(sections, sort_keys=False))
    checked = opsc("check")

    assert (0, "") == (checked.code, checked.stdout)
    assert 4 == len(named)


def test_init_keeps_a_file_that_exists(folder: Path, opsc: Opsc) -> None:
    """Nothing is overwritten."""
    before = (folder / "specs/shop.yaml").read_text()

    assert 2 == opsc("init", "shop").code
    assert before == (folder / "specs/shop.yaml").read_text()


@pytest.mark.parametrize("name", ["Shop", "two words", "../escape", ""])
def test_init_refuses_what_is_no_name(folder: Path, opsc: Opsc, name: str) -> None:
    """A name is lower-case words, so that it fits labels, files and units."""
    assert 2 == opsc("init", name).code
    assert ["shop.yaml"] == [path.name for path in (folder / "specs").iterdir()]
