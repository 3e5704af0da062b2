"""`opsc check`: exit codes, formats, environments, and rules asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compiler.commands.conftest import Opsc


def spoil(folder: Path, written: str, instead: str) -> None:
    """Replace a piece of the sound spec."""
    file = folder / "specs/shop.yaml"
    text = file.read_text()
    assert written in text
    file.write_text(text.replace(written, instead))


def test_a_sound_spec_is_clean(folder: Path, opsc: Opsc) -> None:
    """Nothing on standard output, a word on standard error, exit code 0."""
    result = opsc("check")

    assert (0, "") == (result.code, result.stdout)
    assert "no faults in 1 file" in result.stderr


def test_an_error_fails_and_is_shown_with_its_caret(folder: Path, opsc: Opsc) -> None:
    """The fault's line stands in the report, with the column of the fault."""
    spoil(folder, 'up{job="api"}', 'upp(job="api")')
    result = opsc("check")

    assert result.code == 1
    assert "error[query/syntax]" in result.stdout
    assert "specs/shop.yaml:16:" in result.stdout
    assert "^" in result.stdout


def test_a_warning_fails_only_when_asked_to(folder: Path, opsc: Opsc) -> None:
    """`--fail-on` sets the least severity that fails."""
    spoil(folder, "    impact: Nobody can buy anything\n", "")

    assert [0, 1] == [opsc("check").code, opsc("check", "--fail-on", "warning").code]


def test_one_environment_can_be_looked_at_alone(folder: Path, opsc: Opsc) -> None:
    """A fault of an override is not seen in another environment."""
    spoil(folder, "alerts.Down.for: 1m", "alerts.Down.for: soon")

    assert opsc("check", "--env", "production").code == 0
    assert opsc("check", "--env", "staging").code == 1
    assert "only in staging" in opsc("check").stdout


def test_an_unknown_environment_is_a_usage_error(folder: Path, opsc: Opsc) -> None:
    """A name that nobody declares is told apart from a clean result."""
    result = opsc("check", "--env", "prod")

    assert result.code == 2
    assert "no environment `prod`" in result.stderr


def test_rules_can_be_asked_for(folder: Path, opsc: Opsc) -> None:
    """A family or an id; other findings are left out and do not fail."""
    spoil(folder, 'up{job="api"}', 'upp(job="api")')

    assert opsc("check", "--only", "alert").code == 0
    assert opsc("check", "--only", "query").code == 1
    assert opsc("check", "--only", "query/syntax").code == 1


def test_a_rule_that_does_not_exist_is_a_usage_error(folder: Path, opsc: Opsc) -> None:
    """A typing error in `--only` must not look like a clean spec."""
    result = opsc("check", "--only", "query/sintax")

    assert result.code == 2
    assert "did you mean `query/syntax`" in result.stderr


@pytest.mark.parametrize("words", [("check", "nowhere.yaml"), ("check", "--format", "xml")])
def test_misuse_exits_with_two(folder: Path, opsc: Opsc, words: tuple[str, ...]) -> None:
    """A path that does not exist and an unknown format are usage errors."""
    assert opsc(*words).code == 2


def test_json_is_whole_on_standard_output(folder: Path, opsc: Opsc) -> None:
    """The format for programs holds id, place and severity of each finding."""
    spoil(folder, "severity: critical", "severity: dire")
    result = opsc("check", "--format", "json")
    (finding,) = json.loads(result.stdout)["findings"]

    assert result.code == 1
    assert finding["id"] == "spec/unknown-reference"
    assert finding["severity"] == "error"


def test_github_gets_commands(folder: Path, opsc: Opsc) -> None:
    """The format of workflow commands names file and line."""
    spoil(folder, "severity: critical", "severity: dire")

    assert "::error file=specs/shop.yaml,line=19," in opsc("check", "--format", "github").stdout


def test_several_files_are_checked_together(folder: Path, opsc: Opsc) -> None:
    """Two services with one alert name clash; both places are shown."""
    text = (folder / "specs/shop.yaml").read_text().replace("name: shop", "name: till")
    (folder / "specs/till.yaml").write_text(text)
    result = opsc("check")

    assert result.code == 1
    assert "spec/duplicate-across-specs" in result.stdout
    assert "shop.yaml" in result.stdout
    assert "till.yaml" in result.stdout


def test_no_colour_leaves_the_process_of_a_pipe(folder: Path, opsc: Opsc) -> None:
    """Escape codes are for terminals."""
    spoil(folder, "severity: critical", "severity: dire")

    assert "\x1b" not in opsc("check").stdout


def test_a_suppression_for_one_environment_is_not_unused_in_another(
    folder: Path, opsc: Opsc
) -> None:
    """What is only wrong in staging may be allowed there; production alone stays clean."""
    spoil(
        folder,
        "staging: {labels: {environment: staging}, set: {alerts.Down.for: 1m}}",
        "staging:\n    labels: {environment: staging}\n    set:\n"
        "      # opsc: allow alert/no-for because staging is watched by nobody at night\n"
        "      alerts.Down.for: 1s",
    )

    for environments in ((), ("--env", "production"), ("--env", "staging")):
        assert opsc("check", "--fail-on", "information", *environments).code == 0


def test_an_unknown_environment_is_a_usage_error_beside_faults_too(
    folder: Path, opsc: Opsc
) -> None:
    """Findings that all environments share do not hide that nobody declared the name."""
    spoil(folder, "    impact: Nobody can buy anything\n", "")
    result = opsc("check", "--env", "stagin")

    assert result.code == 2
    assert "did you mean `staging`" in result.stderr
