from __future__ import annotations

import pytest

from compiler.source.sections import sections
from compiler.source.tree import Text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a: 1\nb:\n  c: 2\n", [("a", 0, 1), ("b", 1, 3)]),
        ("# head\n\na: 1", [(None, 0, 2), ("a", 2, 1)]),
        ("'a': 1\n\"b\" : 2\n", [("a", 0, 1), ("b", 1, 2)]),
        ("a:\n- 1\n- b: 2\n# c\nd: e\n", [("a", 0, 4), ("d", 4, 2)]),
        ("a: 1\nhttp://x\n}\n&x y: 1\n", [("a", 0, 5)]),
        ("---\na: 1\n---\nb: 2\n", [(None, 0, 1), ("a", 1, 4)]),
        ("text", [(None, 0, 1)]),
        ("", [(None, 0, 1)]),
        ("a" * 5000 + ": 1", [(None, 0, 1)]),
    ],
)
def test_a_text_is_cut_at_its_top_level_keys(
    text: str, parts: list[tuple[str | None, int, int]]
) -> None:
    """Each part knows its key, its first line and how many lines it has; none is lost."""
    lines = (*text.splitlines(), *([""] if not text or text[-1] == "\n" else []))
    found = sections(Text("spec.yaml", text, tuple(lines)))

    assert parts == [(part.key, part.first_line, len(part.lines)) for part in found]
    assert lines == tuple(line for part in found for line in part.lines)
