"""Documents of a foreign format → specs, one for each service; or why there are none.

Nothing is written by halves: with an error in any document there is no spec at all.
"""

from __future__ import annotations

from importlib import import_module
from itertools import chain, count
from typing import TYPE_CHECKING, Final

from compiler.adopt.promise import ServiceSaid, owner_of, spec_of, teams_of
from compiler.finding import Finding, Related, Severity
from compiler.source.fault import locate
from compiler.source.span import span_of
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from compiler.adopt.documents import Loaded
    from compiler.adopt.promise import Asked, Promise, Reading
    from compiler.finding import Span

FORMATS: Final = {"sloth": "Sloth", "openslo": "OpenSLO"}
"""The formats by their words on the command line, and as people call them."""

ABSENT: Final = frozenset({"spec/unknown-reference", "adopt/left-out"})
"""Rules that speak of what is not there, or not referred to: silent when a document is broken."""


@frozen
class Adopted(Frozen):
    """One spec: its file's name, its text, and the place each of its SLOs comes from."""

    file: str
    text: str
    places: Mapping[str, Span]


@frozen
class Adoption(Frozen):
    """What some documents became; `specs` is empty when a finding is an error."""

    specs: tuple[Adopted, ...]
    findings: tuple[Finding, ...]


def adopt(source: str, loaded: Loaded, asked: Asked) -> Adoption:
    """Given a word of `FORMATS` and documents, return the specs that they become."""
    reading: Reading = import_module(f"compiler.adopt.{source}").read(loaded.roots, asked)
    findings = [
        *_untimed(loaded),
        *(
            locate(fault, number, loaded.roots)
            for number, fault in reading.faults
            if loaded.is_whole or fault.rule not in ABSENT
        ),
        *_repeated(reading.promises, loaded),
    ]
    findings.sort(key=lambda each: (each.span, each.id, each.headline))
    has_errors = any(each.severity is Severity.ERROR for each in findings)
    specs = () if has_errors else tuple(_specs(source, reading, loaded, asked))
    return Adoption(specs=specs, findings=tuple(findings))


def _untimed(loaded: Loaded) -> Iterator[Finding]:
    """Yield the findings about the text, without bare times: OpenSLO's own form of `startTime`."""
    for finding in loaded.findings:
        line = loaded.texts[finding.span.file].lines[finding.span.start.line - 1]
        if finding.id != "spec/yaml-trap" or not line.strip().startswith("startTime:"):
            yield finding


def _specs(source: str, reading: Reading, loaded: Loaded, asked: Asked) -> Iterator[Adopted]:
    services: dict[str, list[Promise]] = {}
    for promise in reading.promises:
        services.setdefault(promise.service, []).append(promise)
    is_alone = len(services) == 1
    for service, promises in sorted(services.items()):
        told = [_told(each, source, loaded) for each in promises]
        text = spec_of(
            service,
            told,
            reading.services.get(service, ServiceSaid()),
            asked,
            source=FORMATS[source],
            brings_teams=is_alone,
        )
        places = {each.name: _place(each, loaded) for each in promises}
        yield Adopted(file=f"{service}.yaml", text=text, places=places)
    if len(services) > 1:
        owners = [
            owner
            for service, promises in sorted(services.items())
            for owner in (
                owner_of(service, promises, asked),
                *(each.owner for each in promises if each.owner),
            )
        ]
        guessed = not asked.owner and not all(
            any(each.owner for each in promises) for promises in services.values()
        )
        heading = "# What the services share. Imported by opsc.\nopsc: 1\n"
        text = heading + teams_of(owners, guessed=guessed)
        yield Adopted(file=f"{_free(services)}.yaml", text=text, places={})


def _free(services: Iterable[str]) -> str:
    """Return a name for the file that the services share, which none of them has."""
    taken = set(services)
    others = (f"teams-{number}" for number in count(2))
    return next(name for name in chain(("platform", "teams"), others) if name not in taken)


def _told(promise: Promise, source: str, loaded: Loaded) -> Promise:
    """Return a promise whose first comment says where it comes from."""
    from dataclasses import replace

    span = _place(promise, loaded)
    origin = f"From {span.file}:{span.start.line}, {FORMATS[source]}."
    return replace(promise, comments=(origin, *promise.comments))


def _place(promise: Promise, loaded: Loaded) -> Span:
    return span_of(loaded.roots[promise.document], (*promise.path, "name"))


def _repeated(promises: Sequence[Promise], loaded: Loaded) -> Iterator[Finding]:
    """Yield a finding for each SLO whose name another one of its service has already."""
    first: dict[tuple[str, str], Promise] = {}
    for promise in promises:
        other = first.setdefault((promise.service, promise.name), promise)
        if other is promise:
            continue
        yield Finding(
            id="adopt/bad-name",
            severity=Severity.ERROR,
            headline=f"the service `{promise.service}` has two SLOs `{promise.name}`",
            span=_place(promise, loaded),
            label="the second one",
            help="give one of them another name: a spec has one entry of a name",
            related=(Related(span=_place(other, loaded), label="the first one"),),
        )
