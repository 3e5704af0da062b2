"""What of an engine's objects is to go: what it has and the parameters enter, a choice leaves.

Pure: it asks and removes nothing.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.kinds.engine.seen import ENDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime.contract.docker_prune import DockerPrune
    from runtime.kinds.engine.seen import Said, Seen

BUILT_IN: Final = ("bridge", "host", "none")
"""Networks that every engine has."""

KEPT_CACHE: Final = ("internal", "frontend")
"""Types of records of the build cache that go only when all of it is to."""

NO_TAG: Final = "<none>:<none>"

_ANONYMOUS: Final = re.compile(r"[0-9a-f]{64}")


@frozen
class Object(Frozen):
    """One thing that is to go: which part it is of, how the engine and people call it."""

    part: str
    key: str
    name: str
    size_bytes: int
    age_seconds: float


@frozen
class Choice(Frozen):
    """Chooses among what was seen at a moment, given in Unix seconds."""

    seen: Seen
    said: DockerPrune
    now_seconds: float

    def objects(self) -> Iterator[Object]:
        """Yield what is to go, in the order in which it goes.

        Volumes that nothing names come before the containers that may leave some behind.
        """
        containers = list(self._containers())
        ending = {one.key for one in containers} if "containers" in self.said.what else set()
        volumes = list(self._volumes(set()))
        chosen = [*volumes, *containers, *self._networks(ending), *self._images(ending)]
        if self.said.volumes_of_containers:
            known = {one.key for one in volumes}
            chosen += [one for one in self._volumes(ending) if one.key not in known]
        return (one for one in chosen if one.part in self.said.what)

    def cache(self) -> list[Said]:
        """Return the records of the build cache that are to go; they have no labels.

        What the engine keeps for itself, and what images share, it does not prune.
        """
        if self.said.labels:
            return []
        return [
            one
            for one in self.seen.cache
            if not (one.get("InUse") or one.get("Shared") or one.get("Type") in KEPT_CACHE)
            and self._age(one.get("LastUsedAt") or one["CreatedAt"]) >= self.said.older_than_seconds
        ]

    def _containers(self) -> Iterator[Object]:
        for one in self.seen.containers:
            age = self._age(one["FinishedAt"] or one["Created"])
            if one["State"] in ENDED and self._is_meant(one, age):
                name = (one.get("Names") or [one["Id"][:12]])[0].lstrip("/")
                yield Object(
                    part="containers",
                    key=one["Id"],
                    name=name,
                    size_bytes=one.get("SizeRw") or 0,
                    age_seconds=age,
                )

    def _networks(self, ending: set[str]) -> Iterator[Object]:
        used = {
            network
            for one in self._staying(ending)
            for name, said in one["NetworkSettings"]["Networks"].items()
            # One that never ran knows its network by name alone.
            for network in (name, said.get("NetworkID"))
        }
        for one in self.seen.networks:
            is_own = one["Scope"] == "local" and not one.get("Ingress")
            is_used = not used.isdisjoint((one["Id"], one["Name"]))
            if is_own and not is_used and one["Name"] not in BUILT_IN:
                age = self._age(one["Created"])
                if self._is_meant(one, age):
                    yield Object(
                        part="networks",
                        key=one["Id"],
                        name=one["Name"],
                        size_bytes=0,
                        age_seconds=age,
                    )

    def _images(self, ending: set[str]) -> Iterator[Object]:
        used = {one["ImageID"] for one in self._staying(ending)}
        for one in self.seen.images:
            tags = [tag for tag in one.get("RepoTags") or () if tag != NO_TAG]
            if one["Id"] in used or (tags and not self.said.tagged_images):
                continue
            # One that was pulled just now may have been made long ago.
            age = min(self._age(at) for at in (one["Created"], one["LastTagTime"]) if at)
            if not self._is_meant(one, age):
                continue
            size = one["Size"] - max(one.get("SharedSize") or 0, 0)
            for name in tags or [one["Id"]]:
                # The image goes with the last of its names.
                is_last = name == (tags or [name])[-1]
                yield Object(
                    part="images",
                    key=name,
                    name=name,
                    size_bytes=size if is_last else 0,
                    age_seconds=age,
                )

    def _volumes(self, ending: set[str]) -> Iterator[Object]:
        used = {
            mount.get("Name")
            for one in self._staying(ending)
            for mount in one.get("Mounts") or ()
            if mount.get("Type") == "volume"
        }
        for one in self.seen.volumes:
            is_anonymous = _ANONYMOUS.fullmatch(one["Name"]) is not None
            if one["Name"] in used or not (is_anonymous or self.said.named_volumes):
                continue
            age = self._age(one["CreatedAt"]) if one.get("CreatedAt") else 0.0
            if self._is_meant(one, age):
                yield Object(
                    part="volumes",
                    key=one["Name"],
                    name=one["Name"],
                    size_bytes=max((one.get("UsageData") or {}).get("Size", 0), 0),
                    age_seconds=age,
                )

    def _staying(self, ending: set[str]) -> Iterator[Said]:
        """Yield the containers but for those that are taken for removed."""
        return (one for one in self.seen.containers if one["Id"] not in ending)

    def _is_meant(self, one: Said, age_seconds: float) -> bool:
        """Whether an object is old enough and has the labels that are said."""
        labels = one.get("Labels") or {}
        return (
            age_seconds >= self.said.older_than_seconds
            and all(_has(labels, label) for label in self.said.labels)
            and not any(_has(labels, label) for label in self.said.without_labels)
        )

    def _age(self, at: str | int) -> float:
        """Return how long ago something was, given as Unix seconds or in ISO 8601."""
        then = at if isinstance(at, int) else datetime.fromisoformat(at).timestamp()
        return max(self.now_seconds - then, 0.0)


def _has(labels: Mapping[str, str], label: str) -> bool:
    name, equals, value = label.partition("=")
    return name in labels and (not equals or labels[name] == value)
