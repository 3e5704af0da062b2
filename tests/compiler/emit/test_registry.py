"""All emitters together: none is forgotten, and all are pure."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import compiler.emit
import compiler.emit.package
from compiler.emit.registry import emit_all, emitters, packages
from tests.checkout import ROOT
from tests.compiler.emit.cases import cases
from tests.compiler.emit.package.plans import LARGE, large

if TYPE_CHECKING:
    from pathlib import Path

    from compiler.lower.plan import Plan

DIGEST = (
    "import hashlib\n"
    "from compiler.emit.registry import emit_all\n"
    "from tests.compiler.emit.test_registry import everything\n"
    "made = ((a.path, a.text, a.origins) for a in emit_all(everything()))\n"
    "print(hashlib.sha256(repr(list(made)).encode()).hexdigest())\n"
)


def everything() -> Plan:
    """Return the plans of several cases in one."""
    plans = {name: plan for name, (_emitter, plan) in cases().items()}
    return replace(
        plans["prometheus-2.42"],
        stack=replace(plans["prometheus-2.42"].stack, kubernetes=LARGE),
        routing=plans["alertmanager-0.25"].routing,
        jobs=(*plans["systemd"].jobs, *large().in_cluster.jobs),
        services={**plans["prometheus-2.42"].services, **plans["instrumentation"].services},
    )


def test_every_module_is_registered() -> None:
    """A back end that nobody calls does not exist."""
    modules = {module.name for module in pkgutil.iter_modules(compiler.emit.__path__)}
    packed = {module.name for module in pkgutil.iter_modules(compiler.emit.package.__path__)}

    assert modules - {"package", "registry"} == set(emitters())
    assert packed == set(packages())


def test_artifacts_are_sorted_and_none_comes_twice() -> None:
    """The order of the manifest is that of the paths."""
    paths = [artifact.path for artifact in emit_all(everything())]

    assert paths == sorted(set(paths))


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    """Hash seed, locale, time zone and working folder change nothing."""
    digests = set()
    for seed, zone, locale in (("1", "Asia/Tokyo", "C"), ("2", "America/New_York", "C.UTF-8")):
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": locale,
        }
        ended = subprocess.run(
            [sys.executable, "-c", DIGEST],
            env=environment,
            cwd=tmp_path if seed == "1" else ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(ended.stdout)

    assert len(digests) == 1


def test_texts_end_in_one_line_feed_and_have_no_other_break() -> None:
    """Files are LF-ended, whatever the machine."""
    for artifact in emit_all(everything()):
        assert artifact.text.endswith("\n"), artifact.path
        assert "\r" not in artifact.text, artifact.path


def test_every_origin_lies_in_its_artifact() -> None:
    """Ranges are sorted, and end where the text ends at the latest."""
    for artifact in emit_all(everything()):
        count = artifact.text.count("\n")
        firsts = [lines.first for lines in artifact.origins]

        assert firsts == sorted(firsts), artifact.path
        assert all(1 <= lines.first <= lines.last <= count for lines in artifact.origins)


def test_an_alert_is_found_again_by_its_line() -> None:
    """The innermost range around a rule is that of its alert."""
    rules = next(a for a in emit_all(everything()) if a.path == "prometheus/rules/tabular.yml")
    line = rules.text.split("\n").index("      - alert: DiskFull") + 1
    around = [lines for lines in rules.origins if lines.first <= line <= lines.last]

    assert ("alerts", "DiskFull") == around[-1].origin.path
