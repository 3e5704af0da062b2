"""The page is whole, needs nothing beside itself, and lets nothing in that is not text."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from runtime.collector.judge import HostStatus, State, judge
from runtime.collector.sample import Group
from runtime.contract.collector import Collector as Asked
from runtime.contract.collector import Watched
from runtime.contract.plan import Job, Plan, Step
from runtime.journal.outbox_view import Entry
from runtime.journal.overview import Ran
from runtime.journal.record import AttemptRecord, Hold, OccurrenceRecord, StepRecord
from runtime.lineage import this_process
from runtime.status.choice import Choice, chosen
from runtime.status.dues import Dues
from runtime.status.health import CheckStatus, Health, Overall, Part
from runtime.status.html import headers, headline, page
from runtime.status.job import Moment
from runtime.status.reading import Detail, View
from runtime.status.status import status_of
from tests.runtime.collector.samples import sample
from tests.runtime.status.html_reader import Page
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.status.board import Board

EVIL = """</style></script><b id=evil onclick="x()">'"&amp;{{7*7}}</b>\u2028\x00<!--"""


def hostile() -> str:
    """Return a page in which everything that comes from outside is hostile."""
    plan = Plan(major=1, minor=1, compiler="0", environment=EVIL, jobs={EVIL: hostile_job()})
    status = status_of(
        plan,
        Moment(view=hostile_view(), dues=Dues(plan.jobs), now=START),
        host_name=EVIL,
        host=hostile_host(),
    )
    some = chosen(status, Choice(words="evil", show="all"))
    return page(status, some, {EVIL: hostile_detail()}, refresh_seconds=15)


def hostile_job() -> Job:
    """Return a job that is called so, and its step and check, too."""
    check = {"http": {"url": EVIL}, "timeout_seconds": 5, "optional": False}
    return Job(
        service=EVIL,
        name=EVIL,
        description=EVIL,
        schedule="daily at 02:00",
        start_deadline_seconds=60,
        timeout_seconds=60,
        steps={EVIL: Step(kind="health.check", parameters={"checks": {EVIL: check}})},
    )


def hostile_view() -> View:
    """Return what a journal says of that job: a hold, a check's answer, a message."""
    hold = Hold(job=EVIL, since=START, until=START, reason=EVIL, held_by=EVIL)
    entry = Entry(
        channel=EVIL,
        key=EVIL,
        state="given up",
        notices=1,
        jobs=(EVIL,),
        since=START,
        attempts=1,
        next_attempt_at=None,
        last_error=EVIL,
    )
    answers = {EVIL: {"status": "degraded", "message": EVIL, "version": EVIL}}
    return View(
        holds={EVIL: hold},
        facts={(EVIL, EVIL): (START, {"checks": answers})},
        undelivered=(entry,),
    )


def hostile_host() -> HostStatus:
    """Return how a host is whose processes, disks and failures are called so."""
    watched = Asked(processes={EVIL: Watched(name="x")}, disks=(EVIL,))
    looks = [
        replace(
            sample(second, cpu_ratio=0.5),
            processes={EVIL: Group(count=1, cpu_seconds=0)},
            failures={EVIL: EVIL},
        )
        for second in range(3)
    ]
    return judge(looks, watched, 2.0)


def hostile_detail() -> Detail:
    """Return the latest runs of that job, and what it wrote."""
    step = StepRecord(
        name=EVIL,
        outcome="failed",
        exit_code=1,
        duration_seconds=1,
        summary=EVIL,
        facts={},
        output="",
    )
    attempt = AttemptRecord(
        number=1,
        process=this_process(),
        planned_at=START,
        started_at=START,
        ended_at=START,
        outcome="failed",
        reason=EVIL,
        duration_seconds=1,
        steps=(step,),
    )
    last = OccurrenceRecord(
        job=EVIL,
        due_at=START,
        manual=False,
        outcome="failed",
        exit_code=1,
        ended_at=START,
        reason=EVIL,
        attempts=(attempt,),
    )
    ran = Ran(
        due_at=START,
        manual=False,
        outcome="failed",
        exit_code=1,
        reason=EVIL,
        duration_seconds=1.0,
    )
    return Detail(course=(ran, ran), last=last, tail=f"{EVIL}\n{EVIL}")


