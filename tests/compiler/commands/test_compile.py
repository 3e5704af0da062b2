"""`opsc compile`: folders, drift, kinds, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from compiler import pipeline
from tests.compiler.commands.test_check import spoil

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan
    from tests.compiler.commands.conftest import Opsc


def files_of(folder: Path) -> set[str]:
    """Return the paths of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_every_environment_gets_its_folder(folder: Path, opsc: Opsc) -> None:
    """Artifacts, manifest and source map stand in each."""
    result = opsc("compile")
    expected = {
        "jobs/plan.json",
        "manifest.json",
        "prometheus/prometheus.yml",
        "prometheus/rules/shop.yml",
        "runbooks/Down.md",
        "source-map.json",
        "systemd/opsrun-shop-tidy.service",
        "systemd/opsrun-shop-tidy.timer",
    }

    assert result.code == 0
    for environment in ("production", "staging"):
        assert expected <= files_of(folder / "generated" / environment)


def test_an_override_reaches_the_artifacts_of_its_environment_alone(
    folder: Path, opsc: Opsc
) -> None:
    """The alert waits a minute in staging and five in production."""
    opsc("compile")
    rules = "prometheus/rules/shop.yml"

    assert "for: 5m" in (folder / "generated/production" / rules).read_text()
    assert "for: 1m" in (folder / "generated/staging" / rules).read_text()


def test_nothing_is_written_while_there_are_errors(folder: Path, opsc: Opsc) -> None:
    """The report goes to standard error, the exit code is 1, the folder stays away."""
    spoil(folder, "severity: critical", "severity: dire")
    result = opsc("compile")

    assert result.code == 1
    assert "spec/unknown-reference" in result.stderr
    assert not (folder / "generated").exists()


def test_a_fresh_folder_has_no_drift(folder: Path, opsc: Opsc) -> None:
    """`--check` after a compile is silent and exits 0."""
    opsc("compile")
    result = opsc("compile", "--check")

    assert (0, "") == (result.code, result.stdout)


def test_drift_is_shown_and_exits_with_three(folder: Path, opsc: Opsc) -> None:
    """An edited, a missing and a stale file each stand in the difference; nothing is written."""
    opsc("compile")
    rules = folder / "generated/production/prometheus/rules/shop.yml"
    rules.write_text(rules.read_text().replace("for: 5m", "for: 50m"))
    (folder / "generated/staging/runbooks/Down.md").unlink()
    result = opsc("compile", "--check")

    assert result.code == 3
    assert "-        for: 50m" in result.stdout
    assert "+        for: 5m" in result.stdout
    assert "+++ generated/staging/runbooks/Down.md" in result.stdout
    assert "2 files differ" in result.stderr
    assert "for: 50m" in rules.read_text()


def test_before_the_first_compile_everything_is_drift(folder: Path, opsc: Opsc) -> None:
    """A folder that does not exist differs in every file."""
    assert opsc("compile", "--check").code == 3
    assert not (folder / "generated").exists()


def test_one_kind_can_be_compiled_alone(folder: Path, opsc: Opsc) -> None:
    """Only that kind's folder appears, and the manifest lists what is there."""
    result = opsc("compile", "--env", "production", "--only", "jobs")
    manifest = json.loads((folder / "generated/production/manifest.json").read_text())

    assert result.code == 0
    assert ["jobs/plan.json"] == list(manifest["artifacts"])


def test_an_unknown_kind_is_a_usage_error(folder: Path, opsc: Opsc) -> None:
    """The message names the kinds there are."""
    result = opsc("compile", "--only", "grafanna")

    assert result.code == 2
    assert "prometheus" in result.stderr


def test_a_file_in_the_way_is_kept(folder: Path, opsc: Opsc) -> None:
    """What opsc did not write is not overwritten before somebody says so."""
    runbook = folder / "generated/production/runbooks/Down.md"
    runbook.parent.mkdir(parents=True)
    runbook.write_text("mine\n")
    refused = opsc("compile")

    assert refused.code == 2
    assert "--overwrite" in refused.stderr
    assert runbook.read_text() == "mine\n"
    assert opsc("compile", "--overwrite").code == 0
    assert runbook.read_text() != "mine\n"


def test_verify_shows_what_the_targets_tools_refuse_at_the_line_of_the_spec(
    folder: Path, opsc: Opsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promtool's complaint about a rule points at the alert that the rule is from."""
    genuine = pipeline.compile_plan

    def spoilt(plan: Plan) -> tuple[Artifact, ...]:
        return tuple(
            replace(each, text=each.text.replace("} == 0", "} ==")) for each in genuine(plan)
        )

    monkeypatch.setattr(pipeline, "compile_plan", spoilt)
    result = opsc("compile", "--verify", "--env", "production")

    assert result.code == 1
    assert "error[artifact/refused]: promtool refuses" in result.stderr
    assert "specs/shop.yaml:14:" in result.stderr


def test_verify_has_nothing_to_say_about_a_sound_spec(folder: Path, opsc: Opsc) -> None:
    """All tools accept all files."""
    assert opsc("compile", "--verify").code == 0


def test_another_services_artifacts_are_not_removed_by_accident(folder: Path, opsc: Opsc) -> None:
    """Compiling fewer specs into one folder is refused until somebody says that it is meant."""
    text = (folder / "specs/shop.yaml").read_text()
    text = text.replace("name: shop", "name: till").replace("Down", "TillDown")
    text = text.replace("scrape: {api:", "scrape: {till:")
    text = text.replace("teams: {ops: {contact: {email: ops@example.org}}}\n", "")
    (folder / "specs/till.yaml").write_text(text)
    assert opsc("compile").code == 0
    (folder / "specs/till.yaml").unlink()
    refused = opsc("compile")

    assert refused.code == 2
    assert "`till`" in refused.stderr
    assert (folder / "generated/production/prometheus/rules/till.yml").exists()

    assert opsc("compile", "--drop-services").code == 0
    assert not (folder / "generated/production/prometheus/rules/till.yml").exists()
