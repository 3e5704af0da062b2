"""What foreign documents are adopted as, and the spec that is written of it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from compiler.artifact.yaml import write_yaml
from compiler.model.types import NAME_PATTERN
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

_NAME = re.compile(NAME_PATTERN[:-1] + r"\Z")
MAX_NAME = 63

DISABLED: Final = {"disabled": True}
"""An alert that opsc makes by itself, and the document does not have."""


@frozen
class Asked(Frozen):
    """What the command line says besides: the team that answers, the window of Sloth's SLOs."""

    owner: str | None = None
    window: str = "30d"


@frozen
class Promise(Frozen):
    """One SLO of a spec: its entry, and where it comes from. `comments` stand above it."""

    service: str
    name: str
    document: int
    path: Path
    entry: Mapping[str, Any]
    owner: str | None = None
    comments: tuple[str, ...] = ()


@frozen
class ServiceSaid(Frozen):
    """What is known of a service besides its name."""

    title: str | None = None
    description: str | None = None


@frozen
class Reading(Frozen):
    """What the documents of one format say; faults are by the number of their document."""

    promises: tuple[Promise, ...]
    faults: tuple[tuple[int, Fault], ...]
    services: Mapping[str, ServiceSaid]


def is_name(text: str) -> bool:
    """Whether a text can be a name in a spec."""
    return len(text) <= MAX_NAME and _NAME.match(text) is not None


def name_of(text: str) -> str:
    """Given any text, return the name that is most like it; empty when it has no letter."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(words).lstrip("0123456789-")[:MAX_NAME].rstrip("-")


def percentage(share: Decimal) -> str:
    """Given an exact share in per cent, return it as a spec writes it: ``99.9%``."""
    return plain(share) + "%"


def plain(number: Decimal) -> str:
    """Given an exact number, return it without exponent and needless zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(number: float) -> Decimal:
    """Given a number of a document, return what was written there, not its nearest fraction."""
    return Decimal(plain(Decimal(str(number))))


def spec_of(
    service: str,
    promises: Iterable[Promise],
    said: ServiceSaid,
    asked: Asked,
    *,
    source: str,
    brings_teams: bool,
) -> str:
    """Given the SLOs of a service, return the text of its spec.

    `source` names the format for the first line; `brings_teams` says whether the teams are written
    into it too, and not elsewhere.
    """
    slos = sorted(promises, key=lambda promise: promise.name)
    owner = owner_of(service, slos, asked)
    described = {"description": said.description} if said.description else {}
    head: dict[str, Any] = {
        "opsc": 1,
        "service": {
            "name": service,
            "title": said.title or service,
            **described,
            "owner": owner,
        },
    }
    comments = [
        f"Imported by opsc from {source}.",
        "Alerts are those of the documents; what opsc has besides, as `guard`, is disabled.",
    ]
    parts = [write_yaml(head, comments=comments)[0]]
    if brings_teams:
        guessed = not asked.owner and not any(slo.owner for slo in slos)
        parts.append(teams_of([owner, *(slo.owner for slo in slos if slo.owner)], guessed=guessed))
    parts.append("slos:\n")
    parts.extend(_block(slo, owner) for slo in slos)
    return "".join(parts)


def owner_of(service: str, promises: Iterable[Promise], asked: Asked) -> str:
    """Return the team that answers: as asked, as the first SLO says, or one named for the service.

    A name is never longer than names are.
    """
    said = (slo.owner for slo in promises if slo.owner)
    return asked.owner or next(said, None) or f"{service[: MAX_NAME - 5].rstrip('-_')}-team"


def teams_of(owners: Iterable[str], *, guessed: bool) -> str:
    """Return the section of the teams. `guessed` says that nobody named them."""
    lines = ["teams:\n"]
    if guessed:
        lines.append("  # Nobody was named: `opsc import --owner TEAM` says who answers.\n")
    for owner in dict.fromkeys(owners):
        title = owner.replace("-", " ").replace("_", " ").capitalize()
        lines.append(_indented(write_yaml({owner: {"title": title}})[0]))
    return "".join(lines)


def _block(slo: Promise, owner: str) -> str:
    entry = dict(slo.entry)
    if slo.owner and slo.owner != owner:
        entry["owner"] = slo.owner
    comments = "".join(f"  # {line}\n" for line in _flat(slo.comments))
    return comments + _indented(write_yaml({slo.name: entry})[0])


def _flat(comments: Iterable[str]) -> Iterator[str]:
    """Yield comments without what would end them, or end the document."""
    for comment in comments:
        yield "".join(c if c.isprintable() else " " for c in " ".join(comment.split()))


def _indented(text: str) -> str:
    return "".join(f"  {line}" if line.strip() else line for line in text.splitlines(keepends=True))
