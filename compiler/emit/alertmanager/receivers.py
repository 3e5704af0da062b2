"""Receivers of ``alertmanager.yml``, and what their messages say.

A channel whose secret cannot be said to this version is left out (a rule reports it). The messages
are Go templates: an annotation that an alert lacks is an empty text there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.targets.alertmanager import secret_file, supports

if TYPE_CHECKING:
    from compiler.model.routing import (
        EmailReceiver,
        PagerDutyReceiver,
        Receiver,
        SlackReceiver,
        WebhookReceiver,
    )
    from compiler.model.stack import Alertmanager
    from runtime.contract.secret import Secret

HEADLINE: Final = (
    '[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ .Alerts.Firing | len }}{{ end }}]'
    ' {{ or .CommonLabels.alertname "alerts" }}'
    "{{ with .CommonLabels.service }} ({{ . }}){{ end }}"
)
SUMMARY: Final = (
    '{{ or .CommonAnnotations.summary .CommonLabels.alertname "alerts" }}'
    "{{ with .CommonLabels.service }} ({{ . }}){{ end }}"
)
MAIL: Final = """\
{{ range .Alerts -}}
[{{ .Status }}] {{ or .Annotations.summary .Labels.alertname }}
{{ with .Labels.severity }}Severity: {{ . }}
{{ end }}{{ with .Annotations.description }}What is seen: {{ . }}
{{ end }}{{ with .Annotations.impact }}Impact: {{ . }}
{{ end }}{{ with .Annotations.runbook_url }}Runbook: {{ . }}
{{ end }}{{ with .Annotations.dashboard_url }}Dashboard: {{ . }}
{{ end }}Since: {{ .StartsAt.UTC.Format "2006-01-02 15:04 UTC" }}
Labels: {{ range .Labels.SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}

{{ end }}"""
SLACK: Final = """\
{{ range .Alerts -}}
*{{ or .Annotations.summary .Labels.alertname }}*{{ with .Labels.severity }} ({{ . }}){{ end }}
{{ with .Annotations.description }}{{ . }}
{{ end }}{{ with .Annotations.impact }}_Impact:_ {{ . }}
{{ end }}{{ with .Annotations.runbook_url }}<{{ . }}|Runbook> {{ end -}}
{{ with .Annotations.dashboard_url }}<{{ . }}|Dashboard>{{ end }}
{{ end }}"""
COLOUR: Final = (
    '{{ if eq .Status "resolved" }}good'
    '{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}'
)


def literal(text: str) -> str:
    """Given text of a spec, return the template of Alertmanager that shows it as it stands.

    >>> literal("#a{{b}}")
    '#a{{"{{"}}b}}'
    """
    return text.replace("{{", '{{"{{"}}')


def receiver(name: str, entry: Receiver, server: Alertmanager) -> dict[str, Any]:
    """Given a receiver, return its entry of ``receivers``, with the channels that can be said."""
    written: dict[str, Any] = {"name": name}
    if entry.email is not None:
        written["email_configs"] = [_email(entry.email)]
    if entry.slack is not None:
        url = _file(entry.slack.url, "slack_api_url_file", server)
        if url is not None:
            written["slack_configs"] = [_slack(entry.slack, url)]
    if entry.pagerduty is not None:
        key = _file(entry.pagerduty.routing_key, "pagerduty_routing_key_file", server)
        if key is not None:
            written["pagerduty_configs"] = [_pagerduty(entry.pagerduty, key)]
    if entry.webhook is not None:
        webhook = _webhook(entry.webhook, server)
        if webhook is not None:
            written["webhook_configs"] = [webhook]
    return written


def _file(secret: Secret, feature: str, server: Alertmanager) -> str | None:
    """Return the file of a secret, or None when this version cannot be told of one there."""
    return secret_file(secret, server) if supports(server.version, feature) else None


def _email(entry: EmailReceiver) -> dict[str, Any]:
    return {
        "to": literal(", ".join(entry.to)),
        "send_resolved": entry.send_resolved,
        "headers": {"Subject": HEADLINE},
        "html": "",
        "text": MAIL,
    }


def _slack(entry: SlackReceiver, url: str) -> dict[str, Any]:
    return {
        "api_url_file": url,
        "channel": literal(entry.channel),
        "send_resolved": entry.send_resolved,
        "color": COLOUR,
        "title": HEADLINE,
        "text": SLACK,
    }


def _pagerduty(entry: PagerDutyReceiver, key: str) -> dict[str, Any]:
    written: dict[str, Any] = {"routing_key_file": key}
    if entry.url is not None:
        written["url"] = entry.url
    return written | {
        "send_resolved": entry.send_resolved,
        "severity": '{{ or .CommonLabels.severity "error" }}',
        "description": SUMMARY,
        "component": "{{ .CommonLabels.service }}",
        "details": {
            "description": "{{ .CommonAnnotations.description }}",
            "impact": "{{ .CommonAnnotations.impact }}",
        },
        # Alertmanager drops a link whose address is empty.
        "links": [
            {"href": "{{ .CommonAnnotations.runbook_url }}", "text": "Runbook"},
            {"href": "{{ .CommonAnnotations.dashboard_url }}", "text": "Dashboard"},
        ],
    }


def _webhook(entry: WebhookReceiver, server: Alertmanager) -> dict[str, Any] | None:
    """Return a webhook, or None when its address cannot be said."""
    written: dict[str, Any]
    if entry.url_from is not None:
        file = _file(entry.url_from, "webhook_url_file", server)
        if file is None:
            return None
        written = {"url_file": file}
    else:
        written = {"url": entry.url}
    written["send_resolved"] = entry.send_resolved
    if entry.max_alerts is not None:
        written["max_alerts"] = entry.max_alerts
    token = secret_file(entry.token, server) if entry.token is not None else None
    if token is not None:
        written["http_config"] = {"authorization": {"credentials_file": token}}
    return written
