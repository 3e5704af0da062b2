"""How long opsrun takes to run ``/bin/true``, as a unit calls it and as a person does.

The plan has been seen before, as it has by every run but the first. What nobody can undercut is
the interpreter with what any journal needs.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.paired import Command, compare
from tests.installation import build_wheel, install, neutral_environment
from tests.runtime import plans

if TYPE_CHECKING:
    from tests.benchmarks.paired import Comparison
    from tests.installation import Installation

LIMIT: Final = 4.0

PROGRAM: Final = "import sqlite3, json"


def forget(journal: Path) -> None:
    """Have no occurrence in the journal, so that the one that is due runs again."""
    with closing(sqlite3.connect(journal)) as connection, connection:
        for table in ("steps", "attempts", "occurrences"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - three constants


def measured(installation: Installation, title: str, *flags: str) -> Comparison:
    """Return how long a run takes that is asked for with these flags."""
    opsrun, python = installation.command("opsrun"), str(installation.python)
    argv = [opsrun, "run", *flags, "--plan", "plan.json", "--state", "state", "tabular/tidy"]
    journal = installation.home / "state" / "journal.sqlite3"
    # The first run begins the journal, the second notes the plan.
    for _ in range(2):
        installation.run(argv)
    return compare(
        Command(title=title, argv=argv),
        Command(title=f'python -c "{PROGRAM}"', argv=[python, "-c", PROGRAM]),
        limit=LIMIT,
        cwd=installation.home,
        env={**neutral_environment(), "OPSRUN_LOG": "text"},
        before=lambda: forget(journal),
        pairs=25,
    )


def main() -> int:
    """Print both comparisons; return 1 when one is over its limit."""
    with tempfile.TemporaryDirectory(prefix="opsc-bench-") as name:
        folder = Path(name)
        installation = install(build_wheel(folder), folder)
        plans.write(installation.home, plans.job({"nothing": plans.command("/bin/true")}))
        comparisons = (
            measured(installation, "opsrun run --scheduled", "--scheduled"),
            measured(installation, "opsrun run"),
        )
        for comparison in comparisons:
            print(comparison)
    return 0 if all(comparison.holds for comparison in comparisons) else 1


if __name__ == "__main__":
    sys.exit(main())
