"""Compiled rules, evaluated by promtool, agree with the truth about traffic drawn by chance.

Number of scenarios, of three or nine cases each: 30 (of 234 cases) as a rule, 700 in `make fuzz`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from tests.slo.agreement import Agreement
from tests.slo.patterns import fixed, scenario

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.fuzz, pytest.mark.slow]

IS_LONG: Final = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
SHARDS: Final = 70 if IS_LONG else 6
EACH: Final = 10 if IS_LONG else 5
MOST_UNDECIDED: Final = 0.3
"""Share of the minutes for which the truth gives no verdict: close to a limit, or blurred."""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_alerts_and_budgets_agree_with_the_truth(shard: int, tmp_path: Path) -> None:
    """At each minute a page, a ticket and a budget step fire when they should, and not else."""
    whole = Agreement()
    for seed in range(shard * EACH, (shard + 1) * EACH):
        agreement = scenario(seed, tmp_path).agreement(tmp_path)
        whole.add(agreement)
        whole.faults = whole.faults or [f"seed {seed}: {fault}" for fault in agreement.faults]

    assert [] == whole.faults[:10]
    assert 0 < whole.fired < whole.judged
    assert whole.undecided < MOST_UNDECIDED * whole.judged


MUTANTS: Final[dict[str, Callable[[str], str]]] = {
    "a factor": lambda rules: rules.replace("> 0.1344", "> 0.09").replace("> 0.035", "> 0.055"),
    "a window": lambda rules: rules.replace("[1h]", "[5m]"),
    "a comparison": lambda rules: rules.replace("1h{", "15m{").replace(" and max", " or max"),
    "no zero for what is bad": lambda rules: rules.replace(" or on (region) slo:", " unless slo:"),
    "a time to hold": lambda rules: rules.replace("for: 5m", "for: 25m"),
    "a share of all": lambda rules: rules.replace("[1d]", "[30m]"),
}
"""What is wrong with rules, by words."""


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_rules_are_noticed(name: str, tmp_path: Path) -> None:
    """What cannot fail proves nothing: each of these mutants is told from the rules."""
    said = fixed(tmp_path)
    mutated = MUTANTS[name](said.experiment.rules)
    wrong = replace(said, experiment=replace(said.experiment, rules=mutated))

    assert mutated != said.experiment.rules
    assert [] == said.agreement(tmp_path).faults
    assert wrong.agreement(tmp_path).faults
