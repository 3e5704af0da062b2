"""The files of the project speak of the project alone, and its pages lead somewhere."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

import pytest

import compiler
import runtime
from tests.checkout import ROOT, files, project

# In pieces, so that this file does not find itself. The platform that is watched has a home too.
FOREIGN = re.compile(
    rb"(?<![\w./-])/(?:wor"
    rb"k|roo"
    rb"t|home/(?!tabular/)[a-z][\w-]*)/|pypi\."
    rb"org|python"
    rb"hosted"
)
HOST = re.compile(
    r"(?<![\w.-])(?:[a-z0-9-]+\.)+(?:cloud|com|de|dev|eu|internal|io|local|net|org)(?![\w-])",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]?\d)")
HOSTS: Final = {
    "docker.io": "the name of Debian's package of the Docker Engine",
    "app.kubernetes.io": "the labels by which objects of Kubernetes are found",
    "events.pagerduty.com": "the one address of the events interface",
    "github.com": "a rule's page refers to the changelog of Alertmanager",
    "hooks.slack.com": "the shape of a secret that must be found",
    "k8s.io": "the packages whose validation our judge of manifests follows",
    "kubernetes.io": "the labels and annotations of Kubernetes itself",
    "kustomize.config.k8s.io": "the group of kustomize's file",
    "monitoring.coreos.com": "the group of the Prometheus Operator's resources",
    "networking.k8s.io": "the group of network policies",
    "pod-security.kubernetes.io": "the label of a namespace that restricts its pods",
    "json-schema.org": "the name of the schema's language",
    "pre-commit.com": "the page of the tool that the hooks are for",
    "prometheus.io": "the manual that the rules' pages refer to",
    "semver.org": "the rule of the versions",
    "sloth.slok.dev": "the group of Sloth's resources in Kubernetes",
    "www.apache.org": "the licence names its own page",
    "www.w3.org": "the name of the language of pictures",
    "yaml.org": "the rules' pages refer to YAML's specification; its tags are named after it",
}
"""Hosts that are somebody's, and why they are named all the same."""

ADDRESSES: Final = {
    "0.0.0.0": "no host: every address of this one",
    "10.0.0.1": "a scalar with colons and dots that is no number",
}
"""Addresses outside of loopback and documentation, and why they are named."""

DOCUMENTATION: Final = tuple(
    map(ip_network, ("127.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))
)
"""Loopback and the networks of RFC 5737, which are nobody's."""

PAGES = tuple(path for path in files() if path.suffix == ".md" and "golden" not in path.parts)


def shown(path: Path) -> str:
    """Given a file, return how it is called from the root."""
    return str(path.relative_to(ROOT))


def test_the_version_is_the_same_everywhere() -> None:
    """The constants that answer ``--version`` are the distribution's version."""
    assert (project()["version"],) * 2 == (compiler.VERSION, runtime.VERSION)


def test_no_file_holds_a_path_of_a_machine_or_a_registry() -> None:
    """A home folder, a checkout's place or a download address is of one machine alone."""
    found = [shown(path) for path in files() if FOREIGN.search(path.read_bytes())]

    assert [] == found


def named(pattern: re.Pattern[str]) -> dict[str, str]:
    """Given a pattern, return what it finds in files but this, lower-case, and a file of each."""
    return {
        match.lower(): shown(path)
        for path in files()
        if path != Path(__file__)
        for match in pattern.findall(path.read_bytes().decode("utf-8", "replace"))
    }


def is_ours(address: str) -> bool:
    """Whether an address is of loopback or of documentation."""
    return any(ip_address(address) in network for network in DOCUMENTATION)


def test_examples_name_hosts_that_are_nobodys() -> None:
    """What is copied from an example reaches no stranger's machine."""
    there = named(HOST)
    foreign = {
        host: file
        for host, file in there.items()
        if host != "example.org" and not host.endswith(".example.org")
    }

    assert {} == {host: file for host, file in foreign.items() if host not in HOSTS}
    assert set() == HOSTS.keys() - foreign.keys()


def test_examples_name_addresses_that_are_nobodys() -> None:
    """Addresses are of loopback or of the networks that are kept for documentation."""
    foreign = {address: file for address, file in named(ADDRESS).items() if not is_ours(address)}

    assert {} == {address: file for address, file in foreign.items() if address not in ADDRESSES}
    assert set() == ADDRESSES.keys() - foreign.keys()


@pytest.mark.parametrize("package", ["compiler", "runtime"])
def test_each_package_has_a_page(package: str) -> None:
    """A newcomer finds the rooms of a package described in it."""
    assert (ROOT / package / "README.md").read_text().startswith(f"# {package}\n")


@pytest.mark.parametrize("package", ["compiler", "runtime"])
def test_each_package_is_marked_as_typed(package: str) -> None:
    """Type checkers of those who import it believe its annotations."""
    assert (ROOT / package / "py.typed").is_file()


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    """A relative link names a file that is there."""
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [link for link in links if "://" not in link]

    assert [] == [link for link in local if not (page.parent / link).exists()]


def test_every_folder_of_tests_is_a_package() -> None:
    """Without an ``__init__.py`` a folder of tests shadows the package it is named after."""
    folders = {path.parent for path in files() if path.match("tests/**/*.py")}

    assert [] == [shown(folder) for folder in folders if not (folder / "__init__.py").is_file()]
