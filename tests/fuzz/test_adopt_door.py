"""The door of foreign documents: whatever comes in, findings or specs leave, never an exception.

The corpus is mutated: lines and words are lost, repeated and swapped for others. Number of cases:
`OPSC_FUZZ_CASES`, or 20,000 with the hypothesis profile ``fuzz`` (`make fuzz`), or 300.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.adopt.adopt import FORMATS, adopt
from compiler.adopt.documents import loaded
from compiler.adopt.promise import Asked
from compiler.commands.import_ import judged
from compiler.finding import Severity

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
CASES = int(os.environ.get("OPSC_FUZZ_CASES", "20000" if IS_LONG else "300"))

CORPUS = Path(__file__).parents[1] / "golden" / "adopt"
TEXTS = {
    source: [path.read_text("utf-8") for path in sorted(CORPUS.glob(f"{source}-*/in.yaml"))]
    for source in FORMATS
}
WORD = re.compile(r"[A-Za-z_.]+|[0-9.]+|\s+|.")

STRANGE = st.sampled_from(
    [
        *("", " ", "\n", "\t", ":", "- ", "---\n", "...\n", "{", "}", "[", "]", "'", '"', "|\n"),
        *("null", "~", "true", "no", "0123", "1e400", "-1", "0", "100", "9" * 40, ".inf", "12:30"),
        *("&a ", "*a", "<<: *a", "!tag ", "{{.window}}", "{{", "}}", "{{ .x }}", "$window", "$"),
        *("é", "\u2028", "\x00", "\ufeff", "\U0001f600", "x" * 300, "a.b", "/", "\\", "#", "{{{"),
        *("[1, {a: b}]", "{a: {b: c}}", "sum(", "rate(x[5m])", "1M", "0m", "999999w", "page"),
        *(
            "kind: SLO",
            "name: a",
            "objectives: []",
            "slos: [{}]",
            "spec: {}",
            "metadata: {name: b}",
        ),
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, bytes]:
    """A format, and a text of it that was mutated a few times."""
    source = draw(st.sampled_from(sorted(FORMATS)))
    words = WORD.findall(draw(st.sampled_from(TEXTS[source])))
    everywhere = [word for text in TEXTS[source][:6] for word in WORD.findall(text)]
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(words) - 1)))
        how = draw(st.sampled_from(["lose", "repeat", "strange", "other", "line"]))
        if how == "lose":
            del words[at : at + draw(st.integers(1, 8))]
        elif how == "repeat":
            words[at:at] = words[at : at + draw(st.integers(1, 8))]
        elif how == "strange":
            words[at : at + 1] = [draw(STRANGE)]
        elif how == "other":
            words[at : at + 1] = [draw(st.sampled_from(everywhere))]
        else:
            lines = "".join(words).split("\n")
            del lines[draw(st.integers(0, len(lines) - 1))]
            words = WORD.findall("\n".join(lines))
    return source, "".join(words).encode("utf-8", "surrogatepass")


@settings(max_examples=CASES)
@given(documents())
def test_a_mutated_document_is_adopted_or_refused(case: tuple[str, bytes]) -> None:
    """There are specs without an error, or an error at a place in the document."""
    source, data = case
    for word in FORMATS if source == "sloth" else (source,):
        documents = loaded([("in.yaml", data)])
        adoption = adopt(word, documents, Asked())
        lines = len(documents.texts["in.yaml"].lines)
        found, _texts = judged(adoption.specs, are_written=True)
        has_errors = any(each.severity is Severity.ERROR for each in adoption.findings)

        assert bool(adoption.specs) != has_errors
        assert [] == [each for each in adoption.findings if not 1 <= each.span.start.line <= lines]
        assert [] == [
            each for each in found if each.severity is Severity.ERROR and _is_ours(each.id)
        ]


def _is_ours(rule: str) -> bool:
    """Whether an error in a spec means that `import` wrote what no spec can be."""
    return rule.startswith("spec/") and rule not in ("spec/bad-pattern", "spec/too-deep")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"a", b"- a", b"---\n---\n", b"\x00", b"{}"])
@pytest.mark.parametrize("source", FORMATS)
def test_what_is_no_document_is_refused(source: str, data: bytes) -> None:
    """Nothing at all draws a finding too."""
    adoption = adopt(source, loaded([("in.yaml", data)]), Asked())

    assert () == adoption.specs
    assert adoption.findings
