"""The exceptions of the compiler. A user's fault is a Finding; an exception is I/O or our bug.

OpscError
├── InputError        a file or folder named on the command line cannot be read
├── WriteError        the output folder cannot be written
└── AuthorityError    an outside tool (promtool, …) could not be run
"""

from __future__ import annotations


class OpscError(Exception):
    """Base of all that opsc raises on purpose; its text is one sentence for the user."""


class InputError(OpscError):
    """A path given on the command line cannot be read."""


class WriteError(OpscError):
    """An artifact cannot be written."""


class AuthorityError(OpscError):
    """An outside tool is missing, or ended without a verdict."""
