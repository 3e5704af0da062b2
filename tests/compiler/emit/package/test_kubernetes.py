from __future__ import annotations

import shutil
import subprocess
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from compiler.emit.package.kubernetes import package
from compiler.emit.registry import emit_all, emitters
from compiler.targets.kubernetes import CONFIG_MAP_LIMIT
from tests.checkout import ROOT
from tests.compiler.emit.package import plans
from tests.kubernetes import judge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan

GOLDEN: Final = ROOT / "tests" / "golden" / "package"
CASES: Final = {
    "kubernetes": (plans.large(), (plans.DASHBOARD,)),
    "kubernetes-small": (plans.small(), ()),
}
KUSTOMIZATION: Final = "kustomization.yaml"
FOLDERS: Final = [
    *(GOLDEN / case / "kubernetes" for case in CASES),
    *sorted(ROOT.glob("generated/*/kubernetes")),
]


def packed(plan: Plan, more: tuple[Artifact, ...] = ()) -> dict[str, Artifact]:
    """Return what is packed of a plan and of further artifacts, by the file's name."""
    made = [artifact for emit in emitters().values() for artifact in emit(plan)]
    found = package(plan, [*made, *more])
    return {artifact.path.rpartition("/")[2]: artifact for artifact in found}


def manifests(folder: Path) -> list[dict[str, Any]]:
    """Return the objects of a folder, in the order of its kustomization."""
    listed = yaml.safe_load((folder / KUSTOMIZATION).read_text())["resources"]
    return judge.read((folder / name).read_text() for name in listed)


@pytest.mark.parametrize("case", CASES)
def test_the_manifests_are_the_goldens(case: str, request: pytest.FixtureRequest) -> None:
    """Every file of a case is as it was when somebody last looked, and there is none beside."""
    written = {artifact.path: artifact.text for artifact in packed(*CASES[case]).values()}
    folder = GOLDEN / case
    if request.config.getoption("--update-goldens"):
        shutil.rmtree(folder, ignore_errors=True)
        for path, text in written.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    golden = {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }

    assert golden == written


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_nobody_has_a_word_against_a_manifest(folder: Path) -> None:
    """kubernetes-validate, the operator's schemas and our own judge accept every one of them."""
    found = manifests(folder)

    assert found
    assert [] == judge.faults(found)


