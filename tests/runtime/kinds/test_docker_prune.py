from __future__ import annotations

import gc
import os
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import docker
import pytest

from runtime.contract.docker_prune import DockerPrune, Part
from runtime.errors import Exit
from runtime.kinds import docker_prune
from runtime.kinds.engine.chosen import Choice
from runtime.kinds.engine.seen import Seen
from runtime.kinds.result import Context, Result
from tests.runtime.turned_clock import TurnedClock
from tests.servers.docker import client_of, docker_engine, import_image

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    """An engine that all tests of this module share."""
    with docker_engine() as running:
        yield running


@pytest.fixture
def engine(socket: str) -> Iterator[Any]:
    """A client of the engine, which has nothing but an image called `tool:1`."""
    with client_of(socket) as client:
        import_image(client, "tool:1")
        yield client
        for one in client.containers(all=True):
            client.remove_container(one["Id"], force=True, v=True)
        for one in client.networks(filters={"type": "custom"}):
            client.remove_network(one["Id"])
        for one in client.volumes()["Volumes"] or ():
            client.remove_volume(one["Name"])
        for one in client.images():
            client.remove_image(one["Id"], force=True)


def prune(
    socket: str, *what: Part, days: float = 0, dry_run: bool = False, **fields: Any
) -> tuple[Result, list[str]]:
    """Prune so many days from now; return the result and what was said."""
    lines: list[str] = []
    clock = TurnedClock(datetime.now(UTC) + timedelta(days=days, seconds=1))
    context = Context(clock=clock, say=lines.append, dry_run=dry_run)
    return docker_prune.carry_out(DockerPrune(what=what, socket=socket, **fields), context), lines


def container(client: Any, name: str, *, volume: str | None = None, **more: Any) -> str:
    """Make a container, with a volume of a name, or an anonymous one for an empty name."""
    mounts = [] if volume is None else [docker.types.Mount("/data", volume or None)]
    made: str = client.create_container(
        "tool:1",
        ["/bin/sleep", "600"],
        name=name,
        host_config=client.create_host_config(mounts=mounts, network_mode="none"),
        **more,
    )["Id"]
    return made


def left(client: Any) -> dict[str, list[str]]:
    """Return what the engine has, by part."""
    return {
        "containers": sorted(one["Names"][0][1:] for one in client.containers(all=True)),
        "images": sorted(tag for one in client.images() for tag in one["RepoTags"]),
        "volumes": sorted(one["Name"] for one in client.volumes()["Volumes"] or ()),
        "networks": sorted(one["Name"] for one in client.networks(filters={"type": "custom"})),
    }


def test_stopped_containers_go_and_running_ones_stay(engine: Any, socket: str) -> None:
    """With their bytes counted, and the parts that were not said not touched."""
    container(engine, "never-ran")
    container(engine, "runs")
    engine.start("runs")
    container(engine, "ended")
    engine.start("ended")
    engine.kill("ended")
    engine.wait("ended")

    announced, lines = prune(socket, "containers", dry_run=True)
    between = left(engine)["containers"]
    done, _ = prune(socket, "containers")

    assert ["ended", "never-ran", "runs"] == between
    assert (2, 2) == (announced.facts["containers"], done.facts["containers"])
    assert (Exit.OK, ["runs"]) == (done.exit_code, left(engine)["containers"])
    assert any(line.startswith("would remove container ended (") for line in lines)


def test_a_container_is_as_old_as_its_end(engine: Any, socket: str) -> None:
    """One that stopped a moment ago stays, however long ago it was made."""
    container(engine, "ended")
    engine.start("ended")
    engine.kill("ended")
    engine.wait("ended")
    early, _ = prune(socket, "containers", days=6, older_than_seconds=7 * DAY)
    late, _ = prune(socket, "containers", days=8, older_than_seconds=7 * DAY)

    assert (0, 1) == (early.facts["containers"], late.facts["containers"])


