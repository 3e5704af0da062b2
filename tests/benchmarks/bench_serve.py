"""What `opsrun serve` costs with ten thousand jobs, how soon it starts them, how it bears alerts.

How soon processes start depends on the machine and on who else uses it: beside the limit in
milliseconds stands what bare processes reach that are forked, wait for the same instant, wait for
the disk once and start the same program. They take turns with the scheduler.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runtime.due import jitter_of
from tests.runtime import plans
from tests.runtime.serve.resident import ask, fingerprints, resident, rss_bytes, storm

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

JOBS: Final = 10_000
DUE: Final = 20
"""Jobs that are due each second, all at its beginning."""
SECONDS: Final = 15.0
IDLE_SETTLING_SECONDS: Final = 75.0
"""Until what a start leaves behind is done: a minute later metrics are written once more."""
IDLE_SECONDS: Final = 130.0
"""Long enough for two rounds of what is done each minute."""
SETTLING_SECONDS: Final = 5.0
JITTER_SECONDS: Final = 0.95
"""Over how much of a second jobs are scattered."""

IDLE_SHARE: Final = 0.01
"""Most of one core, while nothing is due."""
START_SECONDS: Final = 0.1
"""Most by which any job may begin after its time, on a machine with room for them."""
RATIO: Final = 2.0
"""Most by which it may, in times of what the last bare process reaches, where that is more."""

ALERT_SECONDS: Final = 30
A_SECOND: Final = 1_000
A_POST: Final = 100
MEMORY_RATIO: Final = 1.1
"""Most that the web may grow by, from a third of the time to its end."""

DATE: Final = ("/bin/date", "+%s.%N")


def far() -> str:
    """Return a schedule that is not due for a long time."""
    hour = (datetime.now(UTC) - timedelta(hours=2)).hour
    return f"daily at {hour:02}:"


def jobs(due: int, jitter_seconds: float = 0.0) -> Iterator[dict[str, object]]:
    """Yield the jobs: some are due each second, the rest within a day and not soon."""
    for number in range(JOBS):
        quick = number < due
        schedule = "every 1s" if quick else f"{far()}{number % 60:02}"
        yield plans.job(
            {"one": plans.command(*DATE)},
            name=f"{'due' if quick else 'far'}-{number}",
            schedule=schedule,
            start_deadline_seconds=5,
            jitter_seconds=jitter_seconds if quick else 0.0,
            served=True,
        )


def cpu_seconds(pid: int) -> float:
    """Return what a process has used, and its children that have ended."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def of(share: float, values: Sequence[float]) -> float:
    """Return the value that such a share of the values is not beyond."""
    return sorted(values)[int(share * (len(values) - 1))]


def idle(folder: Path) -> bool:
    """Print what the scheduler, its web and its children use while nothing is due."""
    plans.write(folder, *jobs(0))
    with resident(folder) as one:
        time.sleep(IDLE_SETTLING_SECONDS)
        pids = (one.process.pid, one.web_pid)
        before = sum(map(cpu_seconds, pids))
        time.sleep(IDLE_SECONDS)
        share = (sum(map(cpu_seconds, pids)) - before) / IDLE_SECONDS
        one.stop()
    holds = share <= IDLE_SHARE
    print(
        f"{'ok  ' if holds else 'OVER'} idle with {JOBS} jobs: {share:.2%} of a core"
        f" (limit {IDLE_SHARE:.0%})"
    )
    return holds


def bare(seconds: int, folder: Path) -> list[float]:
    """Return how late programs begin of bare processes, as many at one instant as jobs are due."""
    reader, writer = os.pipe()
    for _ in range(seconds):
        instant = int(time.time()) + 1
        time.sleep(max(0.0, instant - 0.5 - time.time()))
        for number in range(DUE):
            if os.fork() == 0:
                time.sleep(max(0.0, instant - time.time()))
                path = os.open(folder / f"bare-{number}", os.O_CREAT | os.O_WRONLY, 0o600)
                os.write(path, b"x" * 4096)
                os.fdatasync(path)
                said = subprocess.run(DATE, capture_output=True, check=True).stdout
                os.write(writer, f"{float(said) - instant}\n".encode())
                os._exit(0)
        for _ in range(DUE):
            os.wait()
    os.close(writer)
    with open(reader, encoding="ascii") as file:
        return [float(line) for line in file]


def scattered(folder: Path) -> bool:
    """Print how late jobs begin that are due at any time of a second, as many in each."""
    plans.write(folder, *jobs(DUE, JITTER_SECONDS))
    planned = plans.loaded(*islice(jobs(DUE, JITTER_SECONDS), DUE)).jobs
    with resident(folder) as one:
        time.sleep(SETTLING_SECONDS)
        settled = datetime.now(UTC)
        time.sleep(SECONDS)
        one.stop()
        rows = one.rows(
            "SELECT job, due_at, started_at FROM occurrences JOIN attempts"
            " ON occurrence_id = occurrences.id WHERE started_at NOT NULL"
        )
    host = os.uname().nodename
    begun = [
        (datetime.fromisoformat(at) - datetime.fromisoformat(due)).total_seconds()
        - jitter_of(key, planned[key], host)
        for key, due, at in rows
        if datetime.fromisoformat(due) > settled
    ]
    holds = max(begun) <= START_SECONDS
    print(
        f"{'ok  ' if holds else 'OVER'} {DUE} due within each second: {len(begun)} begin after"
        f" {spread(begun)} (limit {START_SECONDS * 1000:.0f} ms)"
    )
    return holds


