"""``opsc timeline``: what the jobs of specs do in a span of time, as a table and a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from compiler.commands import options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from compiler.lower.plan import Plan
    from compiler.report.timeline import Open, Timeline


@click.command("timeline")
@options.paths
@click.option(
    "--env", "environment", metavar="NAME", help="The environment; the first one if none."
)
@click.option(
    "--from", "start_text", metavar="INSTANT", help="Begin at 2027-03-01T00:00Z, not now."
)
@click.option("--for", "span", metavar="TIME", default="24h", show_default=True, help="How long.")
@click.option("--svg", "picture", metavar="FILE", type=click.Path(), help="Draw it as well.")
def command(
    *,
    paths: tuple[str, ...],
    environment: str | None,
    start_text: str | None,
    span: str,
    picture: str | None,
) -> int:
    """Show what runs when, of the specs in PATHS; `specs` when none is given."""
    from pathlib import Path

    from compiler.report import timeline as pages

    start, end = _span(start_text, span)
    found = options.examine(paths, [environment] if environment else [])
    if not found.plans:
        raise click.UsageError("the specs declare nothing that runs; see opsc check")
    drawn = _timeline(found.plans[0], start, end)
    click.echo(pages.text(drawn), nl=False)
    if picture is not None:
        try:
            Path(picture).write_text(pages.svg(drawn), encoding="utf-8")
        except OSError as error:
            raise click.UsageError(f"{picture} cannot be written: {error.strerror}") from None
    return 0


def _span(start_text: str | None, span: str) -> tuple[datetime, datetime]:
    """Return the ends of the time that is shown. Raise `click.UsageError` for what is none."""
    from datetime import UTC, datetime, timedelta

    from runtime.contract.units import parse_duration

    try:
        start = datetime.now(UTC) if start_text is None else datetime.fromisoformat(start_text)
    except ValueError:
        raise click.UsageError(f"--from: write 2027-03-01T00:00Z, not `{start_text}`") from None
    if start.tzinfo is None:
        raise click.UsageError(f"--from: `{start_text}` has no time zone; write Z behind it")
    seconds = parse_duration(span)
    if not seconds:
        raise click.UsageError(f"--for: `{span}` is not a duration; write `24h` or `7d`")
    try:
        return start.astimezone(UTC), start.astimezone(UTC) + timedelta(seconds=seconds)
    except OverflowError:
        raise click.UsageError("--from and --for: they reach beyond the years 1 to 9999") from None


def _timeline(plan: Plan, start: datetime, end: datetime) -> Timeline:
    from compiler.report.timeline import Timeline, lanes
    from runtime.schedule import agenda

    runs = agenda({f"{job.service}/{job.name}": job.contract for job in plan.jobs}, start, end)
    return Timeline(
        start=start,
        end=end,
        jobs=lanes(runs),
        runs=runs,
        windows=tuple(_windows(plan, start, end)),
    )


def _windows(plan: Plan, start: datetime, end: datetime) -> Iterator[Open]:
    """Yield the maintenance windows as they are open within a span."""
    from datetime import datetime, timedelta

    from compiler.report.timeline import Open
    from runtime.schedule import between, parse

    for window in plan.windows:
        length = timedelta(seconds=window.lasts_seconds)
        if window.start is not None:
            opened = [datetime.fromisoformat(window.start)]
        else:
            schedule = parse(str(window.schedule))
            opened = list(between(schedule, start - length, end, window.time_zone))
        for at in opened:
            if at < end and at + length > start:
                yield Open(name=window.name, start=at, end=at + length)
