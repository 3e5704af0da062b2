"""`opsc schema`, `init`, `completion`, help, and words that are no verbs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compiler.commands.conftest import Opsc


def test_the_schema_is_of_the_current_draft(opsc: Opsc) -> None:
    """A JSON Schema of 2020-12 on standard output."""
    schema = json.loads(opsc("schema").stdout)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_spec_to_start_from_is_free_of_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opsc: Opsc
) -> None:
    """What `init` writes passes `check`, warnings included, and compiles."""
    monkeypatch.chdir(tmp_path)

    assert opsc("init", "corner-shop").code == 0
    assert "name: corner-shop" in (tmp_path / "specs/corner-shop.yaml").read_text()
    checked = opsc("check", "--fail-on", "information")
    assert (0, "") == (checked.code, checked.stdout)
    assert opsc("compile").code == 0


def test_init_keeps_a_file_that_exists(folder: Path, opsc: Opsc) -> None:
    """Nothing is overwritten."""
    before = (folder / "specs/shop.yaml").read_text()

    assert opsc("init", "shop").code == 2
    assert before == (folder / "specs/shop.yaml").read_text()


@pytest.mark.parametrize("name", ["Shop", "two words", "../escape", ""])
def test_init_refuses_what_is_no_name(folder: Path, opsc: Opsc, name: str) -> None:
    """A name is lower-case words, so that it fits labels, files and units."""
    assert opsc("init", name).code == 2
    assert ["shop.yaml"] == [path.name for path in (folder / "specs").iterdir()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_completion(opsc: Opsc, shell: str) -> None:
    """The script calls opsc back for its words."""
    assert "_OPSC_COMPLETE" in opsc("completion", shell).stdout


def test_help_lists_the_verbs_and_exit_codes(opsc: Opsc) -> None:
    """A newcomer sees what there is without a manual."""
    result = opsc("--help")

    for word in ("check", "compile", "explain", "schema", "init", "completion", "drift"):
        assert word in result.stdout


def test_a_word_that_is_no_verb_gets_a_suggestion(opsc: Opsc) -> None:
    """`chekc` means check."""
    result = opsc("chekc")

    assert result.code == 2
    assert "Did you mean 'check'?" in result.stderr
