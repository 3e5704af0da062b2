"""Parameters of ``docker.prune``: what Docker keeps and nothing uses is removed."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from runtime.contract.command import HostPath
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import NOT_EMPTY
from runtime.contract.units import Described, Seconds

Part = Literal["containers", "networks", "images", "volumes", "build_cache"]
"""What can be pruned."""

_LABEL: Final = r"^[^=\x00]+(=[^\x00]*)?$"

DockerLabel = Annotated[
    str,
    Described(
        {"type": "str", "strict": True, "max_length": 1024, "pattern": _LABEL},
        {
            "type": "string",
            "maxLength": 1024,
            "pattern": _LABEL,
            "examples": ["org.example.keep", "stage=build"],
        },
    ),
]
"""A label of a Docker object, with its value or with any."""


@entry
class DockerPrune(Entry):
    """Stopped containers, and networks, images, volumes and build cache that no container uses.

    A volume is kept when any container names it, one that is removed in the same run too.
    """

    what: Annotated[tuple[Part, ...], NOT_EMPTY]
    """What is removed: volumes, which hold data, when it is said here and never by itself."""
    older_than_seconds: Seconds = 0
    """How long ago a container stopped, an image was made or tagged, a network or a volume was
    made, and the build cache was used."""
    labels: tuple[DockerLabel, ...] = ()
    """Labels of which an object has all; the build cache has none and is then left alone."""
    without_labels: tuple[DockerLabel, ...] = ()
    """Labels of which an object has none."""
    tagged_images: bool = False
    """Whether images go that have a name, not only those that lost it to a newer one."""
    named_volumes: bool = False
    """Whether volumes go that somebody gave a name, not only anonymous ones."""
    volumes_of_containers: bool = False
    """Whether the volumes of containers that are removed in the same run go too."""
    socket: HostPath = "/var/run/docker.sock"
    """Socket of the Docker Engine; whoever may use it may do anything on the host."""
