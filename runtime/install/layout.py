"""What goes where on a host: what was compiled and the host's name enter, files leave. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import PlanError
from runtime.install.compiled import PLAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime.contract.plan import Job, Plan
    from runtime.install.compiled import Compiled

PLAN_FILE: Final = "/etc/opsrun/plan.json"
"""Where units and crontabs look for the plan."""
UNITS: Final = "/etc/systemd/system"
CRONTABS: Final = "/etc/cron.d"
MODE: Final = 0o644

DELIVERY: Final = ("opsrun-deliver.service", "opsrun-deliver.timer", "opsrun-deliver.path")

RESIDENT: Final = "opsrun-serve.service"
"""Unit of the process that starts the jobs that are `served`, and watches the host."""

_PLACES: Final = re.compile(
    rf"{re.escape(PLAN_FILE)}"
    rf"|{UNITS}/opsrun-[A-Za-z0-9_-]+\.(service|timer|path)"
    # cron reads no file whose name has a dot.
    rf"|{CRONTABS}/[A-Za-z0-9_-]+"
)


@frozen
class Placed(Frozen):
    """A file that goes onto the host."""

    source: str
    """Its path below the compiled folder."""
    path: str
    """Its place on the host."""
    content: bytes
    why: str
    mode: int = MODE


def is_place(path: str) -> bool:
    """Return whether that is a place where this ever puts, or removes, a file."""
    return _PLACES.fullmatch(path) is not None


def is_starter(path: str) -> bool:
    """Return whether the file at a place starts jobs by itself."""
    return path.startswith(f"{CRONTABS}/") or path.endswith((".timer", ".path", f"/{RESIDENT}"))


def rank(path: str) -> int:
    """Given a place, return when it is written: a plan before the units that call its jobs.

    What starts something comes after what it starts.
    """
    return 0 if path == PLAN_FILE else 2 if is_starter(path) else 1


def jobs_of(plan: Plan, host: str) -> dict[str, Job]:
    """Given a plan and a host's name, short or full, return the host's jobs by their keys.

    Raise `PlanError` when a short name could be several hosts of the plan.
    """
    named = {name for job in plan.jobs.values() for name in job.hosts if _is_same(name, host)}
    if len(named) > 1 and host not in named:
        listed = ", ".join(sorted(named))
        raise PlanError(f"`{host}` may be one of {listed}: say `--host` with the whole name")
    meant = {host} if host in named else named
    return {key: job for key, job in plan.jobs.items() if not job.hosts or meant & {*job.hosts}}


def hosts_of(plan: Plan) -> list[str]:
    """Given a plan, return the hosts that it names."""
    return sorted({host for job in plan.jobs.values() for host in job.hosts})


def _is_same(one: str, other: str) -> bool:
    """Return whether two names are one host's: they are equal, or one is short for the other."""
    one, other = one.lower(), other.lower()
    if "." in one and "." in other:
        return one == other
    return one.partition(".")[0] == other.partition(".")[0]


def layout(compiled: Compiled, host: str) -> tuple[Placed, ...]:
    """Given what was compiled and a host, return the files for it, in the order they are written.

    Raise `PlanError` when the folder lacks one of them.
    """
    plan = compiled.plan
    jobs = {} if plan is None else jobs_of(plan, host)
    if plan is None or not jobs:
        return ()
    wanted = {PLAN: "the jobs"}
    if any(job.crontab is None and not job.served for job in jobs.values()):
        delivery = {f"systemd/{name}": "tells people how jobs ended" for name in DELIVERY}
        wanted |= {path: why for path, why in delivery.items() if path in compiled.contents}
        if plan.is_watched:
            wanted[f"systemd/{RESIDENT}"] = "says how the host and its jobs are"
    for key, job in jobs.items():
        wanted |= dict.fromkeys(_starters(job, compiled.contents), f"starts {key}")
    placed = [_placed(path, compiled.contents, why) for path, why in wanted.items()]
    return tuple(sorted(placed, key=lambda one: (rank(one.path), one.path)))


def _starters(job: Job, contents: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what starts a job: its units, or where its hosts have no systemd its crontab.

    One that `opsrun serve` starts has no other; a host without systemd starts that in its own way.

    A job that is run by hand has no timer, and no crontab where no other job is in it.
    """
    if job.served:
        yield f"systemd/{RESIDENT}"
        return
    stem = f"systemd/opsrun-{job.service}-{job.name}"
    if job.crontab is None:
        yield f"{stem}.service"
    timed = f"{stem}.timer" if job.crontab is None else f"cron/{job.crontab}"
    if job.schedule != "manual" or timed in contents:
        yield timed


def _placed(source: str, contents: Mapping[str, bytes], why: str) -> Placed:
    folder, _, name = source.partition("/")
    where = {"jobs": PLAN_FILE, "systemd": f"{UNITS}/{name}", "cron": f"{CRONTABS}/{name}"}[folder]
    if source not in contents:
        raise PlanError(f"the folder has no `{source}`, which {why}: compile it again, wholly")
    if not is_place(where):
        raise PlanError(f"`{source}` has a name that no host can use")
    return Placed(source=source, path=where, content=contents[source], why=why)
