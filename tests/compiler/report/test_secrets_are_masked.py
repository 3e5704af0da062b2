# ruff: noqa: E501  # a swap stands as it is written in the spec
"""What is reported of specs with a secret in the wrong place, in every format."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest

from compiler.pipeline import examine

if TYPE_CHECKING:
    from pathlib import Path

SECRETS: Final = ("hunter2", "123456789", "01234567")

SPEC: Final = """\
opsc: 1
service: {name: shop, title: Shop, description: Sells, owner: crew, links: {runbooks: https://ops.example.org/shop, dashboards: https://g.example.org}}
teams:
  crew: {title: Crew, contact: {email: crew@example.org}}
environments:
  production: {labels: {environment: production}}
  staging: {labels: {environment: staging}}
hosts: {api: [api1]}
stack:
  prometheus: {url: https://p.example.org, version: "2.42", scrape_interval: 15s, evaluation_interval: 15s, retention: 30d}
  alertmanager: {url: https://a.example.org, version: "0.25", targets: ["am:9093"]}
scrape:
  shop: {targets: ["api1:8000"], exposes: metrics}
metrics:
  shop_requests_total: {counter: Requests, labels: {status: ~10}}
signals:
  rps:
    query: sum by (status) (rate(shop_requests_total[5m]))
    unit: count
alert_groups: {app: {every: 30s}}
alerts:
  Busy:
    group: app
    signal: rps
    above: 5
    for: 5m
    severity: critical
    summary: Busy {{ $labels.status }}
    description: Busy {{ $value }}
    impact: slow
    steps: [Look]
    dashboard: /d/x
routing:
  default: chat
  receivers:
    chat: {slack: {url: {file: /etc/s}, channel: "#x"}}
retention:
  temp: {files: /tmp/shop, keep: 7d}
jobs:
  clean: {description: Clean, run: files.expire, of: temp, hosts: api, schedule: daily at 01:00, timeout: 30m}
"""

PASSING: Final = frozenset({"two"})

SWAPS: Final = {
    "headers": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        'chat: {webhook: {url: "https://h.example.org", headers: {Authorization: Basic hunter2}}}',
    ),
    "trapword": (
        "  default: chat",
        "  default: chat\n  smtp: {password: 1_hunter2, token: 0x123456789}",
    ),
    "anchors": ("opsc: 1", "opsc: 1\ntoken: &p [hunter2, {x: hunter2}]\ny: *p"),
    "slackurl": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        'chat: {slack: {url: "https://hooks.slack.com/services/T00/B00/hunter2hunter2", channel: "#x"}}',
    ),
    "webtoken": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        'chat: {webhook: {url: "https://u:hunter2hunter2@h.example.org/x", token: hunter2hunter2}}',
    ),
    "querytok": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        'chat: {webhook: {url: "https://h.example.org/x?token=hunter2hunter2&api_key=hunter2hunter2"}}',
    ),
    "pd": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        "chat: {pagerduty: {routing_key: hunter2hunter2}}",
    ),
    "pwmap": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        "chat: {pagerduty: {routing_key: {password: hunter2hunter2}}}",
    ),
    "pwlist": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        "chat: {pagerduty: {routing_key: [hunter2hunter2]}}",
    ),
    "fileval": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        "chat: {pagerduty: {routing_key: {file: [hunter2hunter2]}}}",
    ),
    "env": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        'chat: {pagerduty: {routing_key: {env: "hunter2hunter2!!"}}}',
    ),
    "unk": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        'chat: {slack: {url: {file: /etc/s}, channel: "#x", password: hunter2hunter2}}',
    ),
    "unk2": (
        "opsc: 1",
        "opsc: 1\npassword: hunter2hunter2",
    ),
    "unk3": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        "chat: {slak: {url: {file: /etc/s}, token: hunter2hunter2}}",
    ),
    "smtp": (
        "  default: chat",
        '  default: chat\n  smtp: {host: "h:25", sender: a@example.org, user: u, password: hunter2hunter2}',
    ),
    "smtpnum": (
        "  default: chat",
        '  default: chat\n  smtp: {host: "h:25", sender: a@example.org, user: u, password: 123456789}',
    ),
    "smtpblock": (
        "  default: chat",
        '  default: chat\n  smtp:\n    host: "h:25"\n    sender: a@example.org\n    user: u\n    password: >-\n      hunter2hunter2\n      hunter2hunter2\n',
    ),
    "basic": (
        'shop: {targets: ["api1:8000"], exposes: metrics}',
        'shop: {targets: ["api1:8000"], exposes: metrics, basic_auth: {user: u, password: hunter2hunter2}}',
    ),
    "bearer": (
        'shop: {targets: ["api1:8000"], exposes: metrics}',
        'shop: {targets: ["api1:8000"], exposes: metrics, bearer: hunter2hunter2}',
    ),
    "target": (
        'shop: {targets: ["api1:8000"], exposes: metrics}',
        'shop: {targets: ["u:hunter2hunter2@api1:8000"], exposes: metrics}',
    ),
    "params": (
        'shop: {targets: ["api1:8000"], exposes: metrics}',
        'shop: {targets: ["api1:8000"], exposes: metrics, params: {token: [hunter2hunter2]}}',
    ),
    "override": (
        "staging: {labels: {environment: staging}}",
        'staging: {labels: {environment: staging}, set: {routing.receivers.chat: {slack: {url: "https://hooks.slack.com/services/T/B/hunter2hunter2"}}}}',
    ),
    "override2": (
        "staging: {labels: {environment: staging}}",
        "staging: {labels: {environment: staging}, set: {routing.receivers.chat.pagerduty.routing_key: hunter2hunter2}}",
    ),
    "override3": (
        "staging: {labels: {environment: staging}}",
        "staging: {labels: {environment: staging}, set: {routing.smtp.password: hunter2hunter2}}",
    ),
    "override4": (
        "staging: {labels: {environment: staging}}",
        'staging: {labels: {environment: staging}, set: {"routing.password": hunter2hunter2}}',
    ),
    "purl": (
        "url: https://p.example.org",
        "url: https://u:hunter2hunter2@p.example.org",
    ),
    "dash": (
        "dashboard: /d/x",
        "dashboard: https://u:hunter2hunter2@g.example.org/d",
    ),
    "dsn": (
        "impact: slow",
        'impact: "postgres://u:hunter2hunter2@db/x"',
    ),
    "label": (
        "labels: {environment: production}",
        "labels: {environment: production, password: hunter2hunter2}",
    ),
    "syntax": (
        "  default: chat",
        '  default: chat\n  smtp: {host: h, password: "hunter2hunter2',
    ),
    "syntax2": (
        "  default: chat",
        "  default: chat\n  smtp:\n   password: hunter2hunter2: x",
    ),
    "dupl": (
        "  default: chat",
        "  default: chat\n  smtp: {password: hunter2hunter2, password: hunter2hunter22}",
    ),
    "alias": (
        "  default: chat",
        "  default: chat\n  smtp: {password: &p hunter2hunter2}\n  x: *p",
    ),
    "aliasdef": (
        "opsc: 1",
        "opsc: 1\nx-pw: &p hunter2hunter2",
    ),
    "healthurl": (
        "clean: {description: Clean, run: files.expire, of: temp,",
        'clean: {description: Clean, run: command, with: {argv: [a], url: "http://u:hunter2hunter2@h/x", headers: {Authorization: "Bearer hunter2hunter2"}},',
    ),
    "tag": (
        "  default: chat",
        "  default: chat\n  smtp: {password: !secret hunter2hunter2}",
    ),
    "key": (
        "  default: chat",
        "  default: chat\n  smtp: {password: {hunter2hunter2: x}}",
    ),
    "trap": (
        "  default: chat",
        "  default: chat\n  smtp: {password: 01234567}",
    ),
    "supp": (
        "  default: chat",
        '  default: chat\n  smtp: {host: "h:25", sender: a@example.org, user: u, password: hunter2hunter2} # opsc: allow secret/literal because test',
    ),
    "cred": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        'chat: {pagerduty: {routing_key: {credential: "hunter2hunter2/x y"}}}',
    ),
    "two": (
        'chat: {slack: {url: {file: /etc/s}, channel: "#x"}}',
        "chat: {pagerduty: {routing_key: {file: /a, env: hunter2hunter2}}}",
    ),
}
"""What is written of the spec, and what stands there instead."""


@pytest.mark.parametrize("form", ["text", "json", "github"])
@pytest.mark.parametrize("case", SWAPS)
def test_no_report_echoes_a_secret(case: str, form: str, tmp_path: Path) -> None:
    """Headlines, labels, helps, fixes and source lines hide it; something is reported."""
    old, new = SWAPS[case]
    file = tmp_path / "spec.yaml"
    file.write_text(SPEC.replace(old, new, 1), encoding="utf-8")
    found = examine([str(file)], today=date(2026, 11, 23))
    report = import_module(f"compiler.report.{form}").render(
        found.findings, found.texts, colour=False
    )

    assert any(finding.severity.word == "error" for finding in found.findings) or case in PASSING
    assert [] == [secret for secret in SECRETS if secret in report]
