from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from runtime.errors import PlanError
from runtime.load import load_plan
from runtime.relations import LONGEST_SECONDS
from runtime.validation import read_plan
from tests.runtime import plans

if TYPE_CHECKING:
    from pathlib import Path


def refusal(raw: Any) -> str:
    """Return what is said of a plan that is refused."""
    with pytest.raises(PlanError) as caught:
        read_plan(raw if isinstance(raw, str) else json.dumps(raw), "plan.json")
    return str(caught.value)


def test_a_plan_is_loaded_with_its_steps_in_order(tmp_path: Path) -> None:
    """Numbers, defaults and the order of steps arrive."""
    steps = {"second": plans.expire("/srv/a"), "first": plans.disk("/srv")}
    path = plans.write(tmp_path, plans.job(steps, timeout_seconds=30))

    job = load_plan(str(path)).jobs["tabular/tidy"]

    assert (30, 10, ["second", "first"]) == (
        job.timeout_seconds,
        job.stop_grace_seconds,
        list(job.steps),
    )


def test_another_major_version_is_refused_before_anything_else() -> None:
    """The message names both versions and the way out."""
    said = refusal({"major": 2, "what": "ever"})

    assert said.startswith("plan.json: the plan's version is 2, this opsrun reads 1: compile")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps": {}}, 'jobs."tabular/tidy".steps: a job needs a step'),
        ({"colour": "red"}, 'jobs."tabular/tidy".colour: is no key of the contract'),
        ({"timeout": "5m"}, 'jobs."tabular/tidy".timeout: is no key of the contract'),
        ({"timeout_seconds": 0}, 'jobs."tabular/tidy".timeout_seconds: must be more than 0'),
        (
            {"timeout_seconds": -5},
            'jobs."tabular/tidy".timeout_seconds: `-5` is not a duration: a plan holds',
        ),
        (
            {"start_deadline_seconds": None},
            'jobs."tabular/tidy".start_deadline_seconds: `NoneType` is not a duration',
        ),
        ({"name": "../etc"}, 'jobs."tabular/../etc": "../etc" is not a name'),
        ({"time_zone": "Europe/Atlantis"}, "time_zone: there is no time zone `Europe/Atlantis`"),
        ({"schedule": "daily at 2:00"}, "schedule: `2:00` is not a time of day"),
        ({"description": 5}, 'jobs."tabular/tidy".description: input should be a valid string'),
        (
            {"steps": {"a": {"kind": "files.shred"}}},
            "steps.a.kind: `files.shred` is no kind; there are cache.cleanup, command, data.expire",
        ),
        (
            {"steps": {"a": plans.expire("/srv", keep="5d")}},
            'jobs."tabular/tidy".steps.a.parameters.keep: is no key of the contract',
        ),
        (
            {"steps": {"a": {"kind": "files.expire", "parameters": {"places": [{}]}}}},
            'jobs."tabular/tidy".steps.a.parameters.places[0].root: is missing',
        ),
        (
            {"steps": {"a": plans.expire("/srv", keep_latest="3")}},
            "steps.a.parameters.keep_latest: input should be a valid integer",
        ),
        (
            {"steps": {"a": {"kind": "health.check", "parameters": {"checks": {"b": {}}}}}},
            "steps.a.parameters.checks.b: one of `http`, `postgres`",
        ),
    ],
)
def test_a_fault_is_named_with_its_path(change: dict[str, Any], said: str) -> None:
    """Whatever breaks the contract is refused in words, at its place."""
    job = plans.job({"a": plans.expire("/srv")}) | change

    assert said in refusal(plans.plan(job))


def test_every_fault_is_said_in_one_run() -> None:
    """Two broken jobs give two lines."""
    broken = [
        plans.job({"a": plans.expire("/srv")}, name=name, time_zone="Asia/Atlantis")
        for name in ("one", "two")
    ]

    assert len(refusal(plans.plan(*broken)).splitlines()) == 2


def test_a_key_that_is_not_its_job_is_refused() -> None:
    """The key decides where state is kept; it must be service and name."""
    raw = plans.plan(plans.job({"a": plans.expire("/srv")}))
    raw["jobs"]["tabular/other"] = raw["jobs"].pop("tabular/tidy")

    assert "the key is not `tabular/tidy`" in refusal(raw)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("[]", "the plan: "),
        ("{", "is not JSON"),
        ('{"major": 1, "major": 1}', 'the key "major" is there twice'),
        ('{"major": NaN}', "NaN is not a number"),
        ("[" * 100_000, "nested too deep"),
        ('{"major": 1, "minor": 0, "compiler": "1", "environment": 5}', "environment: input"),
    ],
    ids=["empty", "list", "cut", "twice", "nan", "deep", "types"],
)
def test_what_is_no_plan_is_refused(text: str, said: str) -> None:
    """No text makes the door fail in another way."""
    found = refusal(text)

    assert found.startswith("plan.json: ")
    assert said in found


@pytest.mark.parametrize(
    "field", ["timeout_seconds", "start_deadline_seconds", "stop_grace_seconds", "expect_seconds"]
)
def test_a_time_beyond_a_hundred_years_is_refused(field: str) -> None:
    """A hundred years themselves are fine; nothing that computes with them overflows."""
    steps = {"a": plans.expire("/srv")}

    plans.loaded_job(steps, **{field: LONGEST_SECONDS})
    said = refusal(plans.plan(plans.job(steps, **{field: 1e300})))

    assert f'jobs."tabular/tidy".{field}: must not be more than 3153600000, a hundred' in said


@pytest.mark.parametrize(
    ("step", "place"),
    [
        (plans.expire("/srv", older_than_seconds=1e300), "older_than_seconds"),
        (plans.ask("http://127.0.0.1", 1e300), "checks.api.timeout_seconds"),
    ],
)
def test_a_parameter_beyond_a_hundred_years_is_refused(step: dict[str, Any], place: str) -> None:
    """The times of steps are bound as those of jobs are, however deep they lie."""
    assert f"steps.a.parameters.{place}: must not be" in refusal(plans.plan(plans.job({"a": step})))


def test_an_infinite_number_is_refused() -> None:
    """1e999 is valid JSON, and no timeout."""
    text = json.dumps(plans.plan(plans.job({"a": plans.expire("/srv")})))

    assert "is not a duration" in refusal(
        text.replace('"timeout_seconds": 60', '"timeout_seconds": 1e999')
    )


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are no text are plan errors."""
    (tmp_path / "bytes").write_bytes(b"\xff")

    for name, said in [("missing", "No such file"), ("", "directory"), ("bytes", "not UTF-8")]:
        with pytest.raises(PlanError, match=said):
            load_plan(str(tmp_path / name))
