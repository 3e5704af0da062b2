"""One install, from its folder to its report: what the verb asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import InstallError, PlanError
from runtime.install.activation import after, before, call
from runtime.install.carry_out import carry_out
from runtime.install.compiled import read_compiled
from runtime.install.layout import hosts_of, layout
from runtime.install.missing import missing
from runtime.install.survey import survey

if TYPE_CHECKING:
    from runtime.install.disk import Disk
    from runtime.install.layout import Placed
    from runtime.install.survey import Change, Survey


@frozen
class Report(Frozen):
    """What is done, or would be, and what remains for people."""

    host: str
    is_dry: bool
    has_called: bool
    before: list[list[str]]
    changes: tuple[Change, ...]
    left: tuple[str, ...]
    after: list[list[str]]
    missing: tuple[str, ...]

    def form(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "host": self.host,
            "dry_run": self.is_dry,
            "changes": [_form(change) for change in self.changes],
            "left": list(self.left),
            "systemctl": {
                "called": self.has_called,
                "before": self.before,
                "after": self.after,
            },
            "missing": list(self.missing),
        }


@frozen
class Order(Frozen):
    """What is to be done on a host, looked at, not yet done."""

    host: str
    disk: Disk
    wanted: tuple[Placed, ...]
    found: Survey
    tells: bool
    before: list[list[str]]

    def carry_out(self, *, activates: bool) -> None:
        """Do it. Raise `InstallError` when something is in the way."""
        if self.before and not activates:
            lines = "\n".join(f"  {' '.join(argv)}" for argv in self.before)
            raise InstallError(
                "what is to be removed is still enabled; say --activate, or call first\n" + lines
            )
        for argv in self.before:
            call(argv)
        carry_out(self.disk, self.wanted, self.found)
        if activates:
            for argv in after(self.disk, self.wanted, self.found, always=True):
                call(argv)

    def report(self, *, is_dry: bool, activates: bool) -> Report:
        """Return what is done, or would be."""
        return Report(
            host=self.host,
            is_dry=is_dry,
            has_called=activates and not is_dry,
            before=self.before,
            changes=self.found.changes,
            left=self.found.left,
            after=after(self.disk, self.wanted, self.found, always=activates),
            missing=missing(self.disk, self.wanted, tells=self.tells),
        )


def order_of(folder: str, host: str, disk: Disk) -> Order:
    """Given a compiled folder, a host's name and its files, return what is to be done.

    Raise `PlanError` when the folder is no good, or knows nothing of a host on which nothing was
    installed, and `InstallError` when something stands in the way.
    """
    compiled = read_compiled(folder)
    wanted = layout(compiled, host)
    found = survey(disk, wanted)
    if compiled.plan is not None and not wanted and not found.known:
        named = ", ".join(hosts_of(compiled.plan))
        raise PlanError(
            f"no job is for the host `{host}`; there are jobs for {named}: say `--host`"
        )
    return Order(
        host=host,
        disk=disk,
        wanted=wanted,
        found=found,
        tells=compiled.plan is not None and bool(compiled.plan.channels),
        before=before(disk, found),
    )


def _form(change: Change) -> dict[str, Any]:
    said: dict[str, Any] = {"action": change.action, "path": change.path}
    if change.placed is not None:
        placed = change.placed
        said |= {"source": placed.source, "mode": f"{placed.mode:04o}", "why": placed.why}
    return said
