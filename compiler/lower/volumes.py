"""Which volumes of a cluster a pod needs: those that hold a path that its job names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.lower.needs import is_inside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.needs import Needs
    from compiler.model.cluster import Cluster, Volume


def volume_of(path: str, cluster: Cluster) -> str | None:
    """Given a path, return the name of the innermost volume that holds it, or None."""
    around = [name for name, one in cluster.volumes.items() if is_inside(path, one.path)]
    return max(around, key=lambda name: len(cluster.volumes[name].path), default=None)


def volumes_of(need: Needs, cluster: Cluster) -> Mapping[str, Volume]:
    """Given what a job must reach, return the volumes that its pod has, by name."""
    found = (volume_of(path, cluster) for path in (*need.writes, *need.reads))
    return {name: cluster.volumes[name] for name in sorted({name for name in found if name})}
