"""A real `opsrun serve`, as a process of its own on loopback, and how it is asked."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.servers.process import until

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

OPSRUN = ("-m", "runtime.cli")
TOKEN = "a-token-that-nobody-guesses"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was answered; headers by their names in lower case, the last of each name.

    `challenges` are the ways that are offered to say who one is.
    """

    status: int
    headers: Mapping[str, str]
    challenges: Sequence[str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def ask(
    url: str,
    body: bytes | None = None,
    *,
    token: str | None = None,
    context: ssl.SSLContext | None = None,
    **headers: str,
) -> Answer:
    """Ask an address; an answer that is no success is an answer too."""
    said = {name.replace("_", "-"): text for name, text in headers.items()}
    if token is not None:
        said["Authorization"] = f"Bearer {token}"
    if body is not None:
        said.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, data=body, headers=said)
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as response:
            return _answer(response.status, response)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error)


def _answer(status: int, response: Any) -> Answer:
    headers = {name.lower(): text for name, text in response.headers.items()}
    challenges = response.headers.get_all("WWW-Authenticate") or ()
    return Answer(status=status, headers=headers, challenges=challenges, body=response.read())


def alert(number: int = 0, **fields: Any) -> dict[str, Any]:
    """Return an alert as Alertmanager posts it."""
    return {
        "status": "firing",
        "labels": {"alertname": "DiskFull", "instance": f"node{number}.example.org"},
        "annotations": {"summary": "The disk fills up"},
        "startsAt": "2026-03-02T10:00:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.org/graph",
        "fingerprint": f"{number:016x}",
        **fields,
    }


def post(*alerts: dict[str, Any], **fields: Any) -> bytes:
    """Return a post of alerts, of version 4."""
    said = {"version": "4", "groupKey": "{}", "receiver": "opsrun", "status": "firing"}
    return json.dumps({**said, "alerts": list(alerts), **fields}).encode()


def storm(posts: int, a_post: int) -> list[bytes]:
    """Return posts of so many alerts, five of each alike; every fifth post came before."""
    bodies = [
        post(*(alert(number + one) for one in range(a_post - 5)), *(alert(number),) * 5)
        for number in range(0, posts * a_post, a_post)
    ]
    return [one if index % 5 else bodies[index // 2] for index, one in enumerate(bodies)]


def fingerprints(posts: Iterable[bytes]) -> set[str]:
    """Return what tells the alerts of some posts apart."""
    return {one["fingerprint"] for body in posts for one in json.loads(body)["alerts"]}


def rss_bytes(pid: int) -> int:
    """Return what a process has in memory."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@dataclass(kw_only=True)
class Resident:
    """A scheduler that works in a folder."""

    folder: Path
    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""

    @property
    def web_pid(self) -> int:
        """The pid of the web: the first child of the scheduler."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return int(file.read().split()[0])

    def said(self) -> str:
        """Return what it said."""
        return self.log.read_text()

    def has_said(self, what: str) -> bool:
        """Return whether it said something, or ended."""
        return what in self.said() or self.process.poll() is not None

    def waits_for(self, what: str) -> None:
        """Wait until it says something."""
        until(lambda: self.has_said(what), what)
        assert what in self.said()

    def outcomes(self, job: str = "tabular/tidy") -> list[str | None]:
        """Return how the occurrences of a job ended, in order; None for one that is open."""
        return [row[0] for row in self.rows("SELECT outcome FROM occurrences WHERE job = ?", job)]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the journal."""
        path = self.folder / "state" / "journal.sqlite3"
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


def argv(folder: Path, *arguments: str, program: Sequence[str] = OPSRUN) -> list[str]:
    """Return the argv of a scheduler with the plan and the state of a folder."""
    where = ("--plan", str(folder / "plan.json"), "--state", str(folder / "state"))
    listening = () if "--listen" in arguments else ("--listen", "127.0.0.1:0")
    return [sys.executable, *program, "serve", *where, *listening, *arguments]


@contextmanager
def resident(
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    program: Sequence[str] = OPSRUN,
) -> Iterator[Resident]:
    """Have a scheduler work for a block, from when it listens on; it is killed at the end."""
    log = folder / f"log-{len(list(folder.glob('log-*')))}"
    with (
        log.open("wb") as written,
        subprocess.Popen(
            argv(folder, *arguments, program=program),
            stdout=written,
            stderr=written,
            env=environment,
        ) as process,
    ):
        one = Resident(folder=folder, process=process, log=log)
        try:
            one.waits_for("serving ")
            found = re.search(r"serving ([^;]+);", one.said())
            assert found is not None
            one.url = f"http://{found[1]}"
            yield one
        finally:
            if process.poll() is None:
                process.kill()
    assert "Traceback" not in one.said()
