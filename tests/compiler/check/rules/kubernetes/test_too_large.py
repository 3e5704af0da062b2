from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rules.kubernetes.too_large import RULE
from compiler.emit.registry import emit_all
from compiler.targets.kubernetes import CONFIG_MAP_LIMIT
from tests.compiler.check.examples import findings
from tests.compiler.lower.specs import plan_of, shop
from tests.kubernetes import judge

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
hosts:
  cluster: {names: [shop-cluster], scheduler: kubernetes}
stack:
  kubernetes: {namespace: shop, image: registry.example.org/opsrun:1, pushgateway: "http://p:9091"}
jobs:
  small:
    run: command
    with: {argv: [/bin/true]}
    hosts: cluster
    schedule: daily at 01:00
    timeout: 1m
"""


def spec(size: int) -> str:
    """Return a spec whose plan has about so many bytes."""
    arguments = [f"        - {'x' * 90_000}" for _ in range(size // 90_000)]
    rest = f"        - {'x' * (size % 90_000)}"
    job = "  large:\n    run: command\n    hosts: cluster\n    schedule: daily at 02:00\n"
    with_ = "    timeout: 1m\n    with:\n      argv:\n        - /bin/true\n"
    return shop(HEAD).lstrip() + job + with_ + "\n".join([*arguments, rest]) + "\n"


def found(text: str, folder: Path) -> list[tuple[str, int]]:
    """Return the findings of the rule: headline and line."""
    every = findings(text, folder)
    return [(one.headline, one.span.start.line) for one in every if one.id == RULE.id]


def test_a_plan_over_the_limit_is_found_at_its_largest_job(tmp_path: Path) -> None:
    """The API server counts the bytes of the whole ConfigMap."""
    text = spec(CONFIG_MAP_LIMIT)
    line = text.splitlines().index("  large:") + 1

    assert [
        ("the plan of the cluster's jobs has 1026 KiB, and a ConfigMap holds 1024", line)
    ] == found(text, tmp_path)


def test_a_plan_that_just_fits_is_none_and_the_manifest_fits_too(tmp_path: Path) -> None:
    """The rule counts what is written: with a little less, nobody has a word against it."""
    text = spec(CONFIG_MAP_LIMIT - 4096)
    made = {one.path: one.text for one in emit_all(plan_of(text), ("kubernetes",))}

    assert [] == found(text, tmp_path)
    assert [] == judge.faults(judge.read([made["kubernetes/plan.yaml"]]))
