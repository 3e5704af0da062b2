"""What a CronJob runs: a job of the plan, or what tells people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.needs import Needs
    from compiler.lower.plan import Origin
    from compiler.targets.kubernetes import CronJobSchedule


@frozen
class Workload(Frozen):
    """`opsrun` with some arguments, when it is started, and what it must reach.

    `secret` names the Secret of its environment and credentials; `host` is the cluster's name,
    which metrics bear where it `is_measured`. Without a `schedule` it is started by hand.
    """

    origin: Origin | None
    name: str
    service: str | None
    description: str
    arguments: tuple[str, ...]
    schedule: CronJobSchedule | None
    start_deadline_seconds: int
    longest_seconds: int
    grace_seconds: int
    need: Needs
    secret: str
    host: str
    is_measured: bool = False

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels by which its objects and pods are found."""
        service = {"app.kubernetes.io/part-of": self.service} if self.service else {}
        # The name of a CronJob fits into a label.
        return {"app.kubernetes.io/name": "opsrun", "app.kubernetes.io/instance": self.name} | (
            service
        )
