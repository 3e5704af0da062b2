"""Annotations as Prometheus 2.42 makes them."""

from __future__ import annotations

import math

import pytest

from compiler.lower.drive.render import render

LABELS = {"instance": "host-1", "path": "/a"}


@pytest.mark.parametrize(
    ("template", "value", "expected"),
    [
        ("as it is", 1.0, "as it is"),
        ("{{ $value }}", 0.84, "0.84"),
        ("{{ $value }}", 17.0, "17"),
        ("{{ $value }}", 123456.5, "123456.5"),
        ("{{ $value }}", 999999.0, "999999"),
        ("{{ $value }}", 1000000.0, "1e+06"),
        ("{{ $value }}", -1234567.5, "-1.2345675e+06"),
        ("{{ $value }}", 1e20, "1e+20"),
        ("{{ $value }}", 1e21, "1e+21"),
        ("{{ $value }}", 1.5e-7, "1.5e-07"),
        ("{{ $value }}", 0.00012345, "0.00012345"),
        ("{{ $value }}", 1e-5, "1e-05"),
        ("{{ $value }}", -0.0, "-0"),
        ("{{ $value }}", math.inf, "+Inf"),
        ("{{ .Value }} on {{ .Labels.instance }}", 1.0, "1 on host-1"),
        ("{{ $labels.instance }}{{ $labels.gone }}!", 1.0, "host-1!"),
        ("a  {{- $value -}}  b", 1.0, "a1b"),
        ("a  {{- $value }}", 1.0, "a1"),
        ("a {{ $value | humanize }}", 1234567.0, "a 1.235M"),
        ("{{ humanize $value }}", 0.00123, "1.23m"),
        ("{{ $value | humanize }}", 0.0, "0"),
        ("{{ $value | humanize1024 }}B", 3221225472.0, "3GiB"),
        ("{{ $value | humanize1024 }}B", 0.5, "0.5B"),
        ("{{ $value | humanizeDuration }}", 90061.0, "1d 1h 1m 1s"),
        ("{{ $value | humanizeDuration }}", 3700.5, "1h 1m 40s"),
        ("{{ $value | humanizeDuration }}", -65.0, "-1m 5s"),
        ("{{ $value | humanizeDuration }}", 1.05, "1.05s"),
        ("{{ $value | humanizeDuration }}", 0.0123, "12.3ms"),
        ("{{ $value | humanizeDuration }}", 0.0, "0s"),
        ("{{ $value | humanizePercentage }}", 0.8333333, "83.33%"),
        ("{{ $value | humanizePercentage }}", math.nan, "NaN%"),
        ("{{ $value | humanizeTimestamp }}", 1700000000.5, "2023-11-14 22:13:20.5 +0000 UTC"),
        ('{{ printf "%.2f of %s" $value $labels.path }}', 2.0, "2.00 of /a"),
        ('{{ $value | printf "%5.1f%%" }}', 2.0, "  2.0%"),
        ("{{ $labels.path | toUpper }}", 1.0, "/A"),
        ('{{ printf "%d" $value }}', 1.0, None),
        ("{{ if gt $value 1.0 }}x{{ end }}", 2.0, None),
        ("{{ $externalURL }}", 2.0, None),
        ('{{ with query "up" }}{{ . }}{{ end }}', 2.0, None),
    ],
)
def test_a_template_becomes_its_text(template: str, value: float, expected: str | None) -> None:
    """Values are printed as Go prints them; what cannot be foretold is None."""
    assert expected == render(template, value, LABELS)
