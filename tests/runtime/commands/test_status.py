"""`opsrun status --html` writes a page of what has run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runtime.commands.registry import carry_out
from tests.runtime import plans
from tests.runtime.status.html_reader import Page

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "4f2c-canary-page"
SAYS = (
    "import os, sys; print('connecting with', os.environ['DSN']); print('<b>bold</b>');"
    " sys.exit('no answer from ' + os.environ['DSN'])"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a job has failed whose secret it had printed."""
    monkeypatch.setenv("CANARY", CANARY)
    step = plans.python(SAYS, secrets={"DSN": {"env": "CANARY"}})
    channels = {"hook": {"webhook": {"url_from": {"env": "CANARY"}}}}
    notice = {"channels": ["hook"], "outcomes": ["failed"]}
    plans.write(tmp_path, plans.job({"ask": step}, notice=notice), channels=channels)
    assert 1 == verb(tmp_path, "run", "tidy")
    return tmp_path


def verb(folder: Path, *arguments: str) -> int:
    """Return the exit code of a verb, with the plan and the state of a folder."""
    where = ("--plan", str(folder / "plan.json"), "--state", str(folder / "state"))
    return carry_out([*arguments, *where])


def test_a_page_shows_what_a_run_wrote_and_no_secret(folder: Path) -> None:
    """The real runner has hidden it in what it kept, and the page shows nothing else."""
    file = folder / "status.html"

    assert 0 == verb(folder, "status", "--html", str(file))
    text = file.read_text()
    assert CANARY not in text
    said = Page(text).text
    assert "connecting with ***" in said
    assert "no answer from ***" in said
    assert "<b>bold</b>" in said
    assert "1 job needs attention" in said


def test_the_page_replaces_an_older_one_and_leaves_nothing_beside_it(folder: Path) -> None:
    """Whoever serves the folder never sees half of it."""
    site = folder / "site"
    site.mkdir()
    (site / "status.html").write_text("old")

    assert 0 == verb(folder, "status", "--html", str(site / "status.html"))
    assert ["status.html"] == os.listdir(site)
    assert "old" != (site / "status.html").read_text()


def test_a_place_that_cannot_be_written_is_a_plain_fault(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which, and no traceback."""
    code = verb(folder, "status", "--html", str(folder / "gone/status.html"))

    assert 1 == code
    assert "gone/status.html" in capsys.readouterr().err
