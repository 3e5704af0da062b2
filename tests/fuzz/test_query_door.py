"""The door of queries: whatever text stands where PromQL is meant, the answer is a result.

Number of cases: `OPSC_FUZZ_CASES`, or 20,000 with the hypothesis profile ``fuzz`` (`make fuzz`), or
300. What could end the process is asked in another one, whose memory is limited.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compiler.promql.fault import SyntaxFault
from compiler.promql.labels import labels_of
from compiler.promql.parse import parse
from compiler.promql.template import read
from compiler.promql.tokens import tokenize
from compiler.promql.tree import Query
from compiler.promql.versions import newer_parts

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.fuzz

IS_LONG: Final = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
CASES: Final = int(os.environ.get("OPSC_FUZZ_CASES", "20000" if IS_LONG else "300"))
MEMORY_BYTES: Final = 200 * 1024 * 1024
SECONDS: Final = 60

SEEDS: Final = (
    "sum by (instance) (rate(node_cpu_seconds_total{mode='idle'}[5m]))",
    'histogram_quantile(0.95, sum by (le) (rate(http_seconds_bucket{job=~"api|web"}[5m])))',
    "a / on (job) group_left (version) b offset 1h > bool 3 or absent(c)",
    'label_replace(up, "host", "$1", "instance", "(.*):.*")',
    "max_over_time((rate(x[5m]) + 1)[1h:5m] @ end()) unless topk(3, -y ^ 2)",
    "{__name__=~'tabular_.*', status!~\"5..\"}",
    "holt_winters(x[1d], 0.5, 0.5) # comment",
)
PIECES: Final = (
    *("(", ")", "[", "]", "{", "}", ",", ":", "@", "+", "-", "*", "/", "%", "^", "==", "!=", ">"),
    *("=~", "!~", "=", "~", "and", "or", "unless", "by", "without", "on", "ignoring", "bool"),
    *("group_left", "offset", "sum", "rate", "topk", "absent", "up", "x:y:z", "5m", "1e3", "0x1f"),
    *(
        '"a"',
        "'b'",
        "`c`",
        '"',
        "'",
        "`",
        "\\",
        "\n",
        " ",
        "#",
        "$",
        ".",
        "5",
        "NaN",
        "é",
        "東",
        "\0",
    ),
)

queries = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.builds(
        lambda seed, start, length, piece: seed[:start] + piece + seed[start + length :],
        st.sampled_from(SEEDS),
        st.integers(0, 90),
        st.integers(0, 12),
        st.sampled_from(PIECES),
    ),
    st.builds(
        lambda seed, opening, closing, depth: opening * depth + seed + closing * depth,
        st.sampled_from(("x", "x[5m]", "", "1")),
        st.sampled_from(("(", "-", "abs(", "sum(", "{", "[", "1+", "x or ", '"', "rate(")),
        st.sampled_from((")", "", "}", "]", "[5m:1m])", '"')),
        st.integers(0, 2000),
    ),
)


@settings(max_examples=CASES)
@given(queries)
@example("")
@example("(" * 20_000)
def test_any_text_is_a_query_or_a_fault_inside_the_text(text: str) -> None:
    """A fault has words and a place that the text has; a query can be asked for its labels."""
    result = parse(text)

    if isinstance(result, SyntaxFault):
        assert result.headline
        assert 0 <= result.start <= result.end <= len(text)
        assert "\n" not in result.headline.replace(text, "")
    else:
        assert isinstance(result, Query)
        assert labels_of(result.tree) is not None
        assert all(
            0 <= part.start < part.end <= len(text)
            for version in ("2.42", "3.1")
            for part in newer_parts(text, version)
        )


@settings(max_examples=CASES)
@given(st.text(max_size=300))
def test_tokens_of_any_text_stand_in_it_in_order(text: str) -> None:
    """Every token is what the text has at its place, and none overlaps another."""
    tokens = tokenize(text)

    assert [text[token.start : token.end] for token in tokens] == [token.text for token in tokens]
    assert all(before.end <= after.start for before, after in pairwise(tokens))


templates = st.lists(
    st.sampled_from(
        (
            *("{{", "}}", "{{-", "-}}", "$labels", ".x", "$value", "|", "humanize", "if", "end"),
            *("range", "(", ")", '"a"', '"', "`", "/*", "*/", ":=", "$y", " ", "\n", "é", "}", "{"),
        )
    ),
    max_size=40,
).map("".join)


@settings(max_examples=CASES)
@given(st.one_of(st.text(max_size=200), templates))
def test_any_text_is_a_template_with_faults_inside_the_text(text: str) -> None:
    """What is read and what is wrong has a place that the text has."""
    template = read(text)

    assert all(0 <= each.start <= each.end <= len(text) for each in template.faults)
    assert all(text[use.start : use.end].endswith(use.label) for use in template.labels)


ADVERSARIES: Final[dict[str, Callable[[int], str]]] = {
    "parentheses": lambda n: "(" * n + "x" + ")" * n,
    "calls": lambda n: "abs(" * n + "x" + ")" * n,
    "aggregations": lambda n: "sum(" * n + "x" + ")" * n,
    "signs": lambda n: "-" * n + "x",
    "sums": lambda n: "+".join(["x"] * n),
    "powers": lambda n: "^".join(["x"] * n),
    "sets": lambda n: " or ".join(["x"] * n),
    "matchers": lambda n: "x{" + ",".join(['a="b"'] * n) + "}",
    "matchers in depth": lambda n: "(" * 99 + "x{" + ",".join(['a=~"b"'] * n) + "}" + ")" * 99,
    "patterns": lambda n: "x{" + ",".join([r'a=~"\\w{99}"'] * n) + "}",
    "repeated patterns": lambda n: 'x{a=~"' + "(" * n + "a" + "{9})" * n + '"}',
    "subqueries": lambda n: "rate(" * n + "x[5m]" + "[5m:1m])" * n,
    "open brackets": lambda n: "([{" * n,
    "quotes": lambda n: '"' * n,
    "arguments": lambda n: 'label_join(x,"a","b"' + ',"c"' * n + ")",
    "backslashes": lambda n: '"' + "\\" * n,
    "wrong calls": lambda n: "rate(x)+" * n + "1",
    "templates": lambda n: "{{" * n,
}
CHILD: Final = """
import sys
from compiler.promql.parse import parse
from compiler.promql.template import read
from compiler.promql.labels import labels_of
for text in sys.stdin.read().split("\\0"):
    result = parse(text)
    if hasattr(result, "tree"):
        labels_of(result.tree)
    read(text)
print("done")
"""


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (2 * MEMORY_BYTES, 2 * MEMORY_BYTES))


@pytest.mark.parametrize("name", ADVERSARIES)
def test_hostile_queries_neither_end_the_process_nor_fill_the_memory(name: str) -> None:
    """What would end promql-parser, or fill the memory, is refused before it is asked."""
    make = ADVERSARIES[name]
    texts = [make(count) for count in (40, 90, 240, 1_000, 2_500, 5_000, 20_000)]
    # Not `ru_maxrss`, which begins with what the process that started this one has.
    script = CHILD + (
        "[peak] = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "print(int(peak.split()[1]) * 1024)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        input="\0".join(texts),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        preexec_fn=_limited,  # no threads run here, and a limit is only set
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert int(done.stdout.split()[-1]) < MEMORY_BYTES
