"""Which job kinds exist, and the class of each one's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.contract.command import Command
from runtime.contract.diagnostics_collect import DiagnosticsCollect
from runtime.contract.files_expire import FilesExpire
from runtime.contract.health_check import HealthCheck

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.entry import Entry

KINDS: Final[Mapping[str, type[Entry]]] = {
    "command": Command,
    "diagnostics.collect": DiagnosticsCollect,
    "files.expire": FilesExpire,
    "health.check": HealthCheck,
}
"""Parameters by the kind's name; ``runtime/kinds/`` has a module of the same name for each."""
