"""Families: SLOs that read each other's records are evaluated together, in order."""

from __future__ import annotations

from compiler.lower.slo.families import in_order
from tests.compiler.lower.specs import plan_of, shop


def test_a_composite_is_evaluated_behind_its_parts() -> None:
    """Also where it is written before them; what has nothing to do with them stays alone."""
    plan = plan_of(
        shop("""
    slos:
      whole: {objective: 99%, composite: {worst_of: [a, b]}}
      a: {objective: 99%, events: {total: x_total, bad: {e: "1"}}}
      alone: {objective: 99%, events: {total: z_total, bad: {e: "1"}}}
      b: {objective: 99%, every: 1m, events: {total: y_total, bad: {e: "1"}}}
      c: {objective: 95%, every: 1m, events: {total: y_total, bad: {e: "1"}}}
    """)
    )
    family = [slo for slo in plan.slos if slo.family == "whole"]

    assert ["whole", "whole", "alone", "whole", "whole"] == [slo.family for slo in plan.slos]
    assert ["a", "b", "c", "whole"] == [slo.name for slo in in_order(family)]
    assert {15} == {slo.interval_seconds for slo in family}
