"""The scrape job that follows from hosts on which `opsrun serve` starts jobs."""

from __future__ import annotations

import pytest

from compiler.lower.plan import Origin, ScrapePlan
from compiler.lower.serve_scrape import hindrance
from runtime.contract.secret import Secret
from runtime.contract.serve import Serve, ServeTls
from tests.compiler.lower.specs import plan_of, shop

SERVED = """
hosts:
  small: {names: [small2.example.org, small1.example.org], scheduler: serve}
  front: [front1.example.org]
stack:
  opsrun:
    serve: {listen: "[::]:9999", token: {credential: serve-token}}
jobs:
  tidy: {run: command, with: {argv: [/usr/bin/tidy]}, hosts: small, schedule: every 1h, timeout: 5m}
"""
NODE = 'scrape: {node: {targets: ["small1.example.org:9100"], exposes: node_exporter}}\n'
ON_FRONT = """
  sweep: {run: command, with: {argv: [/bin/sweep]}, hosts: front, schedule: every 1h, timeout: 5m}
"""


def scrapes(text: str) -> dict[str, ScrapePlan]:
    """Return the scrape jobs of a spec by name."""
    return {scrape.name: scrape for scrape in plan_of(shop(text)).scrapes}


def alerts(text: str) -> set[str]:
    """Return the names of the alerts of a spec."""
    return {alert.name for group in plan_of(shop(text)).groups for alert in group.alerts}


def test_prometheus_asks_each_host_that_starts_jobs_and_shows_the_token() -> None:
    """At the port where it listens, under the host's own name, from the line of the hosts."""
    scrape = scrapes(SERVED)["opsrun-serve"]

    assert ("small1.example.org:9999", "small2.example.org:9999") == scrape.entry.targets
    assert ("host", Secret(credential="serve-token")) == (
        scrape.entry.instance,
        scrape.entry.bearer,
    )
    assert Origin(0, ("hosts", "small")) == scrape.origin


def test_what_a_node_exporter_tells_of_jobs_is_not_told_twice() -> None:
    """A sum over both would be twice as large; without one it is the only one who tells."""
    (keep,) = scrapes(SERVED + NODE)["opsrun-serve"].entry.metric_relabel

    assert ("keep", "opsrun_(?:serve|host|process|collector)_.*") == (keep.action, keep.regex)
    assert () == scrapes(SERVED)["opsrun-serve"].entry.metric_relabel


@pytest.mark.parametrize(
    "written",
    [
        'scrape: {own: {targets: ["small1.example.org:1"], exposes: opsrun}}\n',
        'scrape: {opsrun-serve: {targets: ["small1.example.org:1"], exposes: metrics}}\n',
    ],
)
def test_a_written_scrape_job_stands_in_its_place(written: str) -> None:
    """Whoever says how it is asked is not contradicted."""
    assert 1 == len(scrapes(SERVED + written))


@pytest.mark.parametrize(
    "text", [SERVED.replace("[::]", "127.0.0.1"), SERVED.replace(", scheduler: serve", "")]
)
def test_what_cannot_be_asked_or_starts_nothing_is_not_asked(text: str) -> None:
    """A scrape that must fail is none."""
    assert {} == scrapes(text)


def test_alerts_of_jobs_follow_where_it_starts_all_of_them_and_tells_of_them() -> None:
    """Of the others nothing would be heard: their alerts would be silent, or never so."""
    assert "ShopTidyFailed" in alerts(SERVED)
    assert not {"ShopTidyFailed", "ShopSweepFailed"} & alerts(SERVED + ON_FRONT)
    assert {"ShopTidyFailed", "ShopSweepFailed"} <= alerts(SERVED + ON_FRONT + NODE)


OPEN = "0.0.0.0:9465"
TLS = ServeTls(certificate="/c", key="/k")


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (Serve(), "127.0.0.1:9465"),
        (Serve(listen="0.0.0.0:0", token=Secret(file="/t")), "a port that nobody knows"),
        (Serve(listen=OPEN, token=Secret(env="T")), "in the environment"),
        (Serve(listen=OPEN, token=Secret(file="/t"), tls=TLS), "the authority"),
        (
            Serve(listen=OPEN, tls=ServeTls(certificate="/c", key="/k", client_ca="/a")),
            "asks for a certificate",
        ),
    ],
)
def test_what_keeps_prometheus_from_asking_is_said(settings: Serve, why: str) -> None:
    """Each thing that a spec does not say is named."""
    assert why in (hindrance(settings) or "")


@pytest.mark.parametrize("token", [Secret(file="/t"), Secret(credential="t")])
def test_a_token_that_prometheus_can_read_is_enough(token: Secret) -> None:
    """As a file, or as a credential of its unit."""
    assert None is hindrance(Serve(listen=OPEN, token=token))
