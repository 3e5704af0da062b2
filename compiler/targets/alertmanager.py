"""What each version of Alertmanager can say in its configuration.

Source: the project's changelog.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.targets.versions import Support

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.model.stack import Alertmanager
    from runtime.contract.secret import Secret

FEATURES: Final[Mapping[str, Support]] = {
    "slack_api_url_file": Support((0, 22)),
    # Before, `mute_time_intervals` stood at the top too.
    "time_intervals": Support((0, 24)),
    "smtp_auth_password_file": Support((0, 25)),
    "pagerduty_routing_key_file": Support((0, 25)),
    "webhook_url_file": Support((0, 26)),
}
"""Versions by feature; a feature that is not here is in every version since 0.22."""


def supports(version: str, feature: str) -> bool:
    """Given a version of Alertmanager and a key of `FEATURES`, return whether it has that."""
    return FEATURES[feature].covers(version)


def secret_file(secret: Secret, server: Alertmanager) -> str | None:
    """Given where a secret is kept, return the file of it that an Alertmanager reads.

    None when the secret is in the environment, which Alertmanager cannot read.
    """
    if secret.credential is not None:
        return f"{server.credentials or f'/run/credentials/{server.unit}'}/{secret.credential}"
    return secret.file
