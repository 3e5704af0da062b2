"""What an address asks for is one page of bounded size, whatever it says."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from runtime.status.choice import PAGE_LIMIT, Choice, choice_of, chosen, numbers_of
from runtime.status.dues import Dues
from runtime.status.job import Moment
from runtime.status.reading import View
from runtime.status.status import Status, status_of
from tests.runtime import plans
from tests.runtime.turned_clock import START


@pytest.fixture(scope="module")
def status() -> Status:
    """Five hundred jobs, of which every tenth was missed before, and none ran."""
    jobs = [
        plans.job(
            {"go": plans.command("/bin/true")},
            name=f"job-{number:03}",
            schedule=f"daily at {number % 24:02}:00",
            description="Counts Äpfel" if number == 7 else "Does a thing",
        )
        for number in range(500)
    ]
    plan = plans.loaded(*jobs)
    view = View(missed={key: 1 for number, key in enumerate(plan.jobs) if number % 10 == 0})
    return status_of(plan, Moment(view=view, dues=Dues(plan.jobs), now=START))


@pytest.mark.parametrize(
    ("asked", "choice"),
    [
        ({}, Choice()),
        ({"q": "  tidy  ", "page": "3"}, Choice(words="tidy", page=3)),
        ({"show": "held"}, Choice(show="held")),
        ({"show": "<script>", "page": "-1", "size": "all"}, Choice()),
        ({"page": "0", "size": "0"}, Choice(size=1)),
        ({"page": "9" * 400, "size": "99999999"}, Choice(size=PAGE_LIMIT)),
        ({"page": "²", "size": "٣"}, Choice()),
        ({"q": "x" * 5000}, Choice(words="x" * 200)),
    ],
)
def test_nonsense_counts_as_not_said(asked: dict[str, str], choice: Choice) -> None:
    """Whoever types an address gets a page."""
    assert choice == choice_of(asked)


def test_an_address_leads_back_to_its_choice() -> None:
    """What the page links to is what it shows then."""
    choice = Choice(words="a&b=<c> ä", show="held", page=2, size=10)
    address = choice.address(page=2)

    assert choice == choice_of(dict(parse_qsl(address.removeprefix("?"))))
    assert "?" == Choice().address()
    assert "?show=held" == Choice(page=4).address(show="held")


def test_pages_have_every_job_once(status: Status) -> None:
    """None is left out between two of them."""
    pages = [chosen(status, Choice(page=page, size=70)) for page in range(1, 9)]
    keys = [job.key for page in pages for job in page.jobs]

    assert [job.key for job in status.jobs] == keys
    assert {8} == {page.pages for page in pages}


def test_a_page_beyond_the_last_is_the_last(status: Status) -> None:
    """A bookmark of what has shrunk still shows something."""
    page = chosen(status, Choice(page=99))

    assert (10, 10, 50) == (page.choice.page, page.pages, len(page.jobs))


@pytest.mark.parametrize(
    ("words", "found"),
    [("job-00", 10), ("JOB-007 äpfel", 1), ("tabular/job never", 500), ("job-007 apples", 0)],
)
def test_every_word_must_be_there(status: Status, words: str, found: int) -> None:
    """In the key, the state or the description, in whatever case."""
    assert found == chosen(status, Choice(words=words)).found


def test_numbers_are_those_of_the_pages(status: Status) -> None:
    """What a tile counts is what it leads to."""
    for show, number in numbers_of(status).items():
        assert number == chosen(status, Choice(show=show)).found
    assert 50 == numbers_of(status)["missed"]
