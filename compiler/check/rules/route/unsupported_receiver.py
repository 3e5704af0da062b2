"""A receiver that the target version of Alertmanager cannot be told.

## What it does
Compares the secrets of receivers and of the mail server with what the version in
`stack.alertmanager.version` (0.25 when none is given) reads from files.

## Why is this bad
Alertmanager refuses its whole configuration, and goes on with that of yesterday.

## Example
```yaml
routing:
  default: operations
  receivers:
    operations: {webhook: {url_from: {file: /run/secrets/webhook-url}}}
```

## Use instead
```yaml
routing:
  default: operations
  receivers:
    operations:
      webhook: {url: "https://hooks.example.org/alerts", token: {file: /run/secrets/token}}
```

## References
https://github.com/prometheus/alertmanager/blob/main/CHANGELOG.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.check.walk import entries
from compiler.source.fault import Place
from compiler.targets.alertmanager import FEATURES, supports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="route/unsupported-receiver")

SECRETS: Final = (
    (("routing", "smtp", "password"), "smtp_auth_password_file", "the password of a mail server"),
    (
        ("routing", "receivers", "*", "slack", "url"),
        "slack_api_url_file",
        "the address of a Slack webhook",
    ),
    (
        ("routing", "receivers", "*", "pagerduty", "routing_key"),
        "pagerduty_routing_key_file",
        "a PagerDuty key",
    ),
    (
        ("routing", "receivers", "*", "webhook", "url_from"),
        "webhook_url_file",
        "the address of a webhook",
    ),
)
"""Where secrets stand, the feature that reads each from a file, and what people call it."""

_INSTEAD: Final = {
    "webhook_url_file": "; or write the address as `url` and keep a `token` secret",
}


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each secret of the member that the version cannot read from a file."""
    version = view.site.version_of("alertmanager")
    if version is None:
        return
    for pattern, feature, what in SECRETS:
        if supports(version, feature):
            continue
        since = ".".join(str(part) for part in FEATURES[feature].since)
        for path, _node in entries(view.member.root, pattern):
            yield RULE.fault(
                Place(path, "key"),
                f"Alertmanager {version} cannot read {what} from a file",
                label=f"possible since {since}",
                help=f"run {since} or newer and say so in `stack.alertmanager.version`"
                + _INSTEAD.get(feature, ""),
            )
