from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.source.overlay import overlay
from compiler.source.reader import read
from compiler.source.span import span_of
from compiler.source.tree import Map, Seq

SPEC = """\
opsc: 1
scrape:
  node: {targets: [node1:9100], exposes: node_exporter}
  api: {targets: [api1:8000]}
backups:
  destinations:
    local: {folder: /backup}
    second: {azure: {container: tabular}}
environments:
  staging:
    set: SET
    remove: REMOVE
"""


def changed(set_: str = "{}", remove: str = "[]") -> tuple[Map, Map, list[tuple[str, str, str]]]:
    """Return the tree, the changed tree, and rule, headline and help of each finding."""
    document = read("spec.yaml", SPEC.replace("SET", set_).replace("REMOVE", remove).encode())
    assert () == document.findings
    root = document.root
    assert root is not None
    staging = root["environments"]["staging"]
    before = deepcopy({key: dict(root[key]) for key in ("scrape", "backups")})
    result, findings = overlay(root, staging["set"], staging["remove"])

    assert before == {key: root[key] for key in before}
    return root, result, [(each.id, each.headline, each.help) for each in findings]


def test_set_replaces_and_adds_and_remove_drops() -> None:
    """Lists are replaced whole, a missing last key is made, null drops as remove does."""
    _, result, findings = changed(
        "{scrape.node.targets: [stage1:9100], scrape.node.path: /m, scrape.api: ~, retention: {}}",
        "[backups.destinations.second]",
    )

    assert [] == findings
    node = {"targets": ["stage1:9100"], "exposes": "node_exporter", "path": "/m"}
    assert {"node": node} == result["scrape"]
    assert {"destinations": {"local": {"folder": "/backup"}}} == result["backups"]
    assert {} == result["retention"]


def test_only_containers_along_a_changed_path_are_new() -> None:
    """Everything else is the same object, so that what was computed for it still holds."""
    root, result, _ = changed("{scrape.node.path: /m, scrape.node.exposes: x}")

    assert result is not root
    assert result["scrape"] is not root["scrape"]
    assert result["scrape"]["node"] is not root["scrape"]["node"]
    assert result["scrape"]["node"]["targets"] is root["scrape"]["node"]["targets"]
    assert result["scrape"]["api"] is root["scrape"]["api"]
    assert result["backups"] is root["backups"]


def test_without_changes_the_tree_itself_comes_back() -> None:
    """Nothing to change, and nothing that can be changed, make no copy."""
    for set_ in ("{}", "{nowhere.at.all: 1}"):
        root, result, _ = changed(set_)
        assert root is result


def test_a_finding_about_a_changed_entry_points_at_the_override() -> None:
    """The value's span, and the key's, are those of the override."""
    _, result, _ = changed("{scrape.node.targets: [stage1:9100]}")

    assert 11 == span_of(result, ("scrape", "node", "targets")).start.line
    assert 11 == span_of(result, ("scrape", "node", "targets", 0)).start.line
    assert 3 == span_of(result, ("scrape", "node", "exposes")).start.line


UNKNOWN = "spec/unknown-reference"
TWICE = "spec/duplicate-key"


@pytest.mark.parametrize(
    ("set_", "remove", "finding"),
    [
        (
            "{scrap.node.path: 1}",
            "[]",
            (UNKNOWN, "there is no `scrap` among the sections", "did you mean `scrape.node.path`?"),
        ),
        (
            "{scrape.nod.path: 1}",
            "[]",
            (UNKNOWN, "there is no `nod` in `scrape`", "did you mean `scrape.node.path`?"),
        ),
        (
            "{scrape.else.path: 1}",
            "[]",
            (
                UNKNOWN,
                "there is no `else` in `scrape`",
                "an override adds one entry at most: write `else` into the spec itself",
            ),
        ),
        (
            "{}",
            "[backups.destinations.secnd]",
            (
                UNKNOWN,
                "there is no `secnd` in `backups.destinations`",
                "did you mean `backups.destinations.second`?",
            ),
        ),
        (
            "{scrape.elsewhere: ~}",
            "[]",
            (
                UNKNOWN,
                "there is no `elsewhere` in `scrape`",
                "take the line out: there is nothing to drop",
            ),
        ),
        (
            "{scrape.node.targets.0: x}",
            "[]",
            (
                UNKNOWN,
                "`scrape.node.targets` is a list, which is replaced whole",
                "override `scrape.node.targets` itself",
            ),
        ),
        (
            "{scrape.node.exposes.x: x}",
            "[]",
            (
                UNKNOWN,
                "`scrape.node.exposes` is no mapping",
                "override `scrape.node.exposes` itself",
            ),
        ),
        (
            "{environments.staging.labels: {}}",
            "[]",
            (UNKNOWN, "`environments` cannot be overridden", "name an entry of another section"),
        ),
        (
            "{scrape.node: {}, scrape.node.path: 1}",
            "[]",
            (
                TWICE,
                "the overrides `scrape.node.path` and `scrape.node` speak of the same entry",
                "keep one of the two, or name only entries that lie apart",
            ),
        ),
        (
            "{scrape.node.path: 1}",
            "[scrape]",
            (
                TWICE,
                "the overrides `scrape` and `scrape.node.path` speak of the same entry",
                "keep one of the two, or name only entries that lie apart",
            ),
        ),
        (
            "{scrape.node: {}}",
            "[scrape.node]",
            (
                TWICE,
                "`scrape.node` is overridden twice",
                "keep one of the two, or name only entries that lie apart",
            ),
        ),
    ],
)
def test_an_override_that_leads_nowhere_is_a_finding(
    set_: str, remove: str, finding: tuple[str, str, str]
) -> None:
    """Each way of getting an override wrong is told, with the way out."""
    assert [finding] == changed(set_, remove)[2]


def test_items_of_a_wrong_type_are_left_to_validation() -> None:
    """A removal that is no text changes nothing here, and raises nothing."""
    root, result, findings = changed("{}", "[1, ~, {a: b}]")

    assert (root, []) == (result, findings)


@given(
    paths=st.lists(
        st.lists(st.sampled_from(["scrape", "node", "targets", "x", ""]), min_size=1, max_size=4),
        max_size=5,
    ),
    is_null=st.booleans(),
)
def test_any_overrides_leave_the_given_tree_as_it_is(
    paths: list[list[str]], *, is_null: bool
) -> None:
    """Whatever is overridden, the tree stays, and every entry of the result has its mark."""
    root = read("spec.yaml", SPEC.encode()).root
    assert root is not None
    before = deepcopy(dict(root["scrape"]))
    set_ = Map()
    for path in paths:
        set_[".".join(path)] = None if is_null else Map()
        set_.marks[".".join(path)] = root.marks["opsc"]
    result, _ = overlay(root, set_, Seq())

    assert before == root["scrape"]
    pending = [result]
    for node in pending:
        assert set(node) == set(node.marks)
        pending.extend(child for child in node.values() if isinstance(child, Map))
