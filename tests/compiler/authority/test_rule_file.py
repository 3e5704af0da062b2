"""Rules that a test needs: those of its SLO, and of what it asks for."""

from __future__ import annotations

from compiler.artifact.artifact import Artifact, LineRange
from compiler.authority.rule_file import rule_file
from compiler.lower.plan import Origin

GROUPS = {
    "a": "  - name: shop-slo-a\n    rules:\n      - expr: sum(x)\n        slo_id: shop-a\n",
    "b": '  - name: shop-slo-b\n    rules:\n      - expr: sum(y)\n        slo_id: "shop-b"\n',
    "both": '  - name: shop-slo-both\n    rules:\n      - expr: e{slo_id=~"shop-a|shop-b"}\n',
    "c": '  - name: shop-slo-c\n    rules:\n      - expr: e{slo_id="shop-both"}\n',
}


def file_of(names: str) -> str:
    """Return the text of a file with some of the groups."""
    return "# head\ngroups:\n" + "".join(GROUPS[name] for name in names.split())


def artifact() -> Artifact:
    """Return the file of all groups, of which each comes from the SLO of its name."""
    origins, line = [], 3
    for name, text in GROUPS.items():
        count = text.count("\n")
        origins.append(LineRange(line, line + count - 1, Origin(0, ("slos", name))))
        line += count
    return Artifact(
        path="prometheus/rules/shop.slos.yml",
        text=file_of(" ".join(GROUPS)),
        origins=tuple(origins),
    )


def test_an_slo_needs_its_own_rules() -> None:
    """What neither it nor its parts record is left out."""
    assert rule_file(artifact()).part_of((0, ("slos", "b"))) == file_of("b")


def test_a_composite_needs_its_parts() -> None:
    """Ids that are matched by a pattern of alternatives lead to their groups."""
    assert rule_file(artifact()).part_of((0, ("slos", "both"))) == file_of("a b both")


def test_all_else_needs_the_whole_file() -> None:
    """Tests of alerts, and of what has no group here, are run beside all rules."""
    file = rule_file(artifact())

    assert file.part_of((0, ("alerts", "a"))) == file.text
    assert file.part_of((1, ("slos", "a"))) == file.text
    assert (file.name, file.text) == ("shop.slos.yml", artifact().text)
