"""`docker.prune`: remove what Docker keeps and no container uses.

Everything is judged by one look at the engine, before anything goes: a volume that a stopped
container names is in use, though that container is removed in the same run. Objects are removed one
by one; what has come into use meanwhile, the engine itself refuses to remove. A run that was killed
is followed by one that removes the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.units import format_duration
from runtime.errors import Exit
from runtime.kinds.docker import EngineError, connected, words
from runtime.kinds.engine.chosen import Choice
from runtime.kinds.engine.seen import Seen
from runtime.kinds.faults import Faults
from runtime.kinds.result import Result, exit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.contract.docker_prune import DockerPrune
    from runtime.kinds.engine.chosen import Object
    from runtime.kinds.result import Context

TIMEOUT_SECONDS: Final = 600
"""How long one answer may take: measuring a large host takes minutes."""

_GONE, _IN_USE = 404, 409


def carry_out(parameters: DockerPrune, context: Context) -> Result:
    """Remove what is unused and old enough; return how many of each, and their bytes."""
    pruning = _Pruning(context=context)
    try:
        with connected(parameters.socket, TIMEOUT_SECONDS) as client:
            choice = Choice(
                seen=Seen.now(client),
                said=parameters,
                now_seconds=context.clock.now().timestamp(),
            )
            for part in parameters.what:
                pruning.counts |= {part: 0, f"{part}_bytes": 0}
            for one in choice.objects():
                pruning.remove(client, one)
            if "build_cache" in parameters.what:
                pruning.prune_cache(client, choice)
    except EngineError as error:
        return pruning.broken_off(error)
    return pruning.result()


@dataclass(slots=True, kw_only=True)
class _Pruning:
    """What was done so far: `counts` of each part, and of its bytes."""

    context: Context
    counts: dict[str, int] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def remove(self, client: Any, one: Object) -> None:
        """Remove one object and count it, unless it has come into use or is gone."""
        from docker.errors import APIError

        kind = one.part.removesuffix("s")
        try:
            if not self.context.dry_run:
                _ways(client)[one.part](one.key)
        except APIError as error:
            if error.status_code == _IN_USE:
                self.context.say(f"{kind} {one.name}: in use, left alone")
            elif error.status_code != _GONE:
                said = f"{kind} {one.name}: {words(error)}"
                self.faults.refuse(said)
                self.context.say(said)
            return
        self._count(one.part, 1, one.size_bytes)
        age = format_duration(int(one.age_seconds))
        self.context.say(f"{self._word} {kind} {one.name} ({one.size_bytes} bytes, {age} old)")

    def prune_cache(self, client: Any, choice: Choice) -> None:
        """Have the engine remove the build cache, which it alone knows how to."""
        old = choice.cache()
        number, size = len(old), sum(one["Size"] for one in old)
        if old and not self.context.dry_run:
            until = {"until": f"{int(choice.said.older_than_seconds)}s"}
            done: Mapping[str, Any] = client.prune_builds(filters=until)
            number, size = len(done.get("CachesDeleted") or ()), done.get("SpaceReclaimed", 0)
        self._count("build_cache", number, size)
        self.context.say(f"{self._word} {number} records of the build cache ({size} bytes)")

    def broken_off(self, error: EngineError) -> Result:
        """Return the result of a run that the engine has ended."""
        if not self.counts:
            return Result(exit_code=Exit.FAILED, summary=str(error))
        so_far = self.result()
        summary = f"{error}; until then {so_far.summary}"
        code = exit_of(done=self._done, refused=1)
        return Result(exit_code=code, summary=summary, facts=so_far.facts)

    def result(self) -> Result:
        """Return the result of the run."""
        sizes = {name: size for name, size in self.counts.items() if name.endswith("_bytes")}
        listed = ", ".join(
            f"{number} {part.replace('_', ' ')}"
            for part, number in self.counts.items()
            if part not in sizes
        )
        total = sum(sizes.values())
        summary = f"{self._word} {listed}; {total} bytes"
        facts = {**self.counts, "bytes": total, "faults": len(self.faults)}
        code = self.faults.exit_code(done=self._done)
        return Result(exit_code=code, summary=summary + self.faults.said(), facts=facts)

    @property
    def _done(self) -> int:
        """How many objects were removed."""
        return sum(number for name, number in self.counts.items() if not name.endswith("_bytes"))

    @property
    def _word(self) -> str:
        return "would remove" if self.context.dry_run else "removed"

    def _count(self, part: str, number: int, size_bytes: int) -> None:
        self.counts[part] += number
        self.counts[f"{part}_bytes"] += size_bytes


def _ways(client: Any) -> Mapping[str, Callable[[str], object]]:
    """Return what removes an object of each part."""
    return {
        # With `v` the container's anonymous volumes would go along.
        "containers": partial(client.remove_container, v=False),
        "networks": client.remove_network,
        "images": client.remove_image,
        "volumes": client.remove_volume,
    }
