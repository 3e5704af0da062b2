"""The tools' verdicts on broken artifacts, as data that a source map can be joined with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compiler.authority import kubernetes
from compiler.authority.judge import judge
from compiler.targets.kubernetes import CONFIG_MAP_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from compiler.authority.complaint import Complaint

    Broken = Callable[[str, str, str, str], tuple[Complaint, ...]]

GOLDEN = Path(__file__).parents[2] / "golden" / "emit"
PACKAGED = GOLDEN.with_name("package")

pytestmark = pytest.mark.e2e


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """Return a function that changes one golden file and has it judged."""

    def judged(case: str, path: str, old: str, new: str) -> tuple[Complaint, ...]:
        golden = next(one / case for one in (GOLDEN, PACKAGED) if (one / case).is_dir())
        for file in sorted(golden.rglob("*.*")):
            copy = tmp_path / file.relative_to(golden)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
        text = (tmp_path / path).read_text()
        assert old in text
        (tmp_path / path).write_text(text.replace(old, new))
        return judge(tmp_path)

    return judged


def test_an_empty_folder_is_fine(tmp_path: Path) -> None:
    """Nothing is asked about nothing."""
    assert judge(tmp_path) == ()


def test_promtool_refuses_a_configuration(broken: Broken) -> None:
    """An unknown key is told with its line."""
    (found,) = broken(
        "prometheus-2.42", "prometheus/prometheus.yml", "honor_labels", "honour_labels"
    )

    assert (found.tool, found.path) == ("promtool", "prometheus/prometheus.yml")
    assert "honour_labels" in found.message
    assert found.line is not None


def test_promtool_refuses_an_expression(broken: Broken) -> None:
    """A query that does not parse is told with the line of its rule."""
    path = "prometheus/rules/tabular.yml"
    (found,) = broken("prometheus-2.42", path, "disk_free < 0.1", "disk_free <<")
    lines = (GOLDEN / "prometheus-2.42" / path).read_text().split("\n")

    assert (found.tool, found.path) == ("promtool", path)
    assert found.line is not None
    assert "alert: DiskFull" in "\n".join(lines[found.line - 3 : found.line])


def test_promtool_lints(broken: Broken) -> None:
    """A rule that comes twice is refused."""
    path = "prometheus/rules/tabular.yml"
    found = broken("prometheus-2.42", path, "alert: Quiet", "alert: HighCPUUsage")

    assert [("promtool", path)] == [(complaint.tool, complaint.path) for complaint in found]
    assert "duplicate rule" in found[0].message


def test_amtool_refuses_a_configuration(broken: Broken) -> None:
    """A receiver that is missing is told."""
    path = "alertmanager/alertmanager.yml"
    (found,) = broken("alertmanager-0.25", path, "- name: hook\n", "- name: hooks\n")

    assert ("amtool", path) == (found.tool, found.path)
    assert "undefined receiver" in found.message


def test_amtool_finds_a_route_that_ends_elsewhere(broken: Broken) -> None:
    """A case that does not hold is told with its line and both receivers."""
    path = "alertmanager/alertmanager.yml"
    (found,) = broken(
        "alertmanager-0.25", path, '- severity="critical"\n      r', '- a="b"\n      r'
    )
    lines = (GOLDEN / "alertmanager-0.25/alertmanager/routes.test.yml").read_text().split("\n")

    assert found.message == "expected the receivers hook,on-call, found hook,platform-chat"
    assert found.path == "alertmanager/routes.test.yml"
    assert found.line is not None
    assert "alertname: Page" in lines[found.line]


@pytest.mark.parametrize(
    ("unit", "old", "new", "message"),
    [
        ("service", "KillMode=mixed", "KillMood=mixed", "Unknown key 'KillMood'"),
        ("timer", "02:00:00", "25:00:00", "Failed to parse calendar"),
    ],
)
def test_systemd_analyze_refuses_a_unit(
    broken: Broken, unit: str, old: str, new: str, message: str
) -> None:
    """An unknown key and a bad value are told, though the exit code may be 0."""
    path = f"systemd/opsrun-tabular-expire-logs.{unit}"
    found = broken("systemd", path, old, new)
    lines = (GOLDEN / "systemd" / path).read_text().split("\n")

    assert found[0].tool == "systemd-analyze"
    assert found[0].path == path
    assert message in found[0].message
    assert found[0].line is not None
    assert old in lines[found[0].line - 1]


def test_systemd_analyze_weighs_the_confinement(broken: Broken) -> None:
    """A service that keeps its rights is told with its exposure."""
    path = "systemd/opsrun-tabular-expire-logs.service"
    (found,) = broken("systemd", path, "CapabilityBoundingSet=\n", "")

    assert ("systemd-analyze", path) == (found.tool, found.path)
    assert "exposure" in found.message


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_refuses_two_objects_of_one_name(broken: Broken) -> None:
    """Kustomize knows each object by its kind and its name."""
    (found,) = broken(
        "kubernetes",
        "kubernetes/scrape-node.yaml",
        "name: scrape-node\n",
        "name: scrape-listed\n",
    )

    assert ("kubectl", "kubernetes/kustomization.yaml") == (found.tool, found.path)
    assert "may not add resource with an already registered id" in found.message


def test_kubectl_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no cluster at hand verifies everything else."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert () == tuple(kubernetes.judge(PACKAGED / "kubernetes"))


def test_a_dashboard_that_fits_into_no_config_map_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API server would refuse it, and the old dashboard would stay."""
    monkeypatch.setenv("PATH", str(tmp_path))
    shutil.copytree(PACKAGED / "kubernetes" / "kubernetes", tmp_path / "kubernetes")
    dashboard = tmp_path / "kubernetes" / "dashboard-tabular-jobs.yaml"
    long = "x" * CONFIG_MAP_LIMIT
    dashboard.write_text(dashboard.read_text().replace('"Jobs"', f'"{long}"'))
    (found,) = kubernetes.judge(tmp_path)

    assert "kubernetes/dashboard-tabular-jobs.yaml" == found.path
    assert "a ConfigMap holds 1024 KiB, and this one would have 1024" == found.message
