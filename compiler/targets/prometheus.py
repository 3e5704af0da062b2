"""What each version of Prometheus can say in its configuration and its rules.

Source: the project's changelog and its migration guide to 3.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.targets.versions import Support

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.secret import Secret

UNIT: Final = "prometheus.service"
"""systemd unit that Prometheus runs as; where its credentials are put."""

RETENTION_SECONDS: Final = 15 * 86_400
"""How long samples are kept where no flag says another time."""

FEATURES: Final[Mapping[str, Support]] = {
    # Rule groups and rules.
    "keep_firing_for": Support((2, 42)),
    "query_offset": Support((2, 53)),
    "group_labels": Support((3, 0)),
    # `$` in external labels is replaced from the environment, and written `$$`.
    "external_labels_expand": Support((3, 0)),
    # Relabelling.
    "relabel_case": Support((2, 36)),
    "relabel_equal": Support((2, 41)),
    # Discovery.
    "dns_mx": Support((2, 34)),
    "dns_ns": Support((2, 49)),
    "http_discovery": Support((2, 28)),
}
"""Versions by feature; a feature that is not here is in every version."""


def supports(version: str, feature: str) -> bool:
    """Given a version of Prometheus and a key of `FEATURES`, return whether it has the feature."""
    return FEATURES[feature].covers(version)


def secret_file(secret: Secret) -> str | None:
    """Given where a secret is kept, return the file that Prometheus reads, or None if none can."""
    if secret.credential is not None:
        return f"/run/credentials/{UNIT}/{secret.credential}"
    return secret.file
