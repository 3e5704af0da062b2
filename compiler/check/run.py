"""Runs the rules: a site and its plan enter, faults leave. A rule that crashes is one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.registry import CHECKED, module
from compiler.check.rule import View
from compiler.finding import Severity
from compiler.source.fault import Fault, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from compiler.lower.plan import Plan
    from compiler.model.site import Site


def _has(section: str) -> Callable[[Site], bool]:
    return lambda site: any(section in member.root for member in site.members)


def _has_cluster(site: Site) -> bool:
    groups = site.hosts.values()
    is_named = any(group.scheduler == "kubernetes" for group in groups)
    return is_named or site.stack.kubernetes is not None


CONCERNED: Final[Mapping[str, Callable[[Site], bool]]] = {
    "kubernetes": _has_cluster,
    "panel": _has("dashboards"),
    "slo": _has("slos"),
}
"""Families of many rules, and whether a site has what they look at."""


def check(
    site: Site,
    plan: Plan,
    today: date,
    *,
    earlier: tuple[Site, ...] = (),
    rules: Iterable[str] = CHECKED,
) -> list[tuple[int, Fault]]:
    """Given a site, its plan, the day and the sites before it, return each fault.

    A fault comes with the document that it is about.

    Documents are 0-indexed. Rules run one after the other, each over all members of the site.
    """
    views = [
        View(site=site, member=member, plan=plan, today=today, earlier=earlier)
        for member in site.members
    ]
    return [
        (view.member.document, fault)
        for rule in rules
        if _concerns(rule, site)
        for view in views
        for fault in _guarded(rule, view)
    ]


def _concerns(rule: str, site: Site) -> bool:
    """Whether a site has what a rule looks at; without it, the rule is not even imported."""
    is_concerned = CONCERNED.get(rule.partition("/")[0])
    return is_concerned is None or is_concerned(site)


def _guarded(rule: str, view: View) -> Iterator[Fault]:
    """Yield the faults of one rule in one member, the last of them its crash."""
    try:
        yield from module(rule).check(view)
    except (Exception, RecursionError) as crash:  # noqa: BLE001  # one bad rule must not hide the rest
        yield Fault(
            rule="spec/rule-crashed",
            severity=Severity.ERROR,
            place=Place(()),
            headline=f"the rule `{rule}` crashed: {type(crash).__name__}",
            help="this is a fault of opsc, not of the spec; every other rule has run",
        )
