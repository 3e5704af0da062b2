"""`opsc test`: what passes, what fails and where, and what keeps promtool from speaking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compiler.commands.conftest import Opsc

pytestmark = pytest.mark.e2e

TESTS = """\
    tests:
      it-goes-down:
        series: {'up{job="api", instance="api1:8000"}': 1x5 0x20}
        silent: [4m]
        fires:
          - at: AT
            labels: {instance: "api1:8000", job: api}
            annotations: {description: "WHO does not answer"}
"""


SLO = """
slos:
  weighed:
    objective: 99%
    ratio: {bad: shop_errors_ratio * shop_weight}
    impact: Customers see errors
    tests:
      all-fails:
        alert: page
        series: {shop_errors_ratio: 0x10 1x20, shop_weight: 1x31}
        silent: [5m, 29m]
"""


def write(folder: Path, *, at: str = "12m", who: str = "api1:8000") -> None:
    """Give the alert of the spec a test of its own."""
    spec = folder / "specs/shop.yaml"
    tests = TESTS.replace("AT", at).replace("WHO", who)
    spec.write_text(spec.read_text().replace("retention:", f"{tests}retention:", 1))


def script(folder: Path, text: str) -> None:
    """Put a program into a folder that takes promtool's place."""
    (folder / "bin").mkdir()
    tool = folder / "bin/promtool"
    tool.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exit 0\n{text}\n')
    tool.chmod(0o755)


def test_sound_tests_pass(folder: Path, opsc: Opsc) -> None:
    """Compiled and written tests are run in every environment, and counted; nothing is written."""
    write(folder)

    result = opsc("test")
    assert (result.code, result.stdout) == (0, "")
    assert "tests passed in " in result.stderr
    assert "(production " in result.stderr
    assert ", staging " in result.stderr
    assert [path.name for path in folder.iterdir()] == ["specs"]


def test_a_failure_is_shown_at_its_moment(folder: Path, opsc: Opsc) -> None:
    """What was expected and found stands at the line of the moment, once for all environments."""
    write(folder, who="api2:8000")

    result = opsc("test")
    assert result.code == 1
    assert result.stdout.count("error[test/failed]") == 1
    assert "`Down` does not do what its test says: `it-goes-down`" in result.stdout
    assert (
        "          - at: 12m\n   |                 ^^^ at 12m the annotation `description` is"
        " `api1:8000 does not answer`, expected `api2:8000 does not answer`"
    ) in result.stdout
    assert result.stderr.startswith("2 of ")


def test_a_failure_of_one_environment_says_so(folder: Path, opsc: Opsc) -> None:
    """In staging the alert waits for a minute, not for five."""
    write(folder, at="8m")

    result = opsc("test")
    assert result.code == 1
    assert "should fire, and nothing fires" in result.stdout
    assert "only in production" in result.stdout
    assert opsc("test", "--env", "staging").code == 0


def test_one_alert_alone_is_tested(folder: Path, opsc: Opsc) -> None:
    """`--only` takes the name of an alert; a wrong one gets a suggestion."""
    write(folder)
    every = opsc("test")

    one = opsc("test", "--only", "Down")
    wrong = opsc("test", "--only", "Dwon")
    assert one.code == 0
    assert one.stderr.split()[0] <= every.stderr.split()[0]
    assert wrong.code == 2
    assert "did you mean `Down`?" in wrong.stderr


def test_a_failure_of_a_test_of_an_slo_is_shown_at_its_moment(folder: Path, opsc: Opsc) -> None:
    """As that of an alert's test is; the SLO's name asks for it."""
    spec = folder / "specs/shop.yaml"
    spec.write_text(spec.read_text() + SLO)

    result = opsc("test", "--only", "weighed")
    assert result.code == 1
    assert "`ShopWeighedPage` does not do what its test says: `all-fails`" in result.stdout
    assert "silent: [5m, 29m]\n   |                      ^^^ at 29m" in result.stdout
    assert "nothing should" in result.stdout


def test_a_failure_is_data_too(folder: Path, opsc: Opsc) -> None:
    """Other formats hold it as any finding."""
    write(folder, who="api2:8000")

    assert '"id": "test/failed"' in opsc("test", "--format", "json").stdout
    assert opsc("test", "--format", "github").stdout.startswith("::error file=specs/shop.yaml,")


def test_errors_of_the_spec_come_first(folder: Path, opsc: Opsc) -> None:
    """Nothing is tested while a spec has errors."""
    write(folder)
    spec = folder / "specs/shop.yaml"
    spec.write_text(spec.read_text().replace("1x5 0x20", "1 x 5"))

    result = opsc("test")
    assert result.code == 1
    assert "error[spec/bad-samples]: `x` is no sample" in result.stdout
    assert "tests" not in result.stderr


def test_a_missing_promtool_is_named(
    folder: Path, opsc: Opsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user learns which package brings it; the exit code is that of a wrong call."""
    monkeypatch.setenv("PATH", str(folder))

    result = opsc("test")
    assert (result.code, result.stderr) == (
        2,
        "opsc: `promtool` is missing: install the package prometheus\n",
    )


@pytest.mark.parametrize(
    ("does", "said"),
    [("exec tail -f /dev/null", "did not end within 1 s"), ("kill -9 $$", "killed by signal 9")],
)
def test_a_promtool_without_a_verdict_is_told(
    folder: Path, opsc: Opsc, monkeypatch: pytest.MonkeyPatch, does: str, said: str
) -> None:
    """One that hangs is given up, one that is killed has not judged."""
    script(folder, does)
    monkeypatch.setenv("PATH", f"{folder}/bin:/bin:/usr/bin")

    result = opsc("test", "--timeout", "1")
    assert result.code == 2
    assert said in result.stderr
    assert "(tests of prometheus/tests/shop.yml)" in result.stderr
