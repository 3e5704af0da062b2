"""`files.rotate`: files that are written to make room for new ones, and no line is lost.

A file gets another name, an empty one takes its place, and its writer is told to open its files
anew; what it writes until then goes to the renamed file. With `copy` the file stays, see
`runtime.kinds.rotate.copying` for what is promised then. A rotated file is packed when nobody has
it open for writing any more, which may be the next run; the old ones are deleted.

What was done stands in the files' names: a run that was killed at any point is carried on by the
next one.
"""

from __future__ import annotations

import fcntl
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from runtime.contract.units import format_duration
from runtime.errors import Exit, UnsafePathError
from runtime.kinds.opened import Opened
from runtime.kinds.removal import Removal, Tally
from runtime.kinds.result import Result
from runtime.kinds.root import open_roots
from runtime.kinds.rotate.copying import Copying, NoHoleError
from runtime.kinds.rotate.disk import make_anew, remove, rename
from runtime.kinds.rotate.family import families
from runtime.kinds.rotate.names import fresh
from runtime.kinds.rotate.packing import is_written, pack
from runtime.kinds.rotate.telling import NotToldError, tell, whom
from runtime.kinds.walk import Walk

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from runtime.contract.files_expire import Place
    from runtime.contract.files_rotate import FilesRotate
    from runtime.kinds.result import Context
    from runtime.kinds.rotate.family import Family
    from runtime.kinds.rotate.names import Rotated
    from runtime.kinds.walk import Found

EARLY_RATIO: Final = 0.1
EARLY_SECONDS: Final = 3600
"""How much sooner than its age a file is rotated: runs of a day are not a day apart to the second.
A tenth of the age, an hour at most."""


def carry_out(parameters: FilesRotate, context: Context) -> Result:
    """Rotate what is due, pack and delete what was rotated; return the counts.

    FAILED, among others, when a root is unsafe, or when another run rotates below it, in which
    case nothing is done anywhere.
    """
    tally = Tally()
    try:
        with open_roots(parameters.places, context.say) as roots:
            for _place, descriptor in roots:
                # Given back with the descriptor, whatever becomes of this process.
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            walks = [
                (place, Walk.of(place.root, descriptor, context.say, tally.faults))
                for place, descriptor in roots
            ]
            run = _Run(parameters=parameters, context=context, tally=tally, walks=walks)
            run.go()
    except BlockingIOError:
        said = "another run rotates here, or a program has locked the folder"
        return Result(exit_code=Exit.FAILED, summary=said)
    except UnsafePathError as error:
        context.say(str(error))
        return Result(exit_code=Exit.FAILED, summary=str(error))
    return run.result()


