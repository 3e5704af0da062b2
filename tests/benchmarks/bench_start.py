"""How long opsc takes to say its version, and to check a spec without a cache: small, and large.

All from an installed wheel with compiled bytecode, against what nobody can undercut: the
interpreter, and the imports of pydantic and yaml.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.benchmarks.paired import Command, compare
from tests.checkout import ROOT
from tests.installation import build_wheel, install, neutral_environment

VERSION_LIMIT: Final = 2.5
CHECK_LIMIT: Final = 3.0
"""For the spec that `opsc init` writes: what each check costs, whatever it checks."""
REFERENCE_LIMIT: Final = 5.0
"""For the reference spec, which has every section, and is checked in four environments."""


def main() -> int:
    """Print both comparisons; return 1 when one is over its limit."""
    with tempfile.TemporaryDirectory(prefix="opsc-bench-") as name:
        folder = Path(name)
        installation = install(build_wheel(folder), folder)
        shutil.copytree(ROOT / "specs", installation.home / "specs")
        python, opsc = str(installation.python), installation.command("opsc")
        env = neutral_environment()
        (installation.home / "small").mkdir()
        subprocess.run([opsc, "init", "shop"], cwd=installation.home / "small", env=env, check=True)
        comparisons = (
            compare(
                Command(title="opsc --version", argv=[opsc, "--version"]),
                Command(title="python -c pass", argv=[python, "-c", "pass"]),
                limit=VERSION_LIMIT,
                cwd=installation.home,
                env=env,
            ),
            *(
                compare(
                    Command(title=f"opsc check {spec}", argv=[opsc, "check", spec]),
                    Command(
                        title='python -c "import pydantic, yaml"',
                        argv=[python, "-c", "import pydantic, yaml"],
                    ),
                    limit=limit,
                    cwd=installation.home,
                    env=env,
                )
                for spec, limit in (
                    ("small/specs/shop.yaml", CHECK_LIMIT),
                    ("specs/tabular.yaml", REFERENCE_LIMIT),
                )
            ),
        )
        for comparison in comparisons:
            print(comparison)
    return 0 if all(comparison.holds for comparison in comparisons) else 1


if __name__ == "__main__":
    sys.exit(main())
