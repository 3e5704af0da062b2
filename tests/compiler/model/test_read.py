"""A tree becomes a spec: every fault is said, and everything sound is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compiler.model.spec import SECTIONS
from tests.compiler.model.specs import judged

if TYPE_CHECKING:
    from compiler.model.site import Member
    from compiler.source.fault import Fault

HEAD = "opsc: 1\nservice: {name: shop, title: Shop, owner: shop-team}\n"


def member(text: str) -> Member:
    """Given the text of a spec without environments, return how it was read."""
    (site,) = judged(text).sites
    return site.members[0]


def fault(text: str) -> Fault:
    """Given a text below the head of a spec, return its one fault."""
    (found,) = judged(HEAD + text).faults
    return found


EVERYWHERE = """\
opsc: 1
service: {name: Shop, title: Shop, owner: shop-team}
teams: {good: {}, bad: {colour: red}}
environments: {bad: {labels: {a-b: x}}}
hosts: {good: [a], bad: []}
stack: {prometheus: {version: 2}, loki: {retention: 3d}}
scrape: {good: {targets: ["a:1"], exposes: metrics}, bad: {exposes: metrics}}
metrics: {good: {counter: G}, bad: {counter: B, gauge: B}}
signals: {good: {query: up, unit: count}, bad: {query: up, unit: apples}}
alert_groups: {good: {}, bad: {every: 5}}
alerts:
  Good: {group: good, signal: good, above: 1, severity: info}
  Bad: {group: good, signal: good, above: 1 apple, severity: info}
routing:
  default: good
  receivers:
    good: {webhook: {url: "https://example.org"}}
    bad: {webhook: {}}
  routes: {good: {to: good}, bad: {severities: info, to: good}}
retention: {good: {files: /a, keep: 1d}, bad: {files: a, keep: 1d}}
jobs:
  good: {run: files.expire, of: good, schedule: manual, timeout: 1m}
  bad: {run: files.expire, of: good, schedule: soon, timeout: 1m}
maintenance:
  windows: {good: {schedule: manual, lasts: 1h}, bad: {start: soon, lasts: 1h}}