def test_hostile_text_is_text() -> None:
    """Names, descriptions, log lines, reasons and errors make no element and no attribute."""
    found = Page(hostile())

    assert "evil" not in found.of("id")
    assert [] == found.of("onclick")
    assert 1 == len(found.named("script"))
    # Among others: environment, host, check and its message, hold, outbox, process, disk, job,
    # reason, step, summary and two lines of a log.
    assert found.text.count("<b id=evil") > 15
    assert "49" not in re.findall(r"\{\{7\*7\}\}|49", found.text)


def test_the_page_is_sound_and_whole(board: Board) -> None:
    """Every element is closed in turn, each id is there once, and labels lead to one."""
    found = Page(board.page({}))
    ids = found.of("id")

    assert sorted(set(ids)) == sorted(ids)
    assert set() == {name for one in found.of("aria-labelledby") for name in one.split()} - {*ids}
    assert 14 == len(found.named("summary"))


def test_the_page_loads_nothing_and_leads_to_itself_alone(board: Board) -> None:
    """No address but those of its own pages, and no style in an attribute."""
    found = Page(board.page({}))
    addresses = [*found.of("href"), *found.of("src"), *found.of("action")]

    assert addresses
    assert all(re.match(r"(\?|#|data:image/svg)", one) for one in addresses), addresses
    assert [] == found.of("style")
    assert [] == [name for _, one in found.elements for name in one if name.startswith("on")]


@pytest.mark.parametrize(("element", "rule"), [("style", "style-src"), ("script", "script-src")])
def test_the_headers_name_the_page_s_own_style_and_script(
    board: Board, element: str, rule: str
) -> None:
    """A browser runs what has this digest, and nothing else."""
    text = re.search(f"<{element}>(.*?)</{element}>", board.page({}), re.DOTALL)

    assert text is not None
    digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
    policy = headers()["Content-Security-Policy"]
    assert f"{rule} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_what_is_pressing_stands_first_and_in_words(board: Board) -> None:
    """Late before missed, before failed; then what runs, what is held, and the rest."""
    found = Page(board.page({}))
    names = [
        "sessions",
        "rotate-logs",
        "statistics",
        "import",
        "report",
        "thumbnails",
        "docker-prune",
    ]

    assert [f"job-tabular/{name}" for name in names] == [
        one["id"] for one in found.named("details") if str(one["id"]).startswith("job-")
    ][: len(names)]
    for said in (
        "The service and the host are degraded, and 5 jobs need attention",
        "was due 10min ago, and has not begun",
        "nothing ran it when it was due, 45min ago",
        "ConnectionError: the server closed the connection",
        "its process is gone",
        "runs since 8min ago; 2min is usual",
        "step draw, began 7s ago",
        "held 3h ago: the registry is being moved",
        "the replica is 42s behind",
        "0 told, 1 waiting",
    ):
        assert said in re.sub(r"\s+", " ", found.text)


def test_pictures_have_words(board: Board) -> None:
    """Whoever cannot see them is told the same."""
    found = Page(board.page({}))

    assert "Last 30 runs: 28 ok, 2 failed" in found.text
    assert re.search(r"Durations of 24 runs: median 1\dmin", found.text)
    assert all(
        one.get("aria-hidden") == "true" or (one["role"] == "img" and one["aria-labelledby"])
        for one in found.named("svg")
    )


def test_a_page_for_a_file_leads_nowhere(board: Board) -> None:
    """It says its own policy, asks for nothing, and has no script."""
    found = Page(board.file())
    metas = {one.get("http-equiv"): one.get("content") for one in found.named("meta")}

    assert [] == [*found.named("script"), *found.named("form"), *found.named("noscript")]
    assert "default-src 'none'" in str(metas["Content-Security-Policy"])
    assert "refresh" not in metas
    assert all(one.startswith(("#", "data:")) for one in found.of("href"))


def test_without_its_script_the_page_asks_for_itself_unless_told_otherwise(board: Board) -> None:
    """Those who want to read in peace say so in the address."""
    assert '<noscript><meta http-equiv="refresh"' in board.page({})
    assert "<noscript>" not in board.page({"refresh": "off"})
    assert "<script>" not in board.page({"refresh": "off"})


