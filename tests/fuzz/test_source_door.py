"""The YAML door, searched for bytes that break it: an exception, a hang, or memory that grows.

Number of cases: `OPSC_FUZZ_CASES`, or 20,000 with the hypothesis profile ``fuzz`` (`make fuzz`), or
300. The cases run in this process, whose peak memory may grow by 200 MB over all of them.
"""

from __future__ import annotations

import os
import resource
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.source.reader import read
from compiler.source.span import span_of
from compiler.source.tree import Document, Map, Seq

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
CASES = int(os.environ.get("OPSC_FUZZ_CASES", "20000" if IS_LONG else "300"))

SECONDS_PER_CASE = 5.0
"""Bound of one case: generous, since the machine may be busy with something else."""

GROWTH_KILOBYTES = 200 * 1024

PIECES = st.sampled_from(
    [
        *("opsc: 1\n", "a: ", "b:\n", "- ", "  ", "    ", "\n", "\r\n", "\t", "? ", ": ", ", "),
        *("{", "}", "[", "]", "'", '"', "|", ">", "|2-\n", "# opsc: allow a/b because c\n", "#"),
        *(
            "&x ",
            "*x",
            "<<: *x\n",
            "<<: [*x, *x]\n",
            "!tag ",
            "!!str ",
            "---\n",
            "...\n",
            "%YAML 1.1\n",
        ),
        *(
            "on",
            "12:30",
            "0123",
            "1e999",
            "9" * 30,
            ".inf",
            "~",
            "null",
            "1_000",
            "\\",
            "\\x4",
            "@",
        ),
        *(
            "\x00",
            "\x85",
            "\u2028",
            "\ufeff",
            "\ud7ff",
            "\U0001f600",
            "é",
            "word",
            "sum(rate(x[5m]))",
        ),
        *("[" * 70, "- " * 70, "? " * 70, "{a: " * 70, " " * 300, "x" * 1100),
    ]
)

YAML_LIKE = st.lists(PIECES, max_size=40).map("".join)

DOCUMENTS = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    YAML_LIKE.map(str.encode),
    st.tuples(YAML_LIKE, st.integers(2, 30)).map(lambda pair: (pair[0] * pair[1]).encode()),
    st.tuples(YAML_LIKE, st.binary(max_size=8)).map(lambda pair: pair[0].encode() + pair[1]),
    st.tuples(
        YAML_LIKE, st.sampled_from(["utf-16", "utf-32", "utf-8-sig", "utf-16-be", "latin-1"])
    ).map(lambda pair: pair[0].encode(pair[1], "replace")),
)


@cache
def peak_at_start() -> int:
    """Return the peak memory in kilobytes when the first case begins."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.fuzz
@settings(max_examples=CASES)
@given(data=DOCUMENTS)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever a file holds, it is read in time and memory, and every place is in the text."""
    before = peak_at_start()
    start = time.perf_counter()
    document = read("fuzz.yaml", data)
    seconds = time.perf_counter() - start

    assert seconds < SECONDS_PER_CASE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KILOBYTES
    assert document.root is not None or document.findings
    check_places(document)


def check_places(document: Document) -> None:
    """Assert that every finding, suppression and entry stands within the text."""
    lines = document.text.lines
    for finding in document.findings:
        for span in (finding.span, *(related.span for related in finding.related)):
            assert 1 <= span.start.line <= span.end.line <= len(lines)
            assert 1 <= span.start.column <= len(lines[span.start.line - 1]) + 1
            assert span.start <= span.end
    assert all(1 <= each.target_line <= len(lines) for each in document.suppressions)
    if document.root is not None:
        pending: list[tuple[tuple[str | int, ...], object]] = [((), document.root)]
        for path, node in pending:  # which grows as it is walked
            assert isinstance(node, Map | Seq)
            children = node.items() if isinstance(node, Map) else enumerate(node)
            for step, child in children:
                inside = (0, len(child)) if isinstance(child, str) else None
                for span in (
                    span_of(document.root, (*path, step)),
                    span_of(document.root, (*path, step), "key"),
                    span_of(document.root, (*path, step), "value", inside),
                ):
                    assert 1 <= span.start.line <= span.end.line <= len(lines)
                    assert span.start <= span.end
                if isinstance(child, Map | Seq) and len(pending) < 2000:
                    pending.append(((*path, step), child))
