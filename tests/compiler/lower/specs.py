"""Plans of small specs, for tests."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from compiler.lower.lower import lower
from compiler.model.site import sites
from compiler.source.reader import read

if TYPE_CHECKING:
    from compiler.lower.plan import Plan
    from compiler.model.site import Site

HEAD = """
opsc: 1
service: {name: shop, title: Shop, owner: ops, links: {runbooks: https://ops.example.org}}
teams: {ops: {contact: {email: ops@example.org}}}
"""


def site_of(*texts: str, environment: str | None = None) -> Site:
    """Given the texts of files, return the site of an environment, the first when none is named."""
    roots = []
    for number, text in enumerate(texts):
        document = read(f"{number}.yaml", dedent(text).encode())
        assert () == document.findings
        assert document.root is not None
        roots.append(document.root)
    found = sites(roots)
    faults = [fault for member in found[0].members for fault in member.faults]
    assert [] == faults
    return next(site for site in found if environment in (None, site.environment))


def plan_of(*texts: str, environment: str | None = None) -> Plan:
    """Given the texts of files, return the plan of an environment."""
    return lower(site_of(*texts, environment=environment))


def shop(sections: str) -> str:
    """Given sections, return a whole spec of the service `shop`."""
    return dedent(HEAD) + dedent(sections)
