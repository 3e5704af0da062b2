"""Trials: which tests an SLO has, and that promtool agrees with every one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compiler.authority.process import run
from compiler.emit.prometheus.slo_rules import slo_rules
from compiler.emit.promtool.files import files_of
from compiler.lower.slo.trial.source import Unplayable
from compiler.lower.slo.trial.trials import trials_of
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.alert_test import AlertTest

SPEC = Path(__file__).parents[4] / "golden" / "valid" / "slos.yaml"
SLOS = plan_of(SPEC.read_text(encoding="utf-8")).slos


def trials(said: str) -> dict[str, AlertTest]:
    """Return the tests of an SLO by what they show."""
    plan = plan_of(shop(f"slos:\n  it: {{objective: 99.9%, {said}}}\n"))
    made = trials_of(plan.slos[0], {}, {})
    assert not isinstance(made, Unplayable)
    return {f"{test.alert} {test.shows}": test for test in made}


EVENTS = 'events: {total: r_total, bad: {status: "500"}}'


def test_each_alert_is_made_to_fire_and_to_be_silent() -> None:
    """Every pair of windows, idle traffic, missing data, the steps of the policy."""
    made = trials(f"{EVENTS}, budget: {{half: {{remaining: 50%, action: Stop}}}}")

    assert {
        "ShopItPage burns quick",
        "ShopItPage burns slow",
        "ShopItPage is silent while idle and after a restart",
        "ShopItTicket burns quick",
        "ShopItTicket burns slow",
        "ShopItTicket is silent while idle and after a restart",
        "ShopItNoData tells of missing data",
        "ShopItBudgetHalf spends the budget",
        "ShopItBudgetHalf waits until the budget is spent for long",
    } == set(made)
    for name, test in made.items():
        has_fired = any(each.firing for each in test.expectations)
        assert has_fired is ("silent" not in name)
        assert any(not each.firing for each in test.expectations)


def test_annotations_show_the_share_that_was_played() -> None:
    """5% over 14.4 times 0.1% is 1.512%."""
    test = trials(EVENTS)["ShopItPage burns quick"]
    (first,) = next(each.firing for each in test.expectations if each.firing)

    assert first.annotations is not None
    assert first.annotations["description"].startswith("1.512% of the latest events are bad.")


def test_every_value_with_an_objective_of_its_own_is_tried() -> None:
    """And one that has none."""
    made = trials(f"{EVENTS}, by: [method], objectives: {{GET: 99%}}")

    assert "ShopItPage burns quick for method GET" in made
    assert "ShopItPage burns quick for method any-method" in made


@pytest.mark.e2e
@pytest.mark.parametrize("name", [slo.name for slo in SLOS])
def test_promtool_agrees_with_every_test(tmp_path: Path, name: str) -> None:
    """Each SLO alone with what it is made of: the rules do what the tests foretell."""
    plan = plan_of(SPEC.read_text(encoding="utf-8"))
    slos = {each.name: each for each in plan.slos}
    composite = slos[name].entry.composite
    parts = (composite.worst_of or tuple(composite.weighted or ())) if composite else ()
    chosen = tuple(slos[each] for each in (*parts, name))
    tests = trials_of(slos[name], plan.services["shop"].metrics, slos)
    assert not isinstance(tests, Unplayable)
    family = tuple(replace(each, family=name) for each in chosen)
    files = list(files_of("shop", f"shop.slos.{name}", tests))
    for artifact in (*slo_rules(replace(plan, slos=family)), *files):
        path = tmp_path / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(artifact.text, encoding="utf-8")
    verdict = run(["promtool", "test", "rules", *(each.path for each in files)], folder=tmp_path)

    assert files
    assert (0, "") == (verdict.code, verdict.errors)
