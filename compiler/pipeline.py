"""The stages in order: files become findings and plans, plans become artifacts.

source → model → lower → check → findings
                    └──→ emit → artifacts
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from compiler.check.run import check
from compiler.check.suppress import suppress
from compiler.lower.lower import lower
from compiler.model.removed import explained
from compiler.model.site import sites
from compiler.source.collection import paused_collection
from compiler.source.fault import locate
from compiler.source.files import load
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from compiler.artifact.artifact import Artifact
    from compiler.finding import Finding, Span
    from compiler.lower.plan import Plan
    from compiler.model.site import Site
    from compiler.source.tree import Document, Map, Text


MORE_HELPFUL: Final = frozenset(
    ("spec/bad-schedule", "spec/bad-unit", "spec/unknown-reference", "spec/wrong-type")
)
"""Rules whose finding at a place makes that of `spec/yaml-trap` needless."""


@frozen
class Examination(Frozen):
    """What was found in some files, and the plan of each environment, in the order declared.

    `declared` names all environments, also those that nobody asked for.
    """

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    sites: tuple[Site, ...]
    plans: tuple[Plan, ...]
    declared: tuple[str, ...]

    @property
    def texts(self) -> Mapping[str, Text]:
        """The files that findings point into, by the name they are shown under."""
        return {document.text.file: document.text for document in self.documents}

    @property
    def spec_digest(self) -> str:
        """The digest of the files' texts, in the order in which they were read."""
        import hashlib

        digest = hashlib.sha256()
        for document in self.documents:
            digest.update(document.text.characters.encode("utf-8", "surrogatepass"))
            digest.update(b"\0")
        return f"sha256:{digest.hexdigest()}"


def examine(paths: Sequence[str], *, today: date, environments: Sequence[str] = ()) -> Examination:
    """Given files and folders, return everything that can be said about them.

    `environments` are those that are looked at; none means all. Raise `InputError` when a path
    cannot be read.
    """
    with paused_collection():
        return examine_documents(load(paths), today=today, environments=environments)


def examine_documents(
    documents: tuple[Document, ...], *, today: date, environments: Sequence[str] = ()
) -> Examination:
    """Given documents, return everything that can be said about them, as `examine` does."""
    with paused_collection():
        read = tuple(document for document in documents if document.root is not None)
        roots = [document.root for document in read if document.root is not None]
        every = sites(roots, [document.broken for document in read]) if roots else ()
        planned = [(site, lower(site)) for site in every]
        found = [
            finding
            for number, (site, plan) in enumerate(planned)
            for finding in _of_site(site, plan, roots, today, every[:number])
        ]
        merged = [finding for document in documents for finding in document.findings]
        merged.extend(shared(found, len(every)))
        # Environments nobody asked for are looked at too: a suppression may be for one of them.
        findings = suppress(_once_a_place(merged), documents, today)
        wanted = frozenset(environments or (site.environment for site in every))
        return Examination(
            documents=documents,
            findings=tuple(sorted((each for each in findings if _is_in(each, wanted)), key=_order)),
            sites=tuple(site for site in every if site.environment in wanted),
            plans=tuple(plan for site, plan in planned if site.environment in wanted),
            declared=tuple(site.environment for site in every),
        )


def _of_site(
    site: Site, plan: Plan, roots: Sequence[Map], today: date, earlier: tuple[Site, ...]
) -> Iterator[Finding]:
    """Yield what is wrong in one environment, with its name on every finding."""
    trees = list(roots)
    for member in site.members:
        trees[member.document] = member.root
    faults = [(member.document, fault) for member in site.members for fault in member.faults]
    faults.extend(check(site, plan, today, earlier=earlier))
    for finding in site.findings:
        yield replace(finding, environments=(site.environment,))
    for document, fault in faults:
        told = explained(fault, trees[document], site.environment)
        yield replace(locate(told, document, trees), environments=(site.environment,))


def shared(findings: Iterable[Finding], environments: int) -> Iterator[Finding]:
    """Yield each finding once, with the environments it is in, or none when it is in all.

    What differs in the way out alone is one finding: the first environment's stands for it.
    """
    seen: dict[tuple[str, Span, str], tuple[Finding, list[str]]] = {}
    for finding in findings:
        key = (finding.id, finding.span, finding.headline)
        _first, names = seen.setdefault(key, (finding, []))
        names.extend(name for name in finding.environments if name not in names)
    for finding, names in seen.values():
        shown = () if len(names) == environments else tuple(names)
        yield replace(finding, environments=shown)


def _once_a_place(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without traps of YAML where the model refuses the same text anyway.

    What the model wants there is the better advice.
    """
    refused = {each.span for each in findings if each.id in MORE_HELPFUL}
    return [each for each in findings if each.id != "spec/yaml-trap" or each.span not in refused]


def _is_in(finding: Finding, environments: frozenset[str]) -> bool:
    """Whether a finding is in one of the environments."""
    return not finding.environments or not environments.isdisjoint(finding.environments)


def _order(finding: Finding) -> tuple[Span, int, str, str]:
    return finding.span, -finding.severity, finding.id, finding.headline


def compile_plan(plan: Plan, emitters: Sequence[str] = ()) -> tuple[Artifact, ...]:
    """Given a plan, return the artifacts of its environment, sorted by path.

    `emitters` are those that are asked; none means all.
    Raise `AssertionError` when two have one path, which `artifact/collision` is to find before.
    """
    from compiler.emit.registry import emit_all

    with paused_collection():
        artifacts = emit_all(plan, emitters)
    for first, second in pairwise(artifacts):
        if first.path == second.path:
            raise AssertionError(f"two artifacts at `{first.path}`: one would be lost")
    return artifacts
