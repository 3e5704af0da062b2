"""The stack: where servers find their secrets follows from how they are run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from compiler.targets.kubernetes import ALERTMANAGER_SECRETS

if TYPE_CHECKING:
    from compiler.model.stack import Stack


def lower_stack(stack: Stack) -> Stack:
    """Given the stack, return it with the folder of Alertmanager's credentials in a cluster."""
    server, cluster = stack.alertmanager, stack.kubernetes
    if server is None or server.credentials is not None or not (cluster and cluster.operator):
        return stack
    return replace(stack, alertmanager=replace(server, credentials=ALERTMANAGER_SECRETS))
