from __future__ import annotations

import builtins
import gc
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from compiler.source import parser
from compiler.source.characters import MAX_LINE_CHARACTERS
from compiler.source.notes import MAX_FINDINGS
from compiler.source.reader import read
from compiler.source.tree import Map
from tests.checkout import ROOT

if TYPE_CHECKING:
    from compiler.source.tree import Document


def said(document: Document) -> list[tuple[str, int, int]]:
    """Return headline, line and column of each finding."""
    return [
        (each.headline, each.span.start.line, each.span.start.column) for each in document.findings
    ]


def test_every_entry_knows_where_it_stands() -> None:
    """Marks count lines and columns of key and value, in mappings and lists."""
    document = read("spec.yaml", b"a:\n  b: [x, 'y']\n  cd: text\n")
    root = document.root
    assert isinstance(root, Map)
    text = document.text

    assert {"a": {"b": ["x", "y"], "cd": "text"}} == root
    assert (text, 0, 0, 1, 1, 2, 2, 10) == root.marks["a"]
    assert (text, 1, 2, 3, 1, 5, 1, 13) == root["a"].marks["b"]
    assert (text, 2, 2, 4, 2, 6, 2, 10) == root["a"].marks["cd"]
    assert (text, 1, 9, 9, 1, 9, 1, 12) == root["a"]["b"].marks[1]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "---\n...\n", "{}", "\ufeff"])
def test_a_file_that_says_nothing_is_a_finding(text: str) -> None:
    """An empty file is no spec, and the help says how one begins."""
    document = read("spec.yaml", text.encode())

    assert document.root is None
    assert ["the file says nothing"] == [finding.headline for finding in document.findings]


@pytest.mark.parametrize("text", ["- a\n- b\n", "text", "[a: 1]", "|\n  text\n", "12", "&a x"])
def test_a_root_that_is_no_mapping_is_a_finding(text: str) -> None:
    """A spec is a mapping; a list or a scalar is told so at its first line."""
    document = read("spec.yaml", text.encode())

    assert document.root is None
    assert [("the file is not a mapping", 1, 1)] == said(document)


def test_one_document_may_have_markers_around_it() -> None:
    """A version directive, a start and an end are plain YAML, and mean nothing more."""
    document = read("spec.yaml", b"%YAML 1.2\n---\na: 1\n...\n# end\n")

    assert {"a": 1} == document.root
    assert () == document.findings


@pytest.mark.parametrize("rest", ["b: 2\n", "", "]broken: [\n"])
def test_a_second_document_does_not_count(rest: str) -> None:
    """One file describes one service, whatever the second document is."""
    document = read("spec.yaml", f"a: 1\n---\n{rest}".encode())

    assert {"a": 1} == document.root
    assert [("a second document in one file", 2, 1)] == said(document)


def test_each_broken_entry_has_its_finding_and_the_others_are_read() -> None:
    """A syntax error ends one top-level entry; anchors and duplicates count across entries."""
    document = read(
        "spec.yaml",
        b"opsc: 1\na: &a {x: 1}\nb: [1, 2\nc:\n  d: 'open\n"
        b"e: {<<: *a}\nf: b: c\nopsc: 2\ng:\n\t- 1\nh: on\n",
    )

    assert {"opsc": 1, "a": {"x": 1}, "e": {"x": 1}, "h": "on"} == document.root
    assert frozenset({"b", "c", "f", "g"}) == document.broken
    assert [
        ("a list in brackets that is not closed", 3, 4),
        ("a quoted text that does not end", 5, 6),
        ("a `:` where no value can begin", 7, 5),
        ("the key `opsc` is written twice", 8, 1),
        ("a tab indents this line", 10, 1),
        ("a bare `on` is not text to every reader of YAML", 11, 4),
    ] == said(document)


def test_an_error_at_the_end_of_an_entry_stays_in_that_entry() -> None:
    """What is missing at an entry's end is not told of the entry that follows."""
    document = read("spec.yaml", b"a: [\n\nb: 1\nc: {\n")

    assert [
        ("a bracket or brace that is not closed", 1, 5),
        ("a bracket or brace that is not closed", 4, 5),
    ] == said(document)


def test_a_text_before_the_first_entry_is_told() -> None:
    """What is no entry at all takes nothing else with it."""
    document = read("spec.yaml", b"Our spec\nopsc: 1\n")

    assert {"opsc": 1} == document.root
    assert [("`Our spec` is no entry", 1, 1)] == said(document)