def test_volumes_that_stopped_containers_name_stay(engine: Any, socket: str) -> None:
    """The containers go in the same run; what nothing named goes, if it has no name of its own."""
    container(engine, "ended", volume="data")
    container(engine, "other", volume="")
    engine.create_volume("named")
    free = engine.create_volume()["Name"]
    kept = [name for name in left(engine)["volumes"] if name != free]

    result, _ = prune(socket, "containers", "volumes")

    assert (2, 1) == (result.facts["containers"], result.facts["volumes"])
    assert kept == left(engine)["volumes"]


def test_volumes_go_only_when_they_are_said(engine: Any, socket: str) -> None:
    """Whatever else is said."""
    engine.create_volume()
    parts = [part for part in get_args(Part) if part != "volumes"]

    prune(socket, *parts, named_volumes=True, volumes_of_containers=True)

    assert 1 == len(left(engine)["volumes"])


def test_volumes_of_removed_containers_go_when_that_is_said(engine: Any, socket: str) -> None:
    """Those with a name only when that is said besides."""
    container(engine, "ended", volume="data")
    container(engine, "other", volume="")
    anonymous, _ = prune(socket, "containers", "volumes", volumes_of_containers=True, dry_run=True)
    result, _ = prune(
        socket, "containers", "volumes", volumes_of_containers=True, named_volumes=True
    )

    assert (1, 2) == (anonymous.facts["volumes"], result.facts["volumes"])
    assert [] == left(engine)["volumes"]


def test_a_volume_of_a_container_that_stays_stays(engine: Any, socket: str) -> None:
    """Though one that shares it goes."""
    container(engine, "ended", volume="data")
    container(engine, "runs", volume="data")
    engine.start("runs")

    prune(socket, "containers", "volumes", volumes_of_containers=True, named_volumes=True)

    assert (["runs"], ["data"]) == (left(engine)["containers"], left(engine)["volumes"])


def test_images_without_a_name_go_and_used_ones_stay(engine: Any, socket: str) -> None:
    """Their own bytes are counted; those with a name go when that is said."""
    import_image(engine, "app:1", version="1")
    import_image(engine, "app:1", version="2")
    engine.tag("app:1", "app", "latest")
    container(engine, "uses-tool")
    before = left(engine)["images"]
    dangling, lines = prune(socket, "images")
    between = left(engine)["images"]
    unused, _ = prune(socket, "images", tagged_images=True)

    assert ["<none>:<none>", "app:1", "app:latest", "tool:1"] == before
    assert (1, ["app:1", "app:latest", "tool:1"]) == (dangling.facts["images"], between)
    assert 1_000_000 < dangling.facts["images_bytes"]
    assert any(line.startswith("removed image sha256:") for line in lines)
    assert (2, ["tool:1"]) == (unused.facts["images"], left(engine)["images"])


def test_networks_that_no_container_names_go(engine: Any, socket: str) -> None:
    """Not those that every engine has, and not one that a stopped container will join again."""
    for name in ("free", "joined"):
        engine.create_network(name, driver="bridge", internal=True)
    engine.create_container(
        "tool:1",
        ["/bin/sleep", "600"],
        name="waits",
        host_config=engine.create_host_config(network_mode="joined"),
    )

    result, _ = prune(socket, "networks")

    assert (1, ["joined"]) == (result.facts["networks"], left(engine)["networks"])


