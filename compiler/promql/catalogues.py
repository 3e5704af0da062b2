"""The catalogues of metrics that are built in, by name; `metrics` is the spec's own."""

from __future__ import annotations

from typing import Final

OWN: Final = "metrics"
"""What a scrape job exposes that serves the metrics of its own spec."""

CATALOGUES: Final = (
    "alertmanager",
    "blackbox_exporter",
    "node_exporter",
    "opsrun",
    "postgres_exporter",
    "prometheus",
    "pushgateway",
    "redis_exporter",
)
"""Exporters and servers whose metrics are known."""
