"""The spec that `opsc init` writes: a service's name enters, the text of ``starter.yaml`` leaves.

The file is a valid spec as it stands, of a service called ``my-service``; where the name becomes
part of a metric's, it stands as ``my_service``, and as ``MyService`` in an alert's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from compiler.source.scalars import meaning

NAME: Final = "my-service"
"""What stands in the file for the service's name."""

NAME_IN_METRICS: Final = "my_service"
"""What stands in the file for the name as a part of a metric's."""

NAME_IN_ALERTS: Final = "MyService"
"""What stands in the file for the name as a part of an alert's."""

SHARED: Final = ("teams", "hosts", "stack", "routing")
"""Sections of the file that specs which compile together say once between them."""


def starter(name: str) -> str:
    """Given the name of a service, return a small, commented spec of it."""
    text = Path(__file__).with_name("starter.yaml").read_text(encoding="utf-8")
    # The metric's part first: what it becomes has no `-` that could be taken for the name.
    words = name.replace("-", "_")
    text = text.replace(NAME_IN_METRICS, words)
    text = text.replace(NAME_IN_ALERTS, "".join(word.title() for word in words.split("_")))
    if meaning(name) != name:
        text = text.replace(f": {NAME}\n", f': "{name}"\n')
    return text.replace(NAME, name)
