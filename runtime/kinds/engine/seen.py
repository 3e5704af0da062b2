"""What a Docker Engine has at one moment, as it says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Said: TypeAlias = "Mapping[str, Any]"
"""One object in the engine's own words."""

ENDED: Final = ("exited", "dead", "created")
"""States of containers that do not run, and will not by themselves."""


@frozen
class Seen(Frozen):
    """All that can be pruned, and what uses it.

    Containers that have ended have `FinishedAt` besides, images `LastTagTime`; None where there was
    none.
    """

    containers: tuple[Said, ...]
    images: tuple[Said, ...]
    volumes: tuple[Said, ...]
    networks: tuple[Said, ...]
    cache: tuple[Said, ...]

    @classmethod
    def now(cls, client: Any) -> Seen:
        """Given a client, ask the engine.

        Networks and volumes come before the containers that may name them: what is made in between
        is not seen, or seen as used.
        """
        named = {one["Name"] for one in client.volumes()["Volumes"] or ()}
        networks = tuple(client.networks())
        usage = client.df()
        return cls(
            containers=tuple(
                {**one, "FinishedAt": _finished_at(client, one)}
                for one in usage.get("Containers") or ()
            ),
            images=tuple(
                {**one, "LastTagTime": _tagged_at(client, one)} for one in usage.get("Images") or ()
            ),
            volumes=tuple(one for one in usage.get("Volumes") or () if one["Name"] in named),
            networks=networks,
            cache=tuple(usage.get("BuildCache") or ()),
        )


def _finished_at(client: Any, container: Said) -> str | None:
    if container["State"] not in ENDED:
        return None
    return _time(lambda: client.inspect_container(container["Id"])["State"]["FinishedAt"])


def _tagged_at(client: Any, image: Said) -> str | None:
    def ask() -> str | None:
        tagged: str | None = (client.inspect_image(image["Id"]).get("Metadata") or {}).get(
            "LastTagTime"
        )
        return tagged

    return _time(ask)


def _time(ask: Callable[[], str | None]) -> str | None:
    """Return a time that the engine says; None when there is none, or its object is gone."""
    from docker.errors import NotFound

    try:
        said = ask()
    except NotFound:
        return None
    return None if not said or said.startswith("0001-") else said
