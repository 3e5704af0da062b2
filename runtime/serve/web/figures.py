"""What the resident process says of itself to Prometheus: figures enter, metrics leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.metrics import Family

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime.serve.dials import Dials

_SCHEDULER: Final = (
    ("opsrun_serve_jobs", "gauge", "Jobs that are started here.", "jobs"),
    ("opsrun_serve_running", "gauge", "Processes that run a job, or wait to.", "running"),
    ("opsrun_serve_resting", "gauge", "Those of them that leave their turn to others.", "resting"),
    ("opsrun_serve_queued", "gauge", "Jobs that are due and wait for their turn.", "queued"),
    ("opsrun_serve_draining", "gauge", "1 while it stops, else 0.", "is_draining"),
    ("opsrun_serve_starts_total", "counter", "Processes begun for a job.", "started"),
    (
        "opsrun_serve_failed_starts_total",
        "counter",
        "Processes that the system had no room for.",
        "failed_starts",
    ),
    (
        "opsrun_serve_start_delay_seconds_total",
        "counter",
        "Sum of how long after their time processes were begun.",
        "late_seconds",
    ),
    (
        "opsrun_serve_queue_delay_seconds",
        "gauge",
        "How long the job has waited that waits longest for its turn.",
        "waits_seconds",
    ),
    ("opsrun_serve_reloads_total", "counter", "Plans taken on while it ran.", "reloads"),
    (
        "opsrun_serve_failed_reloads_total",
        "counter",
        "Plans that were refused while it ran.",
        "failed_reloads",
    ),
    ("opsrun_serve_web_starts_total", "counter", "Times the web was begun.", "web_starts"),
)
"""Metric, type, help, and the dial that shows it."""


def scheduler_families(dials: Dials, now_monotonic_seconds: float) -> Iterator[Family]:
    """Yield the metrics of what the scheduler has shown on its dials."""
    silent = Family(
        name="opsrun_serve_silent_seconds",
        kind="gauge",
        help="How long ago the scheduler last looked around.",
    )
    silent.add(max(0.0, now_monotonic_seconds - dials["beat"]))
    yield silent
    for name, kind, said, figure in _SCHEDULER:
        family = Family(name=name, kind=kind, help=said)
        family.add(dials[figure])
        yield family


ANSWERS: Final = (200, 400, 408, 413, 415, 503)
"""Statuses that posts of alerts are answered with."""


def web_families(alerts: Mapping[str, int], posts: Mapping[int, int], refused: int) -> list[Family]:
    """Return the metrics of a web: alerts by what they were, posts by how they were answered.

    Each has all its samples from the beginning: what begins with 1 has no rate.
    """
    received = Family(
        name="opsrun_serve_alerts_total",
        kind="counter",
        help="Alerts that were posted, by whether they were new or known.",
    )
    for what in ("new", "known"):
        received.add(float(alerts.get(what, 0)), what=what)
    answered = Family(
        name="opsrun_serve_alert_posts_total",
        kind="counter",
        help="Posts of alerts, by the status of the answer.",
    )
    for status in sorted({*ANSWERS, *posts}):
        answered.add(float(posts.get(status, 0)), status=str(status))
    kept_off = Family(
        name="opsrun_serve_unauthorized_requests_total",
        kind="counter",
        help="Requests without the token.",
    )
    kept_off.add(float(refused))
    return [received, answered, kept_off]
