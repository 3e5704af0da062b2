"""Several files and several environments together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.model.site import DEFAULT_ENVIRONMENT, sites
from compiler.source.reader import read
from tests.compiler.model.specs import judged

if TYPE_CHECKING:
    from compiler.model.site import Site
    from compiler.source.tree import Map

HEAD = "opsc: 1\nservice: {name: shop, title: Shop, owner: shop-team}\n"
SHOP = (
    HEAD
    + """\
hosts: {front: [a, b], back: [c]}
retention: {logs: {files: /var/log/shop, keep: 7d}, other: {files: /srv/other, keep: 1d}}
environments:
  production: {labels: {environment: production}}
  staging:
    labels: {environment: staging}
    set: {retention.logs.keep: 1d, hosts.front: [s]}
    remove: [retention.other]
"""
)


def together(*texts: str) -> tuple[Site, ...]:
    """Given the texts of several files, return their sites."""
    roots: list[Map] = []
    for number, text in enumerate(texts):
        root = read(f"{number}.yaml", text.encode()).root
        assert root is not None
        roots.append(root)
    return sites(roots)


def test_without_environments_there_is_one() -> None:
    """It has a name, and no labels."""
    (site,) = together(HEAD)

    assert (DEFAULT_ENVIRONMENT, {}) == (site.environment, site.labels)


def test_each_environment_reads_the_spec_in_its_own_way() -> None:
    """What is set or removed in one is as it was in the other."""
    production, staging = together(SHOP)
    days = [
        {
            name: entry.keep_seconds / 86_400
            for name, entry in site.members[0].spec.retention.items()
        }
        for site in (production, staging)
    ]

    assert [{"logs": 7, "other": 1}, {"logs": 1}] == days
    assert (("a", "b"), ("s",)) == (production.hosts["front"].names, staging.hosts["front"].names)
    assert {"environment": "staging"} == staging.labels


def test_an_entry_that_environments_share_is_read_once() -> None:
    """It is the same object in all of them."""
    production, staging = together(SHOP)

    assert production.hosts["back"] is staging.hosts["back"]


def test_a_fault_of_an_override_is_of_its_environment_alone() -> None:
    """The other environments have none."""
    text = SHOP.replace("retention.logs.keep: 1d", "retention.logs.keep: 1")
    production, staging = together(text)

    assert [] == [*production.members[0].faults]
    assert ["spec/bad-unit"] == [fault.rule for fault in staging.members[0].faults]


def test_what_an_override_mends_is_still_a_fault() -> None:
    """It is found in the file as written, at the line that is wrong."""
    text = SHOP.replace("keep: 7d}, other", "keep: 7}, other")
    _, staging = together(text)
    (finding,) = staging.findings

    assert [] == [*staging.members[0].faults]
    assert ("spec/bad-unit", 4) == (finding.id, finding.span.start.line)


def test_an_override_of_nothing_is_found() -> None:
    """With the name that may have been meant."""
    text = SHOP.replace("remove: [retention.other]", "remove: [retention.othr]")
    _, staging = together(text)

    assert [("spec/unknown-reference", "did you mean `retention.other`?")] == [
        (finding.id, finding.help) for finding in staging.findings
    ]


def test_a_platform_file_is_part_of_every_environment() -> None:
    """Its teams, hosts and routing are those of all services."""
    platform = (
        "opsc: 1\nteams: {shop-team: {}}\nhosts: {shared: [x]}\n"
        "routing: {default: a, receivers: {a: {webhook: {url: 'https://example.org'}}}}\n"
    )
    found = together(platform, SHOP)

    assert ["production", "staging"] == [site.environment for site in found]
    for site in found:
        assert {"shop-team"} == set(site.teams)
        assert "shared" in site.hosts
        assert site.routing is not None
        assert site.routing[0].document == 0
        assert ["shop"] == [service.name for _, service in site.services]


def test_a_service_is_left_out_of_environments_that_it_does_not_have() -> None:
    """One that says none is in all of them."""
    only = "opsc: 1\nservice: {name: lone, title: L, owner: o}\nenvironments: {staging: {}}\n"
    anywhere = "opsc: 1\nservice: {name: wide, title: W, owner: o}\n"
    found = {
        site.environment: [service.name for _, service in site.services]
        for site in together(SHOP, only, anywhere)
    }

    assert {"production": ["shop", "wide"], "staging": ["shop", "lone", "wide"]} == found


def test_names_are_known_though_their_entries_are_broken() -> None:
    """References to them stay silent."""
    (site,) = judged(HEAD + "teams: {good: {}, bad: 5}\nrouting: {receivers: {r: 5}}\n").sites

    assert {"good", "bad"} == site.names("teams")
    assert {"r"} == site.names("routing", "receivers")
    assert frozenset() == site.names("jobs")