@dataclass(slots=True, kw_only=True)
class _Run:
    """One run over all places, and what it did so far."""

    parameters: FilesRotate
    context: Context
    tally: Tally
    walks: list[tuple[Place, Walk]]
    opened: Opened = field(default_factory=Opened)
    rotated_files: int = 0
    rotated_bytes: int = 0
    packed_files: int = 0
    packed_before_bytes: int = 0
    packed_after_bytes: int = 0
    told: int = 0

    def go(self) -> None:
        """Carry on what is unfinished, rotate, tell the writers, then delete and pack."""
        if not self.context.dry_run:
            self._each(self._carry_on)
        self._each(self._rotate_if_due)
        if not self.context.dry_run:
            self._tell()
        self.opened = Opened.now()
        self._each(self._delete)
        if self.parameters.compress != "none":
            self._each(self._pack)

    def result(self) -> Result:
        """Return the result of the run."""
        would = "would have " if self.context.dry_run else ""
        said = f"{would}rotated {self.rotated_files} files, {self.rotated_bytes} bytes"
        said += f"; {would}packed {self.packed_files}; {self.tally.said(self.context)}"
        facts = {
            "rotated_files": self.rotated_files,
            "rotated_bytes": self.rotated_bytes,
            "packed_files": self.packed_files,
            "packed_before_bytes": self.packed_before_bytes,
            "packed_after_bytes": self.packed_after_bytes,
            "told": self.told,
        }
        done = self.rotated_files + self.packed_files + self.told
        return self.tally.ended(self.context, said, facts, done=done)

    def _each(self, act: Callable[[Family], None]) -> None:
        """Do something to each family, as it stands now."""
        for place, walk in self.walks:
            for family in families(place, walk):
                act(family)

    def _carry_on(self, family: Family) -> None:
        """Do what a killed run has left of one file, but for telling its writer."""
        for found in family.parts:
            family.within(partial(remove, name=found.parts[-1]))
        for one, _found in family.staged("copied", "cutting"):
            self.context.say(f"{family.path}: a run was cut off here, carrying on")
            family.within(partial(_recover, family=family, found=one))
        original = family.original
        if self.parameters.copy and original and family.content_bytes() < original.status.st_size:
            family.within(lambda folder: _copying(family, folder).trim())
        untold = family.staged("untold")
        if untold and original is None:
            self._make_anew(family, untold[0][1].status)

    def _rotate_if_due(self, family: Family) -> None:
        found = family.original
        if found is None or not self._is_due(family, found):
            return
        taken = {one.order for one, _ in family.rotated}
        target = fresh(family.base, self.context.clock.now(), taken)
        if self.context.dry_run:
            done: int | None = family.content_bytes()
        elif self.parameters.copy is not None:
            done = family.within(lambda folder: self._copy(family, folder, target))
        else:
            done = family.within(lambda folder: self._rename(family, folder, target, found))
        if done:
            self.rotated_files += 1
            self.rotated_bytes += done
            word = "would rotate" if self.context.dry_run else "rotated"
            self.context.say(f"{word} {family.path} ({done} bytes) to {target.name}")

    def _is_due(self, family: Family, found: Found) -> bool:
        said = self.parameters
        if found.status.st_size == 0:
            return False
        if said.at_bytes is None and said.every_seconds is None:
            return True
        if said.at_bytes is not None and family.content_bytes() >= said.at_bytes:
            return True
        if said.every_seconds is None:
            return False
        latest = max((one.at for one, _ in family.rotated), default=0.0)
        early = min(said.every_seconds * EARLY_RATIO, EARLY_SECONDS)
        return self.context.clock.now().timestamp() - latest >= said.every_seconds - early

    def _rename(self, family: Family, folder: int, target: Rotated, found: Found) -> int:
        renamed = target if self.parameters.signal is None else target.untold
        rename(folder, family.base, renamed.name)
        self._make_anew(family, found.status)
        return found.status.st_size

    def _copy(self, family: Family, folder: int, target: Rotated) -> int:
        copying = _copying(family, folder, may_cut=self.parameters.copy == "truncate")
        try:
            done = copying.copy(target)
        except NoHoleError:
            why = "the file system takes nothing off a file: say `copy: truncate`, or `signal`"
            family.walk.blame((*family.folder, family.base), why)
            return 0
        if not done:
            self.context.say(f"{family.path}: has no whole block to copy yet, left alone")
        return done

    def _make_anew(self, family: Family, like: os.stat_result) -> None:
        """Make the empty file that takes the place of a renamed one."""

        def make(folder: int) -> None:
            try:
                make_anew(folder, family.base, like)
            except PermissionError:
                # One that its writer may not open would lose what it writes.
                self.context.say(f"{family.path}: its writer makes it anew, this user may not")

        family.within(make)

    def _tell(self) -> None:
        """Tell the writer of all renamed files once, and note at each that it was told."""
        untold = [
            (family, one)
            for place, walk in self.walks
            for family in families(place, walk)
            for one, _found in family.staged("untold")
        ]
        if not untold:
            return
        said = self.parameters.signal
        if said is not None:
            try:
                is_told = tell(said)
            except NotToldError as error:
                self.tally.faults.refuse(str(error))
                self.context.say(f"{error}; the next run tries again")
                return
            self.told += is_told
            who = whom(said)
            self.context.say(f"told {who}" if is_told else f"{who} does not run: nobody to tell")
        for family, one in untold:
            family.within(partial(rename, name=one.name, target=one.settled.name))

    def _delete(self, family: Family) -> None:
        """Delete what is beyond the number or the age of rotated files."""
        now_seconds = self.context.clock.now().timestamp()
        orders = sorted({one.order for one, _ in family.rotated}, reverse=True)
        for one, found in family.rotated:
            age_seconds = now_seconds - found.status.st_mtime
            limit = self._limit(orders.index(one.order), age_seconds)
            if one.stage is not None or limit is None:
                continue
            if not one.is_packed and self._is_written(family, found):
                self.context.say(f"{family.walk.path(found.parts)}: is written to, left alone")
                continue
            removal = Removal(walk=family.walk, tally=self.tally, context=self.context, limit=limit)
            removal.delete(found, age_seconds)

    def _limit(self, newer: int, age_seconds: float) -> str | None:
        """Return the limit that a file with so many newer ones is beyond, or None."""
        said = self.parameters
        if said.copies is not None and newer >= said.copies:
            return f"{said.copies} copies"
        if age_seconds > said.keep_seconds and newer >= said.keep_latest:
            return format_duration(said.keep_seconds)
        return None

    def _pack(self, family: Family) -> None:
        """Pack what was rotated and nobody writes to any more."""
        for one, found in family.rotated:
            if one.is_packed or one.stage is not None:
                continue
            path = family.walk.path(found.parts)
            if self._is_written(family, found):
                self.context.say(f"{path}: is written to, packed later")
                continue
            after: int | None = 0
            if not self.context.dry_run:
                after = family.within(partial(pack, source=one, found=found))
            if after is None:
                continue
            before = found.status.st_size
            self.packed_files += 1
            self.packed_before_bytes += before
            self.packed_after_bytes += after
            said = f"would pack {path} ({before} bytes)"
            done = f"packed {path} ({before} bytes, {after} now)"
            self.context.say(said if self.context.dry_run else done)

    def _is_written(self, family: Family, found: Found) -> bool:
        now_seconds = self.context.clock.now().timestamp()
        look = partial(is_written, found=found, others=self.opened, now_seconds=now_seconds)
        return family.seen(look) is not False


def _recover(folder: int, family: Family, found: Rotated) -> None:
    _copying(family, folder).recover(found)


def _copying(family: Family, folder: int, *, may_cut: bool = False) -> Copying:
    return Copying(folder=folder, name=family.base, may_cut=may_cut)
