"""The status page in a real browser: for every eye and hand, and nobody else's server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.status.html import REFRESH_SECONDS, headers
from tests.e2e.browser import LOOKS, NEEDED, PHONE, chromium, faults, is_scrolled_sideways, opened
from tests.runtime.status import lively
from tests.runtime.status.test_html import hostile
from tests.runtime.turned_clock import TurnedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


pytestmark = [pytest.mark.e2e, pytest.mark.slow, NEEDED]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of the journal in which something is in every state."""
    return lively.fill(tmp_path_factory.mktemp("state"))


@pytest.fixture
def clock() -> TurnedClock:
    """The clock of who serves the page."""
    return TurnedClock()


@pytest.fixture
def address(state: Path, clock: TurnedClock) -> Iterator[str]:
    """Where the page is served, by the web that serves it to everybody."""
    with lively.served(state, clock) as url:
        yield url


@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_the_page_fits_and_can_be_used_by_everybody(
    browser: Browser, address: str, scheme: str, size: tuple[int, int], tmp_path: Path
) -> None:
    """Closed and with everything open: no scrolling sideways, and axe-core has no serious fault."""
    with opened(browser, scheme=scheme, size=size) as (page, said):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)

        assert not is_scrolled_sideways(page)
        assert [] == faults(page)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert not is_scrolled_sideways(page)
        assert [] == faults(page)
        page.screenshot(path=tmp_path / "page.png", full_page=True)
        assert [] == said
        assert {address} == {url for url in asked if not url.startswith("data:")}


def test_colours_follow_the_reader(browser: Browser, address: str) -> None:
    """Dark where dark is preferred."""
    colours = []
    for scheme in ("light", "dark"):
        with opened(browser, scheme=scheme) as (page, _):
            page.goto(address)
            colours.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert ["rgb(244, 246, 249)", "rgb(13, 17, 23)"] == colours


def test_hostile_text_does_nothing_in_a_browser(browser: Browser, address: str) -> None:
    """No element of its making, no script, no word on the console; and nothing bursts."""
    with opened(browser, size=PHONE) as (page, said):
        page.route(
            "**/hostile", lambda route: route.fulfill(body=hostile(), headers=dict(headers()))
        )
        page.goto(address.replace("/status", "/hostile"))
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

        assert 0 == page.locator("#evil").count()
        assert page.get_by_text("<b id=evil").count() > 15
        assert not is_scrolled_sideways(page)
        assert [] == said


def test_a_refresh_keeps_what_was_open(browser: Browser, clock: TurnedClock, address: str) -> None:
    """The page is as new, and the reader is where he was."""
    with opened(browser) as (page, said):
        page.clock.install()
        page.goto(address)
        row = page.locator("[id='job-tabular/statistics']")
        row.locator("summary").click()
        assert page.get_by_text("was due 10min ago").is_visible()
        clock.turn(300)
        page.clock.run_for(REFRESH_SECONDS * 1000)

        page.get_by_text("was due 15min ago").wait_for()
        assert row.get_attribute("open") is not None
        assert "job-tabular/statistics" == page.evaluate(
            "document.activeElement.closest('details')?.id"
        )
        assert [] == said


def test_a_refresh_that_is_switched_off_leaves_the_page_as_it_is(
    browser: Browser, clock: TurnedClock, address: str
) -> None:
    """Whoever reads is not disturbed."""
    with opened(browser) as (page, _):
        page.clock.install()
        page.goto(address)
        page.get_by_label("Refresh every 15s").uncheck()
        clock.turn(300)
        page.clock.run_for(REFRESH_SECONDS * 3000)

        assert page.get_by_text("was due 10min ago").is_visible()


def test_a_server_that_is_gone_is_told(browser: Browser, state: Path, clock: TurnedClock) -> None:
    """What is shown is not taken for how it is."""
    with opened(browser) as (page, _):
        page.clock.install()
        with lively.served(state, clock) as url:
            page.goto(url)
            assert not page.get_by_text("this is how it was").is_visible()
        page.clock.run_for(REFRESH_SECONDS * 1000)

        page.get_by_text("this is how it was").wait_for()


@pytest.mark.parametrize("script", [True, False])
def test_jobs_are_found_by_words_and_by_tiles(
    browser: Browser, address: str, *, script: bool
) -> None:
    """Searching, narrowing and opening work without the script too."""
    with opened(browser, script=script) as (page, said):
        page.goto(address)
        page.get_by_role("link", name="5 need attention").click()
        assert 5 == page.locator(".jobs > li").count()
        page.get_by_role("searchbox").fill("statis")
        page.get_by_role("searchbox").press("Enter")
        page.wait_for_url("**q=statis**")

        assert 1 == page.locator(".jobs > li").count()
        assert "show=attention" in page.url
        assert not page.get_by_text("What it wrote last").is_visible()
        page.locator("summary.row").focus()
        page.keyboard.press("Enter")
        assert page.get_by_text("What it wrote last").is_visible()
        assert [] == said


def test_a_page_in_a_file_has_its_style(browser: Browser, state: Path, tmp_path: Path) -> None:
    """Its own policy lets it through, and nothing else."""
    file = tmp_path / "status.html"
    file.write_text(lively.board(state).file())
    with opened(browser) as (page, said):
        page.goto(file.as_uri())

        assert [] == faults(page)
        assert "grid" == page.evaluate("getComputedStyle(document.querySelector('.tiles')).display")
        assert [] == said
