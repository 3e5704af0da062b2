"""The exceptions of the runtime, and the codes that opsrun exits with.

RunError
├── PlanError         the plan, or what was asked of it, is no good (exit 2)
├── JournalError      the journal cannot be trusted or written (exit 1)
│   └── JournalBusyError   another process holds it (exit 75)
├── LeaseError        where hosts agree on who runs a job cannot be asked (exit 75)
├── SecretError       a secret cannot be had (exit 1)
├── InstallError      a host is left as it is, since installing would harm what is there (exit 1)
├── StepError         a step could not be carried out at all (exit 1)
└── UnsafePathError   a place that no job may touch (exit 1)
"""

from __future__ import annotations

import errno
from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """How opsrun ends."""

    OK = 0
    FAILED = 1
    BAD_PLAN = 2
    PARTLY = 3
    FOREIGN = 4
    BUSY = 10
    TRY_AGAIN = 75
    TIMED_OUT = 124


class RunError(Exception):
    """Base of every exception raised on purpose; its text is for the user."""

    exit_code: ClassVar[Exit] = Exit.FAILED


class PlanError(RunError):
    """The plan cannot be read, breaks the contract, or has no such job or instant."""

    exit_code = Exit.BAD_PLAN


class JournalError(RunError):
    """The journal is damaged, foreign, too new, or cannot be written."""


class JournalBusyError(JournalError):
    """Another process kept the journal locked for longer than the busy timeout."""

    exit_code = Exit.TRY_AGAIN


class LeaseError(RunError):
    """The place that keeps the leases cannot be asked; no text has its address or password."""

    exit_code = Exit.TRY_AGAIN


class SecretError(RunError):
    """A secret is not where it is said to be kept; the text names the place, never a value."""


class InstallError(RunError):
    """What was compiled is not installed; the text says what is in the way, and the way out."""


class StepError(RunError):
    """A step's process could not be started, or left no result."""


class UnsafePathError(RunError):
    """A path is one that no job may work on."""


def reason_of(error: OSError) -> str:
    """Given what the system refused, return it for people: the path, where there is one, and why.

    A full disk, or a quota that is used up, is said to be full.
    """
    said = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        said = "the disk is full"
    return f"{error.filename}: {said}" if error.filename else said