more: {}
"""


def test_a_fault_in_every_section_hides_nothing() -> None:
    """Each is said at its own entry."""
    assert {
        ("service", "name"): "spec/wrong-type",
        ("teams", "bad", "colour"): "spec/unknown-key",
        ("environments", "bad", "labels", "a-b"): "spec/bad-name",
        ("hosts", "bad"): "spec/wrong-type",
        ("stack", "prometheus", "version"): "spec/wrong-type",
        ("scrape", "bad"): "spec/key-group",
        ("metrics", "bad", "gauge"): "spec/key-group",
        ("signals", "bad", "unit"): "spec/wrong-type",
        ("alert_groups", "bad", "every"): "spec/bad-unit",
        ("alerts", "Bad", "above"): "spec/bad-unit",
        ("routing", "receivers", "bad", "webhook"): "spec/key-group",
        ("routing", "routes", "bad", "severities"): "spec/wrong-type",
        ("retention", "bad", "files"): "spec/wrong-type",
        ("jobs", "bad", "schedule"): "spec/bad-schedule",
        ("maintenance", "windows", "bad", "start"): "spec/wrong-type",
        ("more",): "spec/unknown-key",
    } == {fault.place.path: fault.rule for fault in judged(EVERYWHERE).faults}


def test_what_is_sound_is_read_all_the_same() -> None:
    """Of every section the good entry is there, and the bad one alone is remembered as broken."""
    read = member(EVERYWHERE)
    spec = read.spec

    for section in ("teams", "hosts", "scrape", "metrics", "signals", "alert_groups", "retention"):
        assert ["good"] == list(getattr(spec, section))
    assert (["Good"], ["good"]) == (list(spec.alerts), list(spec.jobs))
    assert spec.routing is not None
    assert (["good"], ["good"]) == (list(spec.routing.receivers), list(spec.routing.routes))
    assert spec.maintenance is not None
    assert ["good"] == list(spec.maintenance.windows)
    assert spec.stack is not None
    assert spec.stack.loki is not None
    assert read.is_broken("routing", "receivers", "bad")
    assert read.is_broken("jobs", "bad", "anything")
    assert not read.is_broken("routing", "receivers", "good")
    assert not read.is_broken("jobs", "good")


@pytest.mark.parametrize("section", [name for name in SECTIONS if name not in ("opsc", "service")])
@pytest.mark.parametrize("value", ["", "5", "text", "[1]"])
def test_a_section_of_a_wrong_form_is_left_out_alone(section: str, value: str) -> None:
    """The service around it is read."""
    text = f"{HEAD}{section}: {value}\n"

    assert {"spec/wrong-type"} == {fault.rule for fault in judged(text).faults}
    assert member(text).spec.service is not None
    assert member(text).is_broken(section, "x")


@pytest.mark.parametrize(
    ("text", "label", "path"),
    [
        ("alrets: {}", "did you mean `alerts`?", ("alrets",)),
        ("teams: {a: {reciever: b}}", "did you mean `receiver`?", ("teams", "a", "reciever")),
        (
            "scrape: {a: {targets: ['a:1'], exposes: metrics, tls: {ca: /a}}}",
            "nothing is said by this key",
            ("scrape", "a", "tls", "ca"),
        ),
        (
            "signals: {a: {query: up, unit: second}}",
            "did you mean `seconds`?",
            ("signals", "a", "unit"),
        ),
    ],
)
def test_what_may_have_been_meant_is_said(text: str, label: str, path: tuple[str, ...]) -> None:
    """For unknown sections, keys and choices, where something is near."""
    assert (label, path) == (fault(text).label, fault(text).place.path)


def test_the_keys_of_a_place_are_listed() -> None:
    """Those of the nested entry, not of the one around it."""
    found = fault("stack: {grafana: {colour: red}}")

    assert found.help == "the keys here are `url`, `version`, `folder`"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("teams: {a: {title: null}}", ("teams", "a", "title")),
        ("stack: {grafana: null}", ("stack", "grafana")),
        ("hosts: {a: null}", ("hosts", "a")),
    ],
)
def test_a_key_that_says_nothing_is_a_fault(text: str, path: tuple[str, ...]) -> None:
    """It is left out instead."""
    assert ("spec/wrong-type", path) == (fault(text).rule, fault(text).place.path)


@pytest.mark.parametrize("version", ["2", "0", "true", "1.0", '"1"'])
def test_another_version_of_the_language_is_refused(version: str) -> None:
    """Nothing but the number 1 stands for this one."""
    (found,) = judged(f"opsc: {version}\n").faults

    assert ("spec/wrong-type", ("opsc",)) == (found.rule, found.place.path)


def test_the_version_is_never_left_out() -> None:
    """A file without it may be of any kind."""
    (found,) = judged("hosts: {a: [b]}\n").faults

    assert ("spec/missing-key", "`opsc` is missing") == (found.rule, found.headline)


def test_a_platform_file_has_what_services_share_alone() -> None:
    """Each of the other sections asks for a service."""
    own = [name for name, section in SECTIONS.items() if not section.is_shared]
    text = "opsc: 1\n" + "".join(
        f"{name}: {{}}\n" for name in SECTIONS if name[:2] not in ("op", "se")
    )
    missing = {fault.place.path[0] for fault in judged(text).faults if "service" in fault.headline}

    assert missing == {name for name in own if name != "service"}


CANARY = "canary-51e2"


@pytest.mark.parametrize(
    "routing",
    [
        f"{{default: a, receivers: {{a: {{slack: {{url: {CANARY}, channel: '#a'}}}}}}}}",
        f"{{default: a, receivers: {{a: {{slack: {{url: [{CANARY}], channel: '#a'}}}}}}}}",
        f"{{default: a, receivers: {{a: {{pagerduty: {{routing_key: {CANARY}}}}}}}}}",
        f"{{default: a, receivers: {{}}, smtp: {{host: 'a:1', sender: a@b, password: {CANARY}}}}}",
    ],
)
def test_a_literal_secret_is_refused_without_being_told(routing: str) -> None:
    """No part of the fault holds it."""
    found = fault(f"routing: {routing}")

    assert found.rule == "secret/literal"
    assert CANARY not in str(found)


def test_a_list_whose_only_item_is_refused_is_not_called_too_short_too() -> None:
    """What follows from another fault is not said."""
    text = "jobs: {j: {run: command, with: {argv: [1]}, schedule: manual, timeout: 1m}}\n"

    assert ["spec/wrong-type"] == [fault.rule for fault in judged(HEAD + text).faults]


@pytest.mark.parametrize(
    ("job", "rule", "end"),
    [
        ("run: files.expire", "spec/missing-key", ("run",)),
        ("run: files.expire, of: a, with: {x: 1}", "spec/unknown-key", ("with", "x")),
        ("run: health.check", "spec/missing-key", ("run",)),
        ("run: command, of: a, with: {argv: [a]}", "spec/unknown-key", ("of",)),
        ("run: command, with: {argw: [a]}", "spec/unknown-key", ("with", "argw")),
        ("steps: {s: {run: files.expire}}", "spec/missing-key", ("steps", "s", "run")),
        ("steps: {}", "spec/out-of-range", ("steps",)),
        (
            "run: redis.expire, of: a, with: {keys: [], ttl: 1d}",
            "spec/out-of-range",
            ("with", "keys"),
        ),
        ("run: http.call, with: {url: 'http://[::1/'}", "spec/wrong-type", ("with", "url")),
    ],
)
def test_parameters_are_those_of_the_kind(job: str, rule: str, end: tuple[str, ...]) -> None:
    """In a job and in a step; the job is left out."""
    text = f"{HEAD}jobs: {{j: {{{job}, schedule: manual, timeout: 1m}}}}\n"
    found = {fault.place.path: fault.rule for fault in judged(text).faults}

    assert rule == found[("jobs", "j", *end)]
    assert member(text).is_broken("jobs", "j")
