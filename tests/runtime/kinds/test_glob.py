from __future__ import annotations

import pytest

from runtime.kinds.glob import matcher


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**", "a", True),
        ("**", "a/b/.c", True),
        ("*.log", "a.log", True),
        ("*.log", "a/b.log", False),
        ("**/*.log", "b.log", True),
        ("**/*.log", "a/x/b.log", True),
        ("**/*.log", "a/b.txt", False),
        ("a/**", "a", False),
        ("a/**", "a/b", True),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "a/b/c", False),
        ("**/**/z", "z", True),
        ("?[ab].log", "xa.log", True),
        ("?[ab].log", "xc.log", False),
        ("*", "line\nbreak", True),
        ("A.log", "a.log", False),
    ],
)
def test_globs_match_whole_paths(pattern: str, path: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of the case
    """Stars stay within a part, two stars span parts, and case counts."""
    found = matcher(pattern)(tuple(path.split("/")))

    assert expected == found
