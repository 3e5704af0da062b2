"""The guide's database maintenance runs from the compiled `local` plan, against a PostgreSQL."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from compiler.pipeline import compile_plan, examine
from tests.checkout import ROOT
from tests.faults.opsrun import opsrun
from tests.servers.database import Database, database_of
from tests.servers.postgres import PASSWORD, postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY = date(2026, 11, 23)
JOBS = ("cleanup-old-rows", "vacuum-database", "maintain-database", "update-statistics")


@pytest.fixture(scope="module")
def plan() -> str:
    """The job plan of the environment `local`."""
    reference = examine([str(ROOT / "specs/tabular.yaml")], today=TODAY)
    (local,) = (plan for plan in reference.plans if plan.environment == "local")
    (text,) = (one.text for one in compile_plan(local) if one.path == "jobs/plan.json")
    return text


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The platform's database: 200 generations, one a day, of ten rows of data each."""
    with postgres() as server, database_of(server) as made:
        monkeypatch.setenv("TABULAR_DSN", made.dsn)
        made.run(
            "CREATE TABLE generation_metadata (id int PRIMARY KEY, created_at timestamptz,"
            " generator_type text, status text)"
        )
        made.run(
            "CREATE TABLE synthetic_data (id int PRIMARY KEY, data_size int, quality_score float,"
            " generation int NOT NULL REFERENCES generation_metadata)"
        )
        made.run("CREATE INDEX of_generation ON synthetic_data (generation)")
        made.run(
            "INSERT INTO generation_metadata SELECT n, now() - n * interval '1 day', 'gaussian',"
            " 'done' FROM generate_series(1, 200) n"
        )
        made.run(
            "INSERT INTO synthetic_data SELECT n, n, 0.9, (n - 1) / 10 + 1"
            " FROM generate_series(1, 2000) n"
        )
        yield made


@pytest.mark.e2e
@pytest.mark.slow
def test_the_guides_maintenance_runs_from_the_local_plan(
    database: Database, plan: str, tmp_path: Path
) -> None:
    """Each job does its work, says what it would do before, and leaves its figures as metrics."""
    (tmp_path / "plan.json").write_text(plan)
    said = []
    for job in JOBS:
        dry = opsrun(tmp_path, "run", job, "--dry-run")
        done = opsrun(tmp_path, "run", job)
        logs = opsrun(tmp_path, "logs", job)

        assert (0, 0) == (dry.returncode, done.returncode), (dry, done)
        said += [dry.stdout, dry.stderr, done.stdout, done.stderr, logs.stdout]

    assert [(89, 890)] == database.run(
        "SELECT (SELECT count(*) FROM generation_metadata), (SELECT count(*) FROM synthetic_data)"
    )
    told = "\n".join(said)
    assert "would delete 111 rows of public.generation_metadata" in told
    assert 'analyzing "public.generation_metadata"' in told
    assert "public.of_generation: " in told
    exposition = (tmp_path / "state/metrics/opsrun.prom").read_text()
    assert PASSWORD not in told + exposition
    found = {
        (sample.name, sample.labels["step"], sample.labels.get("table", "")): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name.startswith(("opsrun_postgres", "opsrun_data"))
    }

    assert 1221 == found["opsrun_data_expire_rows", "expire", ""]
    data = "public.synthetic_data"
    assert 1110 == found["opsrun_data_expire_table_rows", "expire", data]
    assert found["opsrun_postgres_vacuum_table_reclaimed_bytes", "vacuum", data] > 0
    assert 890 == found["opsrun_postgres_analyze_table_rows", "statistics", data]
    assert ("opsrun_postgres_bloat_table_wasted_bytes", "bloat", data) in found
    assert ("opsrun_postgres_reindex_reclaimed_bytes", "reindex", "") in found