def test_what_was_removed_is_told_though_the_engine_breaks_off(
    engine: Any, socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what the engine has explained, or our own words where it has not."""

    def broken(*_: object) -> None:
        raise ConnectionError("('Connection aborted.', BadStatusLine(''))")

    container(engine, "never-ran")
    engine.create_network("free", driver="bridge", internal=True)
    monkeypatch.setattr(docker.APIClient, "remove_network", broken)
    result, _ = prune(socket, "containers", "networks")
    monkeypatch.undo()

    assert (Exit.PARTLY, 1, 0) == (
        result.exit_code,
        result.facts["containers"],
        result.facts["networks"],
    )
    said = f"the engine at {socket}: the connection broke; until then removed 1 containers"
    assert result.summary.startswith(said)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"labels": ("stage=build",)}, ["other", "plain"]),
        ({"labels": ("stage",)}, ["plain"]),
        ({"without_labels": ("stage=build",)}, ["build"]),
        ({"labels": ("stage",), "without_labels": ("keep",)}, ["other", "plain"]),
    ],
)
def test_labels_choose(
    engine: Any, socket: str, fields: dict[str, Any], expected: list[str]
) -> None:
    """An object has all of the ones, and none of the others."""
    container(engine, "build", labels={"stage": "build"})
    container(engine, "other", labels={"stage": "other", "keep": ""})
    container(engine, "plain")

    prune(socket, "containers", **fields)

    assert expected == left(engine)["containers"]


def test_what_came_into_use_meanwhile_stays(
    engine: Any, socket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine refuses to remove it, and that is no fault; what is gone is none either."""
    container(engine, "starts")
    container(engine, "goes")
    look = Seen.now

    def then(client: Any) -> Seen:
        seen = look(client)
        engine.start("starts")
        engine.remove_container("goes")
        return seen

    monkeypatch.setattr(Seen, "now", then)
    result, lines = prune(socket, "containers")

    assert (Exit.OK, 0, ["starts"]) == (
        result.exit_code,
        result.facts["containers"],
        left(engine)["containers"],
    )
    assert "container starts: in use, left alone" in lines


def test_a_killed_run_is_followed_by_one_that_ends_it(engine: Any, socket: str) -> None:
    """It is killed in the middle of the containers."""
    for number in range(6):
        container(engine, f"ended-{number}")
    pid = os.fork()
    if pid == 0:
        remove: Any = docker.APIClient.remove_container
        done: list[object] = []

        def dying(client: Any, *arguments: Any, **named: Any) -> None:
            if len(done) == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            done.append(arguments)
            remove(client, *arguments, **named)

        setattr(docker.APIClient, "remove_container", dying)  # noqa: B010  # a method of a class
        prune(socket, "containers")
        os._exit(0)
    os.waitpid(pid, 0)
    between = len(left(engine)["containers"])
    result, _ = prune(socket, "containers")

    assert (3, 3, []) == (between, result.facts["containers"], left(engine)["containers"])


def test_the_build_cache_is_pruned_by_the_engine(engine: Any, socket: str) -> None:
    """An engine that has built nothing has none; it is asked all the same."""
    result, lines = prune(socket, "build_cache")

    assert (Exit.OK, 0) == (result.exit_code, result.facts["build_cache"])
    assert "removed 0 records of the build cache (0 bytes)" in lines


def test_the_build_cache_goes_by_its_last_use() -> None:
    """What is in use stays, and what the engine would not prune; labels mean no record at all."""
    old = {"LastUsedAt": "2026-01-01T00:00:00Z", "CreatedAt": "", "InUse": False}
    cache = (
        {
            "LastUsedAt": "2026-01-01T00:00:00.123456789Z",
            "CreatedAt": "",
            "InUse": False,
            "Size": 5,
        },
        {"LastUsedAt": None, "CreatedAt": "2026-01-09T00:00:00Z", "InUse": False, "Size": 7},
        {**old, "InUse": True, "Size": 9},
        {**old, "Type": "internal", "Size": 11},
        {**old, "Type": "frontend", "Size": 13},
        {**old, "Type": "regular", "Shared": True, "Size": 15},
        {**old, "Type": "exec.cachemount", "Shared": False, "Size": 17},
    )
    seen = Seen(containers=(), images=(), volumes=(), networks=(), cache=cache)
    at = datetime(2026, 1, 10, tzinfo=UTC).timestamp()
    said = DockerPrune(what=("build_cache",), older_than_seconds=7 * DAY)
    labelled = DockerPrune(what=("build_cache",), labels=("stage",))

    assert [5, 17] == [one["Size"] for one in Choice(seen=seen, said=said, now_seconds=at).cache()]
    assert [] == Choice(seen=seen, said=labelled, now_seconds=at).cache()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_engine_that_does_not_answer_is_said() -> None:
    """By its socket. The client leaves a connection open that it could not make."""
    result, _ = prune("/nowhere/docker.sock", "containers")
    gc.collect()

    assert (Exit.FAILED, "the engine at /nowhere/docker.sock: its socket is not there") == (
        result.exit_code,
        result.summary,
    )
