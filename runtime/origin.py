"""Check that the package `runtime` that was imported is the one of opsc.

Other distributions install a package of the same name and overwrite files of ours in silence.
Cheap on purpose: every start pays for it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def foreign_package(package: ModuleType, entry_file: str) -> str | None:
    """Given the imported package and the file of its entry point, say what is wrong, or None.

    The package must carry the marker of opsc and lie in the folder of the entry point.
    """
    folder = os.path.dirname(os.path.abspath(entry_file))
    file = getattr(package, "__file__", None)
    place = os.path.dirname(os.path.abspath(file)) if file else "nowhere"
    if getattr(package, "DISTRIBUTION", None) == "opsc" and place == folder:
        return None
    return (
        f"the package `{package.__name__}` in {place} is not the one of opsc; another distribution"
        " of that name is installed: give opsc an environment of its own"
        " (python3 -m venv /opt/opsc && /opt/opsc/bin/pip install opsc)"
    )