def test_search_and_pages_are_addresses(board: Board) -> None:
    """What was searched for stays in the field and in the links."""
    found = Page(board.page({"q": "e", "size": "3", "page": "2"}))
    links = {one.get("rel"): one["href"] for one in found.named("a")}

    assert "?q=e&size=3#jobs" == links["prev"]
    assert "?q=e&page=3&size=3#jobs" == links["next"]
    assert "e" == next(one["value"] for one in found.named("input") if one.get("name") == "q")
    assert "No job fits." in Page(board.page({"q": "nothing like it"})).text


def test_nothing_has_run_yet(empty_board: Callable[[], Board]) -> None:
    """A fresh host has a page, and no journal is made for it."""
    board = empty_board()
    found = Page(board.page({}))

    assert "Everything runs as planned" in found.text
    assert 14 == len(found.named("summary"))
    assert "unknown" == board.health()["status"]


def test_a_plan_without_jobs_says_so() -> None:
    """An empty list is no riddle."""
    plan = Plan(major=1, minor=1, compiler="0", environment="local", jobs={})
    status = status_of(plan, Moment(view=View(), dues=Dues({}), now=START))

    assert "The plan has no jobs" == headline(status)
    assert "The plan has no jobs." in Page(page(status, chosen(status, Choice()), {})).text


@pytest.mark.parametrize(
    ("check", "host", "part", "said"),
    [
        ("unknown", "unhealthy", "healthy", "The host is unhealthy"),
        ("degraded", "healthy", "unhealthy", "Opsrun is unhealthy"),
        ("error", "degraded", "degraded", "The service is unhealthy"),
        ("unknown", "healthy", "healthy", "The service is degraded"),
        ("degraded", "unknown", "healthy", "The service and the host are degraded"),
        ("healthy", None, "degraded", "Opsrun is degraded"),
    ],
)
def test_the_headline_names_whoever_is_worst(
    check: Health, host: State | None, part: Health, said: str
) -> None:
    """One that is only not known takes no blame for what another does."""
    plan = Plan(major=1, minor=1, compiler="0", environment="local", jobs={})
    status = status_of(plan, Moment(view=View(), dues=Dues({}), now=START))
    checked = CheckStatus(service="tabular", job="ask", name="api", status=check, message="")
    watched = host and HostStatus(state=host, at=None, measures=(), sample=None)
    parts = {"scheduler": Part(status=part, message="")}
    health = Overall(checks=(checked,), host=watched or None, parts=parts)

    assert said == headline(replace(status, health=health))


def test_the_same_moment_gives_the_same_bytes(board: Board) -> None:
    """Nothing of the page depends on when it was made, but for the clock."""
    assert board.page({}) == board.page({})


def test_the_page_and_the_data_say_the_same(board: Board) -> None:
    """Programs get the states, the numbers and the courses that people see."""
    said = board.plain({})
    jobs = {one["job"]: one for one in said["jobs"]}

    assert "degraded" == said["health"]["status"]
    assert {"attention": 5, "running": 2, "held": 1} == {
        name: said["numbers"][name] for name in ("attention", "running", "held")
    }
    assert "2026-03-02T11:50:00Z" == jobs["tabular/sessions"]["since"]
    assert "failed" == jobs["tabular/statistics"]["steps"][0]["outcome"]
    assert 30 == len(jobs["tabular/statistics"]["course"])
    assert {"missed": 3, "ok": 26} == jobs["tabular/rotate-logs"]["counters"]
    assert "anna" == said["holds"][0]["by"]
    assert 1 == said["outbox"]["channels"]["operators"]["waiting"]
    assert ["database", "api", "cache", "storage"] == [
        one["check"] for one in said["health"]["checks"]
    ]


def test_an_hour_later_the_same_journal_says_something_else(board: Board) -> None:
    """What was on time is late, and health that is not asked any more is unknown."""
    board.clock.sleep(timedelta(hours=1).total_seconds())
    said = board.plain({})

    assert said["numbers"]["attention"] > 5
    assert "unknown" == said["health"]["checks"][0]["status"]
    assert "unknown" == said["health"]["host"]["status"]
