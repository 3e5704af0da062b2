from __future__ import annotations

import ast
import asyncio
import os
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
from tests.compiler.emit.instrumentation.served import ask

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


SERVICE = '''
"""A service that uses each part of its instrumentation."""

from collections.abc import AsyncIterator, Iterator

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from every_metrics import HttpMiddleware, Run, ShopMetrics, Size, worker_ended

metrics = ShopMetrics(CollectorRegistry())
watch = metrics.shop_errors_total.watch(component="a", kinds={KeyError: "OSError"})


@metrics.order(size="small")
@metrics.shop_plain_seconds.time()
@watch
async def ordered(number: int) -> str:
    Run.current().fail()
    return str(number)


@metrics.shop_order_seconds.time(size="large")
def numbers() -> Iterator[int]:
    yield 1


@watch
async def later() -> AsyncIterator[int]:
    yield 2


async def home(request: Request) -> Response:
    size: Size = "small"
    with metrics.order(size=size) as run, metrics.shop_order_seconds.time(size=size) as timing:
        said = await ordered(sum(numbers()))
        async for number in later():
            said += str(number)
        run.fail()
    metrics.shop_stock.set(timing.duration, type="a", self_=said)
    async with watch:
        return PlainTextResponse(said)


def child_exit(pid: int) -> None:
    worker_ended(pid)


plain = Starlette(routes=[Route("/", home), Mount("/metrics", metrics.app())])
plain.add_middleware(HttpMiddleware, metrics=metrics, region="eu")
app = FastAPI()
app.add_middleware(HttpMiddleware, metrics=metrics, region="us", skip_paths=["/metrics"])
app.mount("/plain", plain)
app.routes.append(Route("/metrics", metrics.app()))
'''


@pytest.mark.slow
def test_a_service_passes_the_type_checker_and_works(tmp_path: Path) -> None:
    """As the module's docstring says that it is used, and every part of it."""
    (tmp_path / "every_metrics.py").write_text(text_of(every_metric()))
    (tmp_path / "service.py").write_text(SERVICE)
    said = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "service.py"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    ).stdout

    assert said == "Success: no issues found in 1 source file\n"


def test_a_service_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its page says what was asked of it."""
    (tmp_path / "every_metrics.py").write_text(text_of(every_metric()))
    monkeypatch.syspath_prepend(str(tmp_path))
    service = imported(SERVICE, tmp_path)
    asked = [asyncio.run(ask(service.app, path)) for path in ("/plain/", "/metrics")]
    page = asked[1][1]["body"].decode()
    monkeypatch.delitem(sys.modules, "every_metrics")

    assert b"12" == asked[0][1]["body"]
    assert (
        'shop_requests_total{endpoint="/plain/",method="GET",region="us",status="200"} 1.0' in page
    )
    assert 'shop_orders_total{result="failed",size="small"} 2.0' in page
    assert "shop_plain_seconds_count 1.0" in page


WORKER = """
import os
from every_metrics import shared
metrics = shared()
metrics.shop_orders_running.inc(2)
metrics.shop_share_ratio.set(os.getpid(), type="x")
metrics.shop_last_order_timestamp_seconds.set(7)
metrics.shop_faults_total.inc(3, kind="x")
print(os.getpid())
"""
PAGE = """
import asyncio, sys
from every_metrics import MetricsApp, worker_ended
from prometheus_client import CollectorRegistry
from tests.compiler.emit.instrumentation.served import ask
for pid in sys.argv[1:]:
    worker_ended(int(pid))
print(asyncio.run(ask(MetricsApp(CollectorRegistry())))[1]["body"].decode())
"""


def test_a_worker_that_has_ended_leaves_only_what_it_counted(tmp_path: Path) -> None:
    """Of two processes the page adds up, and forgets what the one showed of the present."""
    (tmp_path / "every_metrics.py").write_text(text_of(every_metric()))
    (folder := tmp_path / "shared").mkdir()
    paths = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "PROMETHEUS_MULTIPROC_DIR": str(folder)}

    def said(program: str, *argv: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", program, *argv],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **paths},
        ).stdout

    def shown(*ended: str) -> tuple[float, ...]:
        samples = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(said(PAGE, *ended))
            for sample in family.samples
        }
        return (
            samples["shop_faults_total", "x"],
            samples["shop_orders_running",],
            samples["shop_share_ratio", "x"],
            samples["shop_last_order_timestamp_seconds",],
        )

    first, second = (int(said(WORKER)) for _worker in range(2))

    assert (6, 4, second, 7) == shown()
    assert (6, 2, first, 7) == shown(str(second))


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
