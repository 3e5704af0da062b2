from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compiler.check.rules.kubernetes.not_in_a_pod import RULE
from tests.compiler.check.examples import findings
from tests.compiler.lower.specs import shop

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """
hosts:
  cluster: {{names: [shop-cluster], scheduler: kubernetes}}
stack:
  kubernetes:
    namespace: shop
    image: registry.example.org/opsrun:1
    pushgateway: "http://p:9091"
    volumes: {{logs: {{claim: logs, path: /var/log/shop}}}}
retention:
  logs:
    files: /var/log/shop/*.log
    keep: 7d
    rotate: {{at: 1MiB, {writer}}}
jobs:
  work: {{{job}, hosts: cluster, schedule: daily at 01:00, timeout: 1m}}
"""


@pytest.mark.parametrize(
    ("job", "writer", "reasons"),
    [
        ("run: docker.prune, with: {what: [images]}", "", ["there is no Docker Engine"]),
        ("run: diagnostics.collect", "", ["the host that it is about cannot be seen"]),
        ("run: files.rotate, of: logs", "signal: {unit: shop.service}", ["there is no systemd"]),
        ("run: files.rotate, of: logs", "copy: exact", []),
        ("run: http.call, with: {url: 'http://shop:80/'}", "", []),
    ],
)
def test_what_needs_a_host_is_found_with_the_reason(
    job: str, writer: str, reasons: list[str], tmp_path: Path
) -> None:
    """Once each; what a pod can do passes."""
    found = findings(shop(SPEC.format(job=job, writer=writer)).lstrip(), tmp_path)

    assert reasons == [one.label for one in found if one.id == RULE.id]
