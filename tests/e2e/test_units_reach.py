"""Compiled jobs under their own units' restrictions: what they need they reach, the rest not."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from compiler.emit.systemd.serve import resident
from compiler.emit.systemd.service import service
from compiler.model.stack import Opsrun
from runtime.contract.collector import Collector
from runtime.contract.command import Command
from runtime.contract.secret import Secret
from runtime.errors import Exit
from tests.checkout import ROOT
from tests.compiler.emit import plans
from tests.runtime.http_server import served
from tests.runtime.kinds.diagnostics.collected import read
from tests.sandbox.network import BEYOND, own_network
from tests.sandbox.run import CHECKOUT, ENVIRONMENT, Ended, own, run
from tests.sandbox.unit import read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LOCAL: Final = ROOT / "generated" / "local"

VARIABLES: Final = """\
TABULAR_DSN=postgresql://tabular@127.0.0.1:9/tabular
TABULAR_REDIS_URL=redis://127.0.0.1:9
"""
"""Where nothing answers."""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0, reason="namespaces of root are needed"),
]


@pytest.fixture
def network() -> Iterator[None]:
    """Give the test a network of its own."""
    with own_network():
        yield


def _compiled(tmp_path: Path, name: str, old: str = "", new: str = "") -> Ended:
    """Run a job of the compiled local environment, with one line of its unit changed."""
    text = (LOCAL / "systemd" / f"opsrun-tabular-{name}.service").read_text()
    assert old in text
    (tmp_path / "var-tmp" / "tabular-local" / "data").mkdir(parents=True, exist_ok=True)
    variables = tmp_path / "variables"
    variables.write_text(VARIABLES)
    binds = {
        "/var/lib/opsrun": own(tmp_path / "state"),
        "/etc/opsrun/plan.json": LOCAL / "jobs" / "plan.json",
        "/etc/opsrun/environment/tabular": variables,
        "/var/tmp": own(tmp_path / "var-tmp"),
    }
    return run(text.replace(old, new), tmp_path / "workshop", binds=binds)


def _command(
    tmp_path: Path,
    command: Command,
    old: str = "",
    new: str = "",
    binds: Mapping[str, Path] | None = None,
) -> Ended:
    """Run a command itself under the unit that its job compiles to, with one line changed."""
    text = service(plans.job("j", "manual", command), Opsrun())
    assert old in text
    places = {"/" + path.replace("__", "/"): place for path, place in (binds or {}).items()}
    state = {"/var/lib/opsrun": own(tmp_path / "state")}
    return run(
        text.replace(old, new),
        tmp_path / "workshop",
        binds={**state, **places},
        argv=command.argv,
    )


def _old_file(tmp_path: Path) -> Path:
    folder = tmp_path / "var-tmp" / "tabular-local" / "tmp"
    folder.mkdir(parents=True)
    old = folder / "old"
    old.write_text("x")
    os.utime(old, (0, 0))
    return old


@pytest.mark.usefixtures("network")
def test_the_clean_up_deletes_under_its_unit(tmp_path: Path) -> None:
    """Files that are too old go, from the folder that the unit leaves writable."""
    old = _old_file(tmp_path)
    ended = _compiled(tmp_path, "cleanup-old-data")

    assert ended.code == 0, ended.output
    assert not old.exists()


@pytest.mark.usefixtures("network")
def test_the_clean_up_fails_without_its_folder(tmp_path: Path) -> None:
    """The same unit without that folder lets nothing go."""
    old = _old_file(tmp_path)
    unit = read_unit((LOCAL / "systemd/opsrun-tabular-cleanup-old-data.service").read_text())
    line = f"ReadWritePaths={unit.last('ReadWritePaths')}\n"
    ended = _compiled(tmp_path, "cleanup-old-data", line, "")

    assert ended.code != 0
    assert old.exists()


@pytest.mark.usefixtures("network")
def test_logs_are_rotated_under_their_unit(tmp_path: Path) -> None:
    """Its system calls take the beginning off a file, and its folder is writable."""
    folder = tmp_path / "var-tmp" / "tabular-local" / "log"
    folder.mkdir(parents=True)
    (folder / "api.log").write_bytes(b"0123456\n" * (101 * 2**17))
    ended = _compiled(tmp_path, "rotate-logs")

    assert ended.code == 0, ended.output
    assert (folder / "api.log").stat().st_size <= 4096
    assert 1 == len(list(folder.glob("api.log.*Z.gz")))


@pytest.mark.usefixtures("network")
def test_the_health_check_reaches_what_it_asks(tmp_path: Path) -> None:
    """The service answers, the disk is looked at."""
    with served(18_000):
        ended = _compiled(tmp_path, "health-check")

    assert ended.code == 0, ended.output


@pytest.mark.usefixtures("network")
def test_diagnostics_are_collected_under_their_unit(tmp_path: Path) -> None:
    """Servers that cannot be asked are missing alone; the processes of others are seen."""
    logs = tmp_path / "var-tmp" / "tabular-local" / "log"
    logs.mkdir(parents=True)
    (logs / "api.log").write_text("started with password=canary\n")
    ended = _compiled(tmp_path, "diagnose")

    assert ended.code == Exit.PARTLY, ended.output
    (archive,) = (tmp_path / "state" / "diagnostics").iterdir()
    files = read(str(archive))
    assert "started with password=***\n" == files["logs/files/var/tmp/tabular-local/log/api.log"]
    assert "root" in files["system/processes.txt"]
    assert "api (127.0.0.1:18000): Connection refused" in files["index.md"]


LOOK = f"""\
import sys
sys.path.insert(0, {CHECKOUT!r})
from runtime.clock import SystemClock
from runtime.collector.probe import Probe
from runtime.contract.collector import Collector, Watched
processes = {{"sleep": Watched(name="sleep")}}
seen = Probe(Collector(disks=("/",), processes=processes), SystemClock()).look()
print(sorted(seen.failures), seen.processes["sleep"].count)
"""


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("is_watched", [True, False])
def test_the_host_is_seen_under_the_unit_that_watches_it(
    tmp_path: Path, *, is_watched: bool
) -> None:
    """All parts of a sample, and the processes of others; a unit without a collector hides them."""
    job = plans.job("j", "manual", plans.expiry("/srv/files"))
    collector = Collector() if is_watched else None
    text = resident(plans.plan(jobs=(job,), collector=collector), (job,))
    argv = [f"{ENVIRONMENT}/bin/python", "-I", "-c", LOOK]
    with subprocess.Popen(["sleep", "60"]) as other:
        state = {"/var/lib/opsrun": own(tmp_path / "state")}
        ended = run(text, tmp_path / "workshop", binds=state, argv=argv)
        other.kill()

    assert ended.code == 0, ended.output
    failures, number = ended.output.rsplit(maxsplit=1)
    assert (is_watched, is_watched) == (failures == "[]", int(number) >= 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("IPAddressAllow=localhost\n", ""),
        ("AF_UNIX AF_INET AF_INET6", "AF_UNIX"),
        ("KillMode=mixed\n", "KillMode=mixed\nPrivateNetwork=yes\n"),
        ("StateDirectory=opsrun\nStateDirectoryMode=0711\n", ""),
    ],
    ids=["address", "family", "network", "state"],
)
@pytest.mark.usefixtures("network")
def test_the_health_check_fails_without_a_need(tmp_path: Path, old: str, new: str) -> None:
    """Each need by itself decides."""
    with served(18_000):
        ended = _compiled(tmp_path, "health-check", old, new)

    assert ended.code != 0


def _sh(script: str, **declared: object) -> Command:
    return Command(argv=("/bin/sh", "-c", script), **declared)  # type: ignore[arg-type]  # of any field


COMMANDS: Final = {
    "home": (
        _sh("cat /home/tabular/x", reads=("/home/tabular",)),
        "ProtectHome=read-only",
        "ProtectHome=yes",
    ),
    "writes": (
        _sh("echo y > /srv/opsrun-test/new", writes=("/srv/opsrun-test",)),
        "ReadWritePaths=-/srv/opsrun-test\n",
        "",
    ),
    "credential": (
        _sh('test "$(cat "$CREDENTIALS_DIRECTORY/k")" = x', secrets={"K": Secret(credential="k")}),
        "LoadCredential=k:/etc/opsrun/credentials/k\n",
        "",
    ),
    "environment": (
        _sh('test "$K" = x', secrets={"K": Secret(env="K")}),
        "EnvironmentFile=/etc/opsrun/environment/tabular\n",
        "",
    ),
    "capability": (
        _sh(
            "chown 0 /srv/opsrun-test/x",
            writes=("/srv/opsrun-test",),
            capabilities=("CAP_CHOWN",),
        ),
        "AmbientCapabilities=CAP_CHOWN",
        "AmbientCapabilities=",
    ),
    "proc": (_sh("cat /proc/meminfo", reads=("/proc/meminfo",)), "RemoveIPC=yes", "ProcSubset=pid"),
    "code": (
        Command(
            argv=(
                "/usr/bin/perl",
                "-e",
                "exit(syscall(9, 0, 4096, 7, 34, -1, 0) < 0)",
            ),
            makes_code=True,
        ),
        "RemoveIPC=yes",
        "MemoryDenyWriteExecute=yes",
    ),
    "shared tmp": (
        _sh("cat /var/tmp/x", reads=("/var/tmp",)),
        "PrivateTmp=no",
        "PrivateTmp=yes",
    ),
}
"""A command with one need, and the change of its unit that takes the need away."""


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.usefixtures("network")
def test_a_command_reaches_what_it_declares_and_that_alone(tmp_path: Path, name: str) -> None:
    """It ends well under its unit, and does not when the unit lacks what it declared."""
    command, old, new = COMMANDS[name]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "x").write_text("x")
    own(folder)
    (tmp_path / "variables").write_text("K=x\n")
    binds = {
        "home__tabular": folder,
        "srv__opsrun-test": folder,
        "var__tmp": folder,
        "etc__opsrun__credentials__k": folder / "x",
        "etc__opsrun__environment__tabular": tmp_path / "variables",
    }
    with_need = _command(tmp_path / "a", command, binds=binds)
    without = _command(tmp_path / "b", command, old, new, binds)

    assert with_need.code == 0, with_need.output
    assert without.code != 0


@pytest.mark.parametrize(
    ("connects", "expected"),
    [((BEYOND,), 0), (("192.0.2.0/24",), 0), (("any",), 0), (("127.0.0.1",), 1), ((), 1)],
)
@pytest.mark.usefixtures("network")
def test_a_command_connects_to_its_peers_alone(
    tmp_path: Path, connects: tuple[str, ...], expected: int
) -> None:
    """An address that is not declared is out of reach."""
    with socket.create_server((BEYOND, 0)) as server:
        port = server.getsockname()[1]
        script = f"exit !IO::Socket::INET->new('{BEYOND}:{port}')"
        command = Command(
            argv=("/usr/bin/perl", "-MIO::Socket::INET", "-e", script), connects=connects
        )
        ended = _command(tmp_path, command)

    assert expected == ended.code, ended.output


@pytest.mark.usefixtures("network")
def test_what_nobody_declared_is_closed(tmp_path: Path) -> None:
    """A bare command gains no privilege, makes no namespace, and sees no process of others."""
    script = (
        "! unshare -U true && ! chmod u+s /var/lib/opsrun && ! touch /etc/x && ! ls /proc/1 "
        "&& ! cat /proc/cpuinfo && test $(umask) = 0077"
    )
    ended = _command(tmp_path, _sh(script))

    assert ended.code == 0, ended.output


def test_a_setting_that_the_sandbox_does_not_know_is_refused() -> None:
    """A new protection is carried out, or said to be beyond, before it can pass unseen."""
    with pytest.raises(ValueError, match="Wonder"):
        read_unit("[Service]\nWonder=yes\n")
