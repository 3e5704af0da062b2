"""The page for people: a status and the jobs that were asked for enter, HTML leaves; pure.

Everything is escaped where it is put in. The page needs nothing beside itself, works without its
script, and its style and script are named by digest in `HEADERS`, so that a browser runs no other.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from runtime.clock import short
from runtime.contract.frozen import Frozen, frozen
from runtime.status import pictures, words
from runtime.status.choice import numbers_of
from runtime.status.health import worst
from runtime.status.job import UNDER_WAY
from runtime.status.reading import COURSE, Detail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from jinja2 import Template

    from runtime.collector.judge import Measure
    from runtime.status.choice import Chosen
    from runtime.status.health import Health, Overall
    from runtime.status.job import JobStatus
    from runtime.status.status import Status

REFRESH_SECONDS: Final = 15
"""How often a page asks for itself again."""

_NO_DETAIL: Final = Detail()

_GROUPS: Final = (
    ("attention", "Needs attention"),
    ("running", "Under way"),
    ("held", "Held"),
    ("planned", "As planned"),
)
"""The parts of the list of jobs, as an id and a heading."""

_TONES: Final = {
    "ok": "good",
    "healthy": "good",
    "delivered": "good",
    "running": "busy",
    "waiting": "busy",
    "late": "bad",
    "missed": "bad",
    "failed": "bad",
    "timed out": "bad",
    "abandoned": "bad",
    "unhealthy": "bad",
    "error": "bad",
    "given up": "bad",
    "too long": "fair",
    "held": "fair",
    "degraded": "fair",
    "partly": "fair",
    "put off": "fair",
}
"""Which colour a word has; the others have none."""


@frozen
class Row(Frozen):
    """One job of the page, with its pictures."""

    status: JobStatus
    detail: Detail
    strip: pictures.Strip | None
    durations: pictures.Sparkline | None


def page(
    status: Status,
    chosen: Chosen,
    details: Mapping[str, Detail],
    *,
    refresh_seconds: float | None = None,
    is_file: bool = False,
) -> str:
    """Given how all stands, one page of jobs and their details, return it as an HTML document.

    It asks for itself again every `refresh_seconds`, None for never. A page for a file leads
    nowhere either, and says itself what `headers` says of the others.
    """
    rows = [_row(job, details.get(job.key, _NO_DETAIL)) for job in chosen.jobs]
    return _template().render(
        status=status,
        chosen=chosen,
        choice=chosen.choice,
        numbers=numbers_of(status),
        has_services=len({check.service for check in status.health.checks}) > 1,
        groups=list(_grouped(rows)),
        headline=headline(status),
        tone=_overall(status),
        refresh_seconds=refresh_seconds,
        is_file=is_file,
        policy=_policy(is_file=True),
        now=status.at,
    )


def headline(status: Status) -> str:
    """Given how all stands, return it in a sentence, the most pressing first."""
    parts = []
    if status.health.status in ("unhealthy", "degraded"):
        who = _ailing(status.health)
        parts.append(f"{' and '.join(who)} {'are' if who[1:] else 'is'} {status.health.status}")
    if status.pressing:
        verb = "needs" if status.pressing == 1 else "need"
        parts.append(f"{words.number_of(status.pressing, 'job')} {verb} attention")
    if parts:
        said = (", and " if " and " in parts[0] else " and ").join(parts)
        return said[0].upper() + said[1:]
    return "Everything runs as planned" if status.jobs else "The plan has no jobs"


def _ailing(health: Overall) -> list[str]:
    """Return who it is that is as bad as the whole."""
    named: tuple[tuple[str, list[Health]], ...] = (
        ("the service", [check.weighed for check in health.checks]),
        ("the host", [] if health.host is None else [health.host.state]),
        ("opsrun", [part.status for part in health.parts.values()]),
    )
    # Beside what is well, each counts as it does for the whole.
    return [name for name, found in named if worst([*found, "healthy"]) == health.status]


def _overall(status: Status) -> str:
    """Return the colour of the whole."""
    # The most pressing job stands first.
    state = status.jobs[0].state if status.jobs else "ok"
    if status.health.status == "unhealthy" or _TONES.get(state) == "bad":
        return "bad"
    return "fair" if status.health.status == "degraded" or status.pressing else "good"


def _row(job: JobStatus, detail: Detail) -> Row:
    return Row(
        status=job,
        detail=detail,
        strip=pictures.strip(detail.course, COURSE),
        durations=pictures.durations(detail.course, job.job.expect_seconds, COURSE),
    )


def _grouped(rows: list[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    """Yield id, heading and rows of each part that has any; rows are sorted by state already."""
    headings = dict(_GROUPS)
    for part, some in groupby(rows, key=lambda row: _part(row.status)):
        yield part, headings[part], list(some)


def _part(job: JobStatus) -> str:
    if job.is_pressing:
        return "attention"
    if job.state in UNDER_WAY:
        return "running"
    return "held" if job.state == "held" else "planned"


def _measured(measure: Measure) -> str:
    """Return the value of a measure in words."""
    if measure.is_ratio:
        return words.share(measure.value)
    if measure.value is None or measure.degraded is None or measure.value >= measure.degraded:
        return "-" if measure.value is None else f"{measure.value:.0f}"
    return f"{measure.value:.0f} of {measure.degraded:.0f}"


def _shares(measure: Measure) -> pictures.Sparkline | None:
    limit = measure.degraded if measure.degraded is not None else measure.unhealthy
    return pictures.shares(measure.course, limit, measure.name) if measure.is_ratio else None


def _brief(at: datetime) -> str:
    """Return an instant as people read it."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=PackageLoader("runtime.status", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        span=words.span,
        size=words.size,
        share=words.share,
        short=short,
        brief=_brief,
        measured=_measured,
        shares=_shares,
    )
    made.globals.update(
        relative=words.relative,
        number_of=words.number_of,
        tone_of=lambda word: _TONES.get(word, "plain"),
        style=Markup(_asset("page.css")),  # noqa: S704  # a file of the package
        script=Markup(_asset("page.js")),  # noqa: S704  # as above
    )
    return made.get_template("page.html.j2")


@lru_cache(maxsize=2)
def _asset(name: str) -> str:
    """Return a file that lies beside the template."""
    from importlib.resources import files

    return files("runtime.status").joinpath("templates", name).read_text(encoding="utf-8")


def headers() -> dict[str, str]:
    """Return the headers that the page is to be sent with."""
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": _policy(is_file=False),
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


@lru_cache(maxsize=2)
def _policy(*, is_file: bool) -> str:
    """Return what the page may load and do: its own style and script, and ask for itself."""
    rules = [
        "default-src 'none'",
        f"style-src '{_digest('page.css')}'",
        "img-src data:",
        "base-uri 'none'",
    ]
    if is_file:
        return "; ".join([*rules, "form-action 'none'"])
    return "; ".join(
        [
            *rules,
            f"script-src '{_digest('page.js')}'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _digest(name: str) -> str:
    found = hashlib.sha256(_asset(name).encode()).digest()
    return f"sha256-{base64.b64encode(found).decode()}"
