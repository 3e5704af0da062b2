"""Foreign documents and what becomes of them; ``--update-goldens`` writes it anew."""

from __future__ import annotations

import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compiler.adopt.adopt import Adoption, adopt
from compiler.adopt.documents import Loaded, loaded
from compiler.adopt.promise import Asked
from compiler.commands.import_ import judged
from compiler.finding import Severity
from compiler.pipeline import compile_plan, examine_documents
from compiler.report import text
from compiler.source.reader import read

if TYPE_CHECKING:
    from compiler.artifact.artifact import Artifact
    from compiler.pipeline import Examination

GOLDENS = Path(__file__).parents[2] / "golden" / "adopt"
CASES = sorted(path.name for path in GOLDENS.iterdir())
VALID = [case for case in CASES if list((GOLDENS / case).glob("expected/*.yaml"))]


def adopted(case: str) -> tuple[Loaded, Adoption]:
    """Return a case's documents, and what became of them."""
    source = case.partition("-")[0]
    documents = loaded([("in.yaml", (GOLDENS / case / "in.yaml").read_bytes())])
    return documents, adopt(source, documents, Asked())


def examined(adoption: Adoption) -> Examination:
    """Return what is found in the specs that documents became."""
    documents = tuple(read(spec.file, spec.text.encode()) for spec in adoption.specs)
    return examine_documents(documents, today=date(2026, 11, 24))


@cache
def compiled(case: str) -> tuple[Artifact, ...]:
    """Return what the specs of a case compile to."""
    _documents, adoption = adopted(case)
    plans = examined(adoption).plans
    return tuple(artifact for plan in plans for artifact in compile_plan(plan))


def files(case: str) -> dict[str, str]:
    """Return the report about a case's documents, and its specs."""
    documents, adoption = adopted(case)
    found, texts = judged(adoption.specs, are_written=True)
    findings = [*adoption.findings, *found]
    has_errors = any(each.severity is Severity.ERROR for each in findings)
    specs = () if has_errors else adoption.specs
    return {
        "report.txt": text.render(findings, {**documents.texts, **texts}, colour=False),
        **{spec.file: spec.text for spec in specs},
    }


@pytest.mark.parametrize("case", CASES)
def test_what_becomes_of_foreign_documents(case: str, request: pytest.FixtureRequest) -> None:
    """Each is a spec, or is refused at its place with the way out."""
    folder = GOLDENS / case / "expected"
    made = files(case)
    if request.config.getoption("--update-goldens"):
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, content in made.items():
            (folder / name).write_text(content, encoding="utf-8")
    expected = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

    assert expected == made


@pytest.mark.parametrize("case", VALID)
def test_what_was_imported_passes_and_compiles(case: str) -> None:
    """A spec that `import` writes has no errors, and rules come of it."""
    _documents, adoption = adopted(case)
    found = examined(adoption)
    paths = {
        artifact.path.partition(".slos.")[0]
        for artifact in compiled(case)
        if ".slos." in artifact.path
    }

    assert [] == [each for each in found.findings if each.severity is Severity.ERROR]
    assert {
        f"prometheus/rules/{spec.file.removesuffix('.yaml')}"
        for spec in adoption.specs
        if spec.places
    } <= paths


@pytest.mark.e2e
def test_promtool_reads_the_rules_of_what_was_imported(tmp_path: Path) -> None:
    """No query of a foreign document ends what a rule writes around it."""
    for case in VALID:
        for artifact in compiled(case):
            if artifact.path.startswith("prometheus/rules/"):
                file = tmp_path / f"{case}-{Path(artifact.path).name}"
                file.write_text(artifact.text, encoding="utf-8")
    checked = subprocess.run(
        ["promtool", "check", "rules", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (0, "") == (checked.returncode, checked.stderr)


@pytest.mark.parametrize("case", CASES)
def test_what_is_told_stands_in_a_file_that_is_there(case: str) -> None:
    """Of a spec that is not written nothing is shown but the place that it comes from."""
    _documents, adoption = adopted(case)
    found, _texts = judged(adoption.specs, are_written=False)

    assert {"in.yaml"} >= {each.span.file for each in (*adoption.findings, *found)}


def test_the_corpus_is_large_enough() -> None:
    """Forty documents at least, of both formats, valid and not."""
    kinds = {(case.partition("-")[0], case in VALID) for case in CASES}

    assert 40 <= len(CASES)
    assert {("sloth", True), ("sloth", False), ("openslo", True), ("openslo", False)} == kinds


def test_every_rule_about_foreign_documents_stands_in_a_golden() -> None:
    """No id is raised whose report nobody has looked at."""
    from compiler.check.registry import RULES

    reports = "".join(path.read_text("utf-8") for path in GOLDENS.glob("*/expected/report.txt"))
    rules = {rule for rule in RULES if rule.startswith("adopt/")}

    assert set() == {rule for rule in rules if f"[{rule}]" not in reports}
