"""Calling `opsc` inside the test's process, in a folder of its own."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from compiler.commands import main

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
opsc: 1
service:
  name: shop
  title: Shop
  owner: ops
  links: {runbooks: https://ops.example.org/shop, dashboards: https://grafana.example.org}
teams: {ops: {contact: {email: ops@example.org}}}
environments:
  production: {labels: {environment: production}}
  staging: {labels: {environment: staging}, set: {alerts.Down.for: 1m}}
scrape: {api: {targets: ["api1:8000"], exposes: metrics, shared: true}}
alert_groups: {api: {}}
alerts:
  Down:
    group: api
    value: up{job="api"}
    equals: 0
    for: 5m
    severity: critical
    summary: The API is down
    description: "{{ $labels.instance }} does not answer"
    impact: Nobody can buy anything
    steps: [Restart it]
    dashboard: /d/shop
retention: {tmp: {files: /srv/shop/tmp, keep: 7d}}
jobs:
  tidy: {run: files.expire, of: tmp, schedule: daily at 01:00, timeout: 5m}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a call ended: its exit code, and what it wrote."""

    code: int
    stdout: str
    stderr: str


class Opsc(Protocol):
    """Calls ``opsc`` with some words."""

    def __call__(self, *words: str) -> Result:
        """Return how the call ended."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that holds a sound spec, ``specs/shop.yaml``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/shop.yaml").write_text(SPEC)
    return tmp_path


@pytest.fixture
def opsc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Opsc:
    """What calls `opsc`."""

    def call(*words: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["opsc", *words])
        code = main()
        captured = capsys.readouterr()
        return Result(code=code, stdout=captured.out, stderr=captured.err)

    return call