def test_the_reference_spec_compiles_for_a_cluster() -> None:
    """What is held against the judges is not the goldens alone."""
    assert (ROOT / "generated" / "kubernetes" / "kubernetes") in FOLDERS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_every_file_is_listed_and_every_listed_file_is_there(folder: Path) -> None:
    """Kustomize leaves out what nobody lists."""
    listed = yaml.safe_load((folder / KUSTOMIZATION).read_text())["resources"]

    assert {KUSTOMIZATION, *listed} == {file.name for file in folder.iterdir()}
    assert len(listed) == len(set(listed))


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_kustomize_puts_together_what_was_written(folder: Path) -> None:
    """The objects stay, each gets the namespace and the label, and no selector changes."""
    ended = subprocess.run(
        ["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=True
    )
    built = {f"{one['kind']}/{one['metadata']['name']}": one for one in judge.read([ended.stdout])}
    written = {f"{one['kind']}/{one['metadata']['name']}": one for one in manifests(folder)}
    namespace = yaml.safe_load((folder / KUSTOMIZATION).read_text())["namespace"]

    assert "" == ended.stderr
    assert built.keys() == written.keys()
    for name, one in built.items():
        assert namespace == one["metadata"].pop("namespace")
        assert written[name] == one


def _schedule(one: dict[str, Any], value: str) -> None:
    one["spec"]["schedule"] = value


def _spec(one: dict[str, Any], key: str, value: Any) -> None:
    one["spec"][key] = value


def _pod(one: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = one["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return spec


def _container(one: dict[str, Any]) -> dict[str, Any]:
    container: dict[str, Any] = _pod(one)["containers"][0]
    return container


MISSED_BY_SCHEMAS: Final[dict[str, tuple[Callable[[dict[str, Any]], object], str]]] = {
    "bad cron expression": (lambda one: _schedule(one, "99 99 * * *"), "is no schedule"),
    "six fields": (lambda one: _schedule(one, "0 0 2 * * *"), "is no schedule"),
    "Sunday as 7": (lambda one: _schedule(one, "0 2 * * 7"), "robfig"),
    "last day": (lambda one: _schedule(one, "0 2 L * *"), "robfig"),
    "zone in the schedule": (
        lambda one: _schedule(one, "TZ=Europe/Berlin 0 2 * * *"),
        "a zone stands in the schedule",
    ),
    "zone that nobody knows": (lambda one: _spec(one, "timeZone", "Europe/Nowhere"), "no zone"),
    "zone of the controller": (lambda one: _spec(one, "timeZone", "Local"), "controller's"),
    "bad concurrency policy": (
        lambda one: _spec(one, "concurrencyPolicy", "Nope"),
        "is no concurrencyPolicy",
    ),
    "start deadline too short": (
        lambda one: _spec(one, "startingDeadlineSeconds", 9),
        "startingDeadlineSeconds is below 10",
    ),
    "history below nothing": (
        lambda one: _spec(one, "failedJobsHistoryLimit", -1),
        "failedJobsHistoryLimit is out of range",
    ),
    "name too long": (lambda one: one["metadata"].update(name="x" * 53), "is no name"),
    "name with an underscore": (lambda one: one["metadata"].update(name="clean_up"), "is no name"),
    "label value too long": (
        lambda one: one["metadata"]["labels"].update(release="x" * 64),
        "is no label",
    ),
    "label value with a blank": (
        lambda one: one["metadata"]["labels"].update(release="a b"),
        "is no label",
    ),
    "bad memory": (
        lambda one: _container(one)["resources"]["limits"].update(memory="1GiB"),
        "`1GiB` is no quantity",
    ),
    "bad cpu": (
        lambda one: _container(one)["resources"]["requests"].update(cpu="0.1 cores"),
        "is no quantity",
    ),
    "bad size of a volume": (
        lambda one: _pod(one)["volumes"].append({"name": "x", "emptyDir": {"sizeLimit": "much"}}),
        "`much` is no quantity",
    ),
    "restart of a job's pod": (
        lambda one: _pod(one).update(restartPolicy="Always"),
        "is no restartPolicy",
    ),
    "root": (lambda one: _pod(one)["securityContext"].pop("runAsNonRoot"), "may run as root"),
    "no seccomp": (lambda one: _pod(one)["securityContext"].pop("seccompProfile"), "seccomp"),
    "a folder of the host": (
        lambda one: _pod(one)["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
        "not allowed",
    ),
    "the host's network": (lambda one: _pod(one).update(hostNetwork=True), "hostNetwork is set"),
    "a token": (lambda one: _pod(one).pop("automountServiceAccountToken"), "token"),
    "capabilities": (
        lambda one: _container(one)["securityContext"].update(capabilities={"drop": []}),
        "capabilities are kept",
    ),
    "growing privileges": (
        lambda one: _container(one)["securityContext"].pop("allowPrivilegeEscalation"),
        "privileges may grow",
    ),
    "a writable image": (
        lambda one: _container(one)["securityContext"].pop("readOnlyRootFilesystem"),
        "can be written",
    ),
    "a mount of nothing": (
        lambda one: _container(one)["volumeMounts"].append({"name": "no", "mountPath": "/no"}),
        "is not there",
    ),
    "two mounts at one path": (
        lambda one: _container(one)["volumeMounts"].append({"name": "plan", "mountPath": "/tmp"}),
        "is mounted twice",
    ),
    "retries of the Job": (
        lambda one: one["spec"]["jobTemplate"]["spec"].update(backoffLimit=6),
        "opsrun tries again",
    ),
}


def cron_job() -> dict[str, Any]:
    """Return a CronJob without a fault."""
    text = packed(plans.small())["cron-job-opsrun-tabular-probe.yaml"].text
    (one,) = judge.read([text])
    return one


@pytest.mark.parametrize("fault", MISSED_BY_SCHEMAS)
def test_what_the_schemas_miss_our_judge_finds(fault: str) -> None:
    """No schema has a word against it, and no cluster would run it as meant."""
    damage, said = MISSED_BY_SCHEMAS[fault]
    one = cron_job()
    damage(one)

    assert [] == judge.schema_faults(one)
    assert any(said in each for each in judge.faults([one])), judge.faults([one])


def test_two_objects_of_one_name_are_found() -> None:
    """The second would replace the first."""
    one = cron_job()

    assert ["CronJob opsrun-tabular-probe: 2 times"] == judge.faults([one, deepcopy(one)])


def test_a_config_map_over_the_limit_is_found() -> None:
    """A schema counts no bytes."""
    (one,) = judge.read([packed(plans.small())["plan.yaml"].text])
    one["data"]["plan.json"] = "é" * (CONFIG_MAP_LIMIT // 2 + 1)

    assert [] == judge.schema_faults(one)
    assert [f"ConfigMap {one['metadata']['name']}: its data is over 1 MiB"] == judge.faults([one])


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("rules-tabular.yaml", ("spec", "groups", 0, "interval"), "30 seconds"),
        ("rules-tabular.yaml", ("spec", "groups", 0, "rules", 0, "alrt"), "X"),
        ("scrape-asked.yaml", ("spec", "scheme"), "https"),
        ("scrape-asked.yaml", ("spec", "job_name"), "x"),
        ("cron-job-opsrun-tabular-clean.yaml", ("spec", "shedule"), "* * * * *"),
        ("cron-job-opsrun-tabular-clean.yaml", ("spec", "suspend"), "no"),
    ],
)
def test_the_schemas_refuse_what_they_should(
    name: str, path: tuple[str | int, ...], value: str
) -> None:
    """A judge who accepts everything is none."""
    (one,) = judge.read([packed(plans.large())[name].text])
    node: Any = one
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value

    assert judge.schema_faults(one)


def test_nothing_is_written_without_a_cluster() -> None:
    """Who has no cluster has no folder of manifests."""
    plan = plans.small()

    assert {} == packed(replace(plan, stack=replace(plan.stack, kubernetes=None)))


def test_dashboards_are_wrapped_where_there_are_some() -> None:
    """The sidecar of Grafana finds them by their label, and their text is as it was."""
    made = packed(plans.small(), (plans.DASHBOARD,))["dashboard-tabular-jobs.yaml"]
    (one,) = judge.read([made.text])

    assert "1" == one["metadata"]["labels"]["grafana_dashboard"]
    assert {"Tabular_Jobs.json": plans.DASHBOARD.text} == one["data"]


def test_a_line_of_what_is_wrapped_leads_back_to_its_entry() -> None:
    """Lines of rules, of the plan, of a dashboard are known in the manifest as in the artifact."""
    plan = plans.large()
    made = packed(plan, (plans.DASHBOARD,))

    for name, line, entry in (
        ("rules-tabular.yaml", "        - alert: HighCPUUsage", ("alerts", "HighCPUUsage")),
        ("plan.yaml", '        "tabular/clean": {', ("jobs", "clean")),
        ("dashboard-tabular-jobs.yaml", '      "title": "Jobs",', ("dashboards", "jobs")),
        ("alertmanager.yaml", "      receiver: platform-mail", ("routing",)),
    ):
        number = made[name].text.split("\n").index(line) + 1
        origin = made[name].origin_of(number)

        assert origin is not None, name
        assert entry == origin.path


def test_the_wrapped_rules_and_routes_are_the_very_ones_that_were_judged() -> None:
    """What promtool and amtool accept is what the cluster gets."""
    plan = plans.large()
    made = packed(plan)
    own = {one.path: one.text for emit in emitters().values() for one in emit(plan)}
    (rules, secret) = judge.read([made["rules-tabular.yaml"].text, made["alertmanager.yaml"].text])

    assert yaml.safe_load(own["prometheus/rules/tabular.yml"]) == rules["spec"]
    assert own["alertmanager/alertmanager.yml"] == secret["stringData"]["alertmanager.yaml"]


def test_a_change_of_a_job_gives_its_pods_another_plan() -> None:
    """The ConfigMap is named after its content, and nothing else names it."""
    plan = plans.small()
    changed = replace(plan.jobs[0], contract=replace(plan.jobs[0].contract, timeout_seconds=7))
    names = []
    for each in (plan, plan, replace(plan, jobs=(changed,))):
        made = packed(each)
        (config_map, one) = judge.read(
            [made["plan.yaml"].text, made["cron-job-opsrun-tabular-probe.yaml"].text]
        )
        mounted = {v["name"]: v for v in _pod(one)["volumes"]}["plan"]["configMap"]["name"]
        names.append(mounted)

        assert config_map["immutable"] is True
        assert config_map["metadata"]["name"] == mounted

    assert names[0] == names[1] != names[2]


def test_jobs_of_hosts_are_in_no_pod_and_jobs_of_the_cluster_on_no_host() -> None:
    """Each gets the plan of its own jobs, and the channels that these tell through."""
    made = {artifact.path: artifact.text for artifact in emit_all(plans.large())}

    assert '"tabular/on-a-host"' in made["jobs/plan.json"]
    assert '"tabular/clean"' not in made["jobs/plan.json"]
    assert '"channels": {}' in made["jobs/plan.json"]
    assert "tabular/on-a-host" not in made["kubernetes/plan.yaml"]
    assert "tabular/clean" in made["kubernetes/plan.yaml"]
    assert [
        "systemd/opsrun-tabular-on-a-host.service",
        "systemd/opsrun-tabular-on-a-host.timer",
    ] == [path for path in sorted(made) if path.startswith("systemd/")]


def test_a_package_can_be_asked_for_alone() -> None:
    """What it is made of is emitted, and not returned."""
    paths = {artifact.path for artifact in emit_all(plans.large(), ("kubernetes",))}

    assert {path for path in paths if not path.startswith("kubernetes/")} == set()
    assert "kubernetes/rules-tabular.yaml" in paths


def test_no_secret_is_written_but_where_it_is_kept() -> None:
    """Pods name keys of Secrets, and the only Secret that is written names files."""
    made = packed(plans.large())
    written = judge.read(one.text for name, one in made.items() if name != KUSTOMIZATION)
    secrets = [one for one in written if one["kind"] == "Secret"]

    assert ["alertmanager-opsc"] == [one["metadata"]["name"] for one in secrets]
    assert [{"alertmanager.yaml"}] == [set(one["stringData"]) for one in secrets]