def starts(folder: Path) -> bool:
    """Print how late jobs begin that are due at one instant, and how late their programs do."""
    plans.write(folder, *jobs(DUE))
    floor = bare(int(SECONDS / 2), folder)
    with resident(folder) as one:
        time.sleep(SETTLING_SECONDS + SECONDS)
        one.stop()
        rows = one.rows(
            "SELECT due_at, attempts.started_at, output FROM occurrences JOIN attempts"
            " ON occurrence_id = occurrences.id JOIN steps ON attempt_id = attempts.id"
        )
    floor += bare(int(SECONDS / 2), folder)
    due = [datetime.fromisoformat(row[0]).timestamp() for row in rows]
    begun = [
        datetime.fromisoformat(row[1]).timestamp() - at for row, at in zip(rows, due, strict=True)
    ]
    programs = [
        float(Path(row[2]).read_text(encoding="ascii")) - at
        for row, at in zip(rows, due, strict=True)
    ]
    limit = max(START_SECONDS, RATIO * max(floor))
    holds = max(begun) <= limit
    for title, values in (("begin", begun), ("programs", programs), ("bare programs", floor)):
        print(f"     {DUE} due a second: {len(values)} {title} after {spread(values)}")
    print(
        f"{'ok  ' if holds else 'OVER'} all begin {max(begun) * 1000:.0f} ms after their time"
        f" = {max(begun) / max(floor):.2f} x bare ones"
        f" (limit {START_SECONDS * 1000:.0f} ms, or {RATIO:g} x where that is more)"
    )
    return holds


def spread(values: Sequence[float]) -> str:
    """Return how some seconds are spread, in milliseconds."""
    shares = (0.5, 0.95, 1.0)
    return ", ".join(f"{share:.0%} {of(share, values) * 1000:.0f} ms" for share in shares)


def reload(folder: Path) -> bool:
    """Print what becomes of jobs that are due while the plan of ten thousand is read again."""
    plans.write(folder, *jobs(DUE))
    with resident(folder) as one:
        time.sleep(SETTLING_SECONDS)
        one.process.send_signal(signal.SIGHUP)
        time.sleep(SECONDS)
        one.stop()
        rows = one.rows(
            "SELECT due_at, started_at FROM occurrences LEFT JOIN attempts"
            " ON occurrence_id = occurrences.id"
        )
    moments = [
        tuple(datetime.fromisoformat(said).timestamp() for said in row if said) for row in rows
    ]
    begun = [moment[1] - moment[0] for moment in moments if len(moment) == 2]
    missed = len(moments) - len(begun)
    print(f"     a plan of {JOBS} jobs read again: {len(begun)} begin after {spread(begun)}")
    print(f"     {missed} of {len(moments)} were missed meanwhile")
    return True


def alerts(folder: Path) -> bool:
    """Print what becomes of alerts: every fifth post came before, and each has twins."""
    plans.write(folder)
    sent = storm(ALERT_SECONDS * A_SECOND // A_POST, A_POST)
    distinct = fingerprints(sent)
    answers: list[int] = []
    sizes: list[int] = []
    with resident(folder) as one:
        web, began = one.web_pid, time.monotonic()
        for index, body in enumerate(sent):
            time.sleep(max(0.0, began + index * A_POST / A_SECOND - time.monotonic()))
            answers.append(ask(f"{one.url}/alerts", body).status)
            sizes.append(rss_bytes(web))
        took = time.monotonic() - began
        stored = one.rows("SELECT count(*), count(DISTINCT fingerprint) FROM alerts")[0]
        one.stop(signal.SIGTERM)
    growth = sizes[-1] / sizes[len(sizes) // 3]
    is_once = set(answers) == {200} and stored == (len(distinct), len(distinct))
    rate = len(sent) * A_POST / took
    holds = is_once and growth <= MEMORY_RATIO and rate >= 0.98 * A_SECOND
    print(
        f"{'ok  ' if holds else 'OVER'} {len(sent) * A_POST} alerts in {took:.1f} s, {rate:.0f} a"
        f" second: {stored[0]} of {len(distinct)} different ones stand in the journal, once each;"
        f" the web grew to {growth:.3f} x (limit {MEMORY_RATIO:g} x)"
    )
    return holds


def main() -> int:
    """Print all figures; return 1 when one is over its limit."""
    good = True
    for measure in (idle, scattered, starts, reload, alerts):
        with tempfile.TemporaryDirectory(prefix="opsc-bench-") as folder:
            good &= measure(Path(folder))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
