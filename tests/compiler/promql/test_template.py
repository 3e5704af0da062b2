from __future__ import annotations

import pytest

from compiler.promql.template import read

SOUND = (
    "no action at all",
    "On {{ $labels.instance }}: {{ $value | humanizePercentage }}",
    "{{- $value -}}",
    "{{/* said to nobody */}}",
    "{{ if gt $value 5.0 }}much{{ else if $value }}some{{ else }}none{{ end }}",
    '{{ range query "up" }}{{ .Labels.instance }}{{ end }}',
    "{{ with $x := $value }}{{ $x }}{{ end }}",
    '{{ range $i, $e := query "up" }}{{ $i }}{{ end }}',
    '{{ printf "%.2f" $value }} of {{ $externalURL }}',
    "{{ (stripPort $labels.instance) | toUpper }}",
    '{{ index $labels "a-b" }}',
    '{{ query "up" | first | value }}',
    "{{ true }}",
)
BROKEN = {
    "{{ $value": "{{",
    "{{ $value {{ }}": "{{",
    "{{ }}": "{{ }}",
    "{{ $label.x }}": "$label",
    "{{ labels.x }}": "labels",
    "{{ $value | humanise }}": "humanise",
    "{{ now }}": "now",
    "{{ if $value }}": "if",
    "{{ if }}x{{ end }}": "if",
    "{{ end }}": "end",
    "{{ $y }}": "$y",
    '{{ "abc }}': '"',
    "{{ $labels.a-b }}": "-",
    '{{ $labels["x"] }}': "[",
    "{{ | humanize }}": "|",
    "{{ ($value }}": "(",
    "{{ $value) }}": ")",
    "{{ $value * 100 }}": "*",
}


@pytest.mark.parametrize("text", SOUND)
def test_template_that_prometheus_takes_has_no_fault(text: str) -> None:
    """Actions, blocks, pipes and comments of text/template are read."""
    assert () == read(text).faults


@pytest.mark.parametrize("text", BROKEN)
def test_fault_of_a_template_has_its_place(text: str) -> None:
    """The first fault stands where a caret would help."""
    fault = read(text).faults[0]

    assert BROKEN[text] == text[fault.start : fault.end]


def test_labels_that_a_template_reads() -> None:
    """Labels of the alert are taken down, labels of a query's result are not."""
    text = (
        '{{ $labels.a }} {{ .Labels.b }} {{ $labels.c.d }} {{ range query "x" }}{{ .Labels.e }}'
        "{{ end }}"
    )

    assert ["a", "b", "c"] == [use.label for use in read(text).labels]


def test_bracket_that_closes_nothing_is_told() -> None:
    """Prometheus shows it as text; nobody means it."""
    assert ["`}}` closes nothing"] == [fault.headline for fault in read("done }}").faults]
