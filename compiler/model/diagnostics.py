"""What a job of the kind ``diagnostics.collect`` says, in a spec: of which resources and logs."""

from __future__ import annotations

from compiler.model.types import Name, Paths, Text
from runtime.contract.diagnostics_collect import Extent
from runtime.contract.entry import entry


@entry
class Diagnostics(Extent):
    """One archive of what is asked for first at night, free of secrets.

    It holds how the host is, the ends of logs, what the service's databases and caches tell, the
    network, containers, and how the jobs stand.
    """

    resources: tuple[Name, ...] | None = None
    """What is asked and connected to: keys of `resources`. None means all of the service."""
    logs: Paths = ()
    """Log files: folders, or patterns below a folder."""
    containers: tuple[Text, ...] | None = None
    """Names of containers, as globs. None means those that have the service's name in theirs."""