def test_deep_nesting_costs_its_own_entry_only() -> None:
    """A level too many is a finding in little time, however many follow."""
    text = "a: 1\nb: " + "[" * 500_000 + "\nc: 2\nd: " + "{a: " * 63 + "}" * 63 + "\n"
    start = time.perf_counter()
    document = read("spec.yaml", text.encode())
    seconds = time.perf_counter() - start

    assert ["a", "c", "d"] == list(document.root or ())
    assert [("nested deeper than 64 levels", 2, 67)] == said(document)
    assert frozenset({"b"}) == document.broken
    assert seconds < 5


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "{? "])
def test_every_kind_of_nesting_is_bounded(opening: str) -> None:
    """Lists, mappings and keys, in brackets or without, nest as deep and no deeper."""
    document = read("spec.yaml", b"a:\n  " + opening.encode() * 20_000)

    assert document.root is None
    assert ["spec/too-deep"] == [finding.id for finding in document.findings]


def test_a_line_of_ten_megabytes_costs_its_own_entry_only() -> None:
    """It is told where it stands, and the rest is read."""
    text = "a: 1\nb:\n  c: " + "x" * 10_000_000 + "\nd: 2\n"
    start = time.perf_counter()
    document = read("spec.yaml", text.encode())
    seconds = time.perf_counter() - start

    assert {"a": 1, "d": 2} == document.root
    assert [(f"a line of more than {MAX_LINE_CHARACTERS:,} characters", 3, 1)] == said(document)
    assert seconds < 5


BILLION_LAUGHS = """\
import resource
resource.setrlimit(resource.RLIMIT_AS, (200 * 1024 * 1024, 200 * 1024 * 1024))
from compiler.source.reader import read
lines = ["a0: &a0 [" + "lol, " * 10 + "]"]
lines += [f"a{n}: &a{n} [" + f"*a{n - 1}, " * 10 + "]" for n in range(1, 30)]
document = read("spec.yaml", "\\n".join(lines).encode())
print(document.findings[0].headline)
print(list(document.root) == [f"a{n}" for n in range(30)])
"""


def test_a_billion_laughs_stay_small() -> None:
    """Aliases of aliases are counted, not made: in 200 MB of address space, with a finding."""
    command = [sys.executable, "-c", BILLION_LAUGHS]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT
    )

    assert "" == done.stderr
    assert "the alias `*a3` repeats too much\nTrue\n" == done.stdout


def test_aliases_cannot_nest_what_brackets_cannot() -> None:
    """A chain of aliases counts its levels, so that what walks the tree needs no deep stack."""
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100))]
    document = read("spec.yaml", "\n".join(lines).encode())

    assert ("the alias `*a62` nests too deeply", 64, 12) == said(document)[0]


def test_merging_counts_too() -> None:
    """Many mappings that each merge a large one stay within the budget of aliases."""
    large = "a: &a {" + ", ".join(f"k{n}: x" for n in range(1000)) + "}\n"
    document = read("spec.yaml", (large + "b:\n" + "  - <<: *a\n" * 5000).encode())

    assert {"spec/too-deep"} == {finding.id for finding in document.findings}
    assert document.root is not None
    assert 99 == sum(bool(each) for each in document.root["b"])


def test_a_file_of_nothing_but_faults_has_a_bounded_number_of_findings() -> None:
    """After many findings the last one says that there are more."""
    document = read("spec.yaml", b"a:\n" + b"  - on\n" * 5000)

    assert MAX_FINDINGS + 1 == len(document.findings)
    assert f"more than {MAX_FINDINGS} faults in one file" in {
        finding.headline for finding in document.findings
    }


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser stands in where its C extension is missing."""
    text = (
        b"a: &a {x: 1}\nb: [on, 'q', *a]\nc: {<<: *a}\nd: |\n  t\ne: !t 1\n"
        b"f: [1\ng: @x\nh: 'open\ni: ok\n"
    )
    expected = read("spec.yaml", text)
    original = builtins.__import__

    def without_c(name: str, *args: object, **kwargs: object) -> object:
        if name == "yaml._yaml":
            raise ImportError(name)
        return original(name, *args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(builtins, "__import__", without_c)

    assert "get_event" == parser.event_source("a: 1").__name__
    assert expected.root == read("spec.yaml", text).root
    assert said(expected) == said(read("spec.yaml", text))


def test_collection_is_switched_on_again() -> None:
    """Reading leaves the collector as it was."""
    read("spec.yaml", b"a: [")

    assert gc.isenabled()
