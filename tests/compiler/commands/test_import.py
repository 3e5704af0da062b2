"""`opsc import`: specs of what was written for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compiler.commands.conftest import Opsc

SLOTH = """\
version: prometheus/v1
service: orders
slos:
  - name: availability
    objective: 99.9
    sli: {raw: {error_ratio_query: "avg_over_time(orders_failed_ratio[{{.window}}])"}}
    alerting: {name: OrdersFail}
"""


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that holds a document of Sloth, ``in.yaml``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.yaml").write_text(SLOTH)
    return tmp_path


def test_a_spec_is_printed_and_warnings_told(documents: Path, opsc: Opsc) -> None:
    """The product goes to standard output, talk to standard error."""
    result = opsc("import", "sloth", "in.yaml", "--team", "web", "--window", "28d")

    assert 0 == result.code
    assert "  owner: web\n" in result.stdout
    assert "    window: 28d\n" in result.stdout
    assert "warning[slo/no-impact]" in result.stderr


def test_what_is_written_passes_check_and_compiles(documents: Path, opsc: Opsc) -> None:
    """The file is a spec like any other."""
    imported = opsc("import", "sloth", "in.yaml", "-o", "specs/orders.yaml")
    checked = opsc("check")
    compiled = opsc("compile")

    assert (0, 0, 0) == (imported.code, checked.code, compiled.code)
    assert imported.stderr.endswith("wrote specs/orders.yaml\n")
    assert (documents / "generated/default/prometheus/rules/orders.slos.availability.yml").is_file()


def test_a_file_that_exists_is_kept(documents: Path, opsc: Opsc) -> None:
    """What somebody has edited since is not overwritten."""
    (documents / "out.yaml").write_text("mine")
    result = opsc("import", "sloth", "in.yaml", "-o", "out.yaml")

    assert 2 == result.code
    assert "exists already" in result.stderr
    assert "mine" == (documents / "out.yaml").read_text()


def test_several_services_need_a_folder(documents: Path, opsc: Opsc) -> None:
    """A spec describes one service; what they share is said once, so that they compile together."""
    (documents / "in.yaml").write_text(f"{SLOTH}---\n{SLOTH.replace('orders', 'search')}")
    printed = opsc("import", "sloth", "in.yaml")
    written = opsc("import", "sloth", "in.yaml", "-o", "specs")
    checked = opsc("check")

    assert (2, 0, 0) == (printed.code, written.code, checked.code)
    assert "are about 2 services" in printed.stderr
    assert ["orders.yaml", "platform.yaml", "search.yaml"] == sorted(
        path.name for path in (documents / "specs").iterdir()
    )


def test_a_service_may_have_the_name_of_what_services_share(documents: Path, opsc: Opsc) -> None:
    """The teams stand in a file that no service has."""
    (documents / "in.yaml").write_text(f"{SLOTH}---\n{SLOTH.replace('orders', 'platform')}")
    written = opsc("import", "sloth", "in.yaml", "-o", "specs/")
    checked = opsc("check")

    assert (0, 0) == (written.code, checked.code)
    assert ["orders.yaml", "platform.yaml", "teams.yaml"] == sorted(
        path.name for path in (documents / "specs").iterdir()
    )


def test_of_several_files_all_are_written_or_none(documents: Path, opsc: Opsc) -> None:
    """One that exists is found before the first one is written, and named."""
    (documents / "in.yaml").write_text(f"{SLOTH}---\n{SLOTH.replace('orders', 'search')}")
    (documents / "specs").mkdir()
    (documents / "specs/search.yaml").write_text("mine")
    result = opsc("import", "sloth", "in.yaml", "-o", "specs")

    assert 2 == result.code
    assert "`specs/search.yaml` exists already, and is kept as it is; nothing is" in result.stderr
    assert ["search.yaml"] == [path.name for path in (documents / "specs").iterdir()]


def test_a_slash_at_the_end_means_a_folder(documents: Path, opsc: Opsc) -> None:
    """It is made, also for a single spec."""
    result = opsc("import", "sloth", "in.yaml", "-o", "specs/")

    assert 0 == result.code
    assert (documents / "specs/orders.yaml").is_file()


def test_a_file_is_no_folder(documents: Path, opsc: Opsc) -> None:
    """The one that is in the way is named."""
    result = opsc("import", "sloth", "in.yaml", "-o", "in.yaml/")

    assert 2 == result.code
    assert "`in.yaml` exists already" in result.stderr


def test_what_is_printed_is_judged_at_its_source(documents: Path, opsc: Opsc) -> None:
    """A printed spec has no file that a finding could show."""
    printed = opsc("import", "sloth", "in.yaml")
    written = opsc("import", "sloth", "in.yaml", "-o", "orders.yaml")

    assert "warning[slo/no-impact]" in printed.stderr
    assert " orders.yaml:" not in printed.stderr
    assert " in.yaml:4:" in printed.stderr
    assert " orders.yaml:" in written.stderr


def test_nothing_is_written_when_a_document_is_refused(documents: Path, opsc: Opsc) -> None:
    """A finding stands at its line in the foreign document."""
    (documents / "in.yaml").write_text(SLOTH.replace("objective: 99.9", "objective: 100"))
    result = opsc("import", "sloth", "in.yaml", "-o", "out.yaml")

    assert 1 == result.code
    assert "--> in.yaml:5:16" in result.stderr
    assert not (documents / "out.yaml").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sloth", "in.yaml", "--owner", "The Web Team"], "is not a name"),
        (["sloth", "in.yaml", "--window", "a month"], "is not a duration"),
        (["pyrra", "in.yaml"], "'pyrra' is not one of"),
        (["sloth", "nowhere.yaml"], "cannot read `nowhere.yaml`"),
        (["sloth"], "Missing argument"),
    ],
)
def test_misuse_is_told(documents: Path, opsc: Opsc, words: list[str], said: str) -> None:
    """A wrong word exits with 2 and says what is right."""
    result = opsc("import", *words)

    assert 2 == result.code
    assert said in result.stderr
