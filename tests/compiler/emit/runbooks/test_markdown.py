"""Text of a spec stays text: no markup comes of it."""

from __future__ import annotations

import pytest

from compiler.emit.runbooks import markdown


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("on {{ $labels.instance }}", "on ⟨instance⟩"),
        ("now {{ $value | humanizePercentage }}", "now ⟨value⟩"),
        ("{{- $labels.a -}}{{$externalLabels.b}}", "⟨a⟩⟨b⟩"),
        ("{{ with query `x` }}{{ . }}{{ end }}", "………"),
        ("*a* [b](c) <d> `e`", r"\*a\* \[b\](c) \<d\> \`e\`"),
        ("node_cpu _x_", r"node_cpu \_x\_"),
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("12. a", r"12\. a"),
        ("a\n\n  b", "a b"),
    ],
)
def test_text_is_one_line_without_markup(written: str, expected: str) -> None:
    """Markup is escaped, templates become their subject, lines are joined."""
    assert expected == markdown.text(written)


def test_code_holds_any_tick() -> None:
    """The fence is longer than the longest run of ticks inside."""
    assert markdown.code("a`b``c") == "```a`b``c```"
    assert markdown.code("`a`") == "`` `a` ``"
    assert markdown.block("a ```` b") == "`````\na ```` b\n`````"


def test_a_link_ends_where_its_address_ends() -> None:
    """Brackets of an address cannot close the link."""
    assert markdown.link("https://x.example.org/a_(b)?c=%20d", "e") == (
        "[e](https://x.example.org/a_%28b%29?c=%20d)"
    )


def test_a_cell_keeps_its_bars() -> None:
    """A bar in a table is escaped once."""
    assert markdown.cell(r"a|b\|c") == r"a\|b\|c"
