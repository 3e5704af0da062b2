from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from compiler.emit import instrumentation
from compiler.emit.instrumentation.imports import IMPORTED
from compiler.emit.instrumentation.shape import DEFINED, shape
from compiler.model.metrics import Metric
from compiler.targets.instrumentation import taken_names
from tests.checkout import ROOT
from tests.compiler.emit.catalogues import every_metric, plan_of
from tests.compiler.emit.instrumentation.compiled import imported, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REFERENCE = ROOT / "generated/production/instrumentation/tabular_metrics.py"


def subjects() -> dict[str, str]:
    """Return the modules that tools are asked about, by what they are made of."""
    few = {"x_total": Metric(counter="Something")}
    return {
        "every": text_of(every_metric()),
        "few": text_of(few),
        "reference": REFERENCE.read_text(),
        **{
            str(metric.measures): text_of({name: metric})
            for name, metric in every_metric().items()
            if metric.measures
        },
    }


@pytest.mark.slow
def test_linters_and_type_checkers_have_no_complaint(tmp_path: Path) -> None:
    """What the project asks of its own code it asks of every module."""
    (tmp_path / "__init__.py").write_text('"""Compiled modules."""\n')
    for name, text in subjects().items():
        (tmp_path / f"{name}_metrics.py").write_text(text)
    files = [str(path) for path in sorted(tmp_path.glob("*_metrics.py"))]
    config = str(ROOT / "pyproject.toml")
    said = [
        subprocess.run(
            [sys.executable, "-m", *argv, *files],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        ).stdout.splitlines()[-1]
        for argv in (
            ["ruff", "check", "--no-cache", "--config", config],
            ["mypy", "--strict", "--config-file", config],
        )
    ]

    assert ["All checks passed!", f"Success: no issues found in {len(files)} source files"] == said


def test_a_module_imports_nothing_but_the_standard_library_and_prometheus_client() -> None:
    """What a service must install is one package."""
    tops = set()
    for node in ast.walk(ast.parse(text_of(every_metric()))):
        if isinstance(node, ast.Import):
            tops |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            tops.add((node.module or "").partition(".")[0])

    assert {"prometheus_client"} == tops - sys.stdlib_module_names


def test_no_name_of_the_catalogue_can_hide_one_of_the_module() -> None:
    """Every public name that a module defines or imports is kept from the catalogue's."""
    tree = ast.parse(text_of(every_metric()))
    defined = {
        name
        for node in tree.body
        for name in (
            [node.name]
            if isinstance(node, ast.ClassDef | ast.FunctionDef)
            else [node.target.id]
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
            else []
        )
        if not name.startswith("_")
    }
    literals = {each.name for each in shape(plan_of(every_metric()).services["shop"]).literals}

    assert defined - literals - {"ShopMetrics"} <= DEFINED
    assert {"Counter", "Any", "re"} < IMPORTED


def test_a_service_without_metrics_of_its_own_has_no_module() -> None:
    """Neither no metric at all, nor metrics that something else writes, make a file."""
    elsewhere = {"x": Metric(gauge="Usage", produced_by="a report")}

    assert () == instrumentation.emit(plan_of({}))
    assert () == instrumentation.emit(plan_of(elsewhere))


def test_a_line_of_a_class_leads_to_its_metric() -> None:
    """`opsc explain FILE:LINE` finds the entry of the catalogue."""
    (artifact,) = instrumentation.emit(plan_of(every_metric()))
    line = artifact.text.split("\n").index("class _ShopStockMetric(_Metric[Gauge]):") + 1
    origin = artifact.origin_of(line)

    assert origin is not None
    assert ("metrics", "shop_stock") == origin.path


def exposed(module: Any) -> dict[str, tuple[str, str]]:
    """Return the type and help of each metric that a module's registry exposes."""
    made = next(value for name, value in vars(module).items() if name.endswith("Metrics"))
    registry = CollectorRegistry()
    made(registry)
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {
        family.name: (family.type, family.documentation)
        for family in families
        # Beside counters and distributions stands the time of their first value.
        if not family.name.endswith("_created")
    }


def wanted(metrics: Mapping[str, Metric]) -> dict[str, tuple[str, str]]:
    """Return what a catalogue says of each metric that its module is to expose."""
    return {
        name.removesuffix("_total") if metric.counter is not None else name: (
            metric.type,
            str(getattr(metric, metric.type)),
        )
        for name, metric in metrics.items()
        if metric.produced_by is None
    }


def test_what_is_exposed_is_what_the_catalogue_declares(tmp_path: Path) -> None:
    """Names, types and help texts, whatever stands in them."""
    module = imported(text_of(every_metric()), tmp_path)

    assert wanted(every_metric()) == exposed(module)


TEXTS = st.text(min_size=1, max_size=60) | st.sampled_from(
    [
        '"""',
        "'''",
        "\\",
        '\\"""',
        "{{ 7 }}",
        "{% raw %}",
        "\n\n",
        "\r",
        "é\u2028\x0c",
        "# x",
        "\\N{DASH}",
    ]
)
NAMES = st.from_regex(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,8}", fullmatch=True) | st.sampled_from(
    [
        "class",
        "None",
        "__dict__",
        "_",
        "self",
        "Counter",
        "shared",
        "registry",
        "app",
        "http",
        "a:b",
    ]
)
LABELS = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_]{0,6}", fullmatch=True) | st.sampled_from(
    ["self", "amount", "value", "from", "type", "registry", "method", "status", "counter", "any"]
)
VALUES = st.integers(1, 50) | st.lists(TEXTS, min_size=1, max_size=3).map(tuple)


@st.composite
def metrics_of_a_kind(draw: st.DrawFn) -> Metric:
    """Return a metric of any type, labels and help."""
    kind = draw(st.sampled_from(("counter", "gauge", "histogram", "summary")))
    labels = draw(st.dictionaries(LABELS, VALUES, max_size=3))
    measured = {
        "counter": ("http_requests", "errors", "runs"),
        "gauge": ("runs_active",),
        "histogram": ("http_request_duration", "run_duration"),
        "summary": ("http_request_duration", "run_duration"),
    }[kind]
    measures: Any = draw(st.none() | st.sampled_from(measured))
    said: Any = {kind: draw(TEXTS)}
    return Metric(
        **said,
        labels={name: values for name, values in labels.items() if name not in {"le", "quantile"}},
        measures=measures,
        activity=draw(st.sampled_from(("a", "class", "app"))) if "run" in str(measures) else None,
        unit=draw(st.sampled_from((None, "seconds", "ratio", "timestamp", "count"))),
    )


@st.composite
def catalogues(draw: st.DrawFn) -> Mapping[str, Metric]:
    """Return a catalogue whose metrics take no name of each other's."""
    found: dict[str, Metric] = {}
    taken: set[str] = set()
    for name, metric in draw(st.dictionaries(NAMES, metrics_of_a_kind(), max_size=5)).items():
        given_name = f"{name}_total" if metric.counter is not None else name
        names = set(taken_names(given_name, metric))
        if not names & taken:
            taken |= names
            found[given_name] = metric
    return found


@pytest.mark.fuzz
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(metrics=catalogues())
def test_any_catalogue_compiles_to_a_module_that_exposes_it(
    metrics: Mapping[str, Metric], tmp_path: Path
) -> None:
    """No name and no text of a spec breaks out of the place it is written to."""
    if metrics:
        module = imported(text_of(metrics), tmp_path)
        shown = exposed(module)

        assert {name: kind for name, (kind, _help) in wanted(metrics).items()} == {
            name: kind for name, (kind, _help) in shown.items()
        }
