"""SLO rules: one file for each family of SLOs, spelled out of the plans, in two groups.

The first group counts, and fires; the family shares it, so that a total is counted once.
The second, evaluated more seldom, is about the whole window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.artifact.artifact import Artifact
from compiler.artifact.lines import Sourced
from compiler.artifact.notice import notice
from compiler.artifact.slo_forms import written
from compiler.artifact.yaml import write_yaml
from compiler.lower.slo.families import families_of, in_order
from compiler.lower.slo.rules import Record, RulesOf
from compiler.targets.prometheus import supports
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from compiler.lower.plan import Plan
    from compiler.lower.slo.plan import SloAlert, SloPlan


def slo_rules(plan: Plan) -> Iterator[Artifact]:
    """Given a plan, yield the rule file of each family of SLOs."""
    version = plan.stack.prometheus.version

    def write(
        name: str, family: Sequence[SloPlan], scalar: Callable[[str], str]
    ) -> Iterator[Artifact]:
        groups, comment = list(_groups(family, version)), notice([family[0].service])
        text, origins = write_yaml({"groups": groups}, comments=[comment], scalar=scalar)
        yield Artifact(path=f"prometheus/rules/{name}.yml", text=text, origins=origins)

    yield from written(families_of(plan.slos), write, ())


def _groups(family: Sequence[SloPlan], version: str) -> Iterator[Sourced]:
    """Yield the groups of SLOs that belong together."""
    owner, ordered = family[0], in_order(family)
    counting = [rule for slo in ordered for rule in _counting(slo, version)]
    budgets = [rule for slo in ordered for rule in _budgets(slo, version)]
    for suffix, interval, rules in (
        ("", owner.interval_seconds, counting),
        ("-budget", owner.budget_interval_seconds, budgets),
    ):
        group = {
            "name": f"{owner.service}-slo-{owner.name}{suffix}",
            "interval": format_duration(interval),
            "rules": rules,
        }
        yield Sourced(group, owner.origin)


def _counting(slo: SloPlan, version: str) -> Iterator[Sourced]:
    rules = RulesOf(slo)
    for record in rules.counts():
        yield Sourced(_record(slo, record), slo.origin)
    for alert in slo.alerts:
        if alert.kind != "budget":
            yield Sourced(_alert(alert, rules.expression(alert), version), slo.origin)


def _budgets(slo: SloPlan, version: str) -> Iterator[Sourced]:
    rules = RulesOf(slo)
    for record in rules.budget():
        yield Sourced(_record(slo, record), slo.origin)
    for alert in slo.alerts:
        if alert.kind == "budget":
            yield Sourced(_alert(alert, rules.expression(alert), version), slo.origin)


def _record(slo: SloPlan, record: Record) -> dict[str, Any]:
    names = slo.names
    own = {names.id: slo.id, names.service: slo.service, names.slo: slo.name}
    said: Mapping[str, str] = slo.entry.labels if _bears_labels(slo, record) else {}
    return {
        "record": record.name,
        "expr": record.expression,
        "labels": dict(sorted({**said, **own, **record.labels}.items())),
    }


def _bears_labels(slo: SloPlan, record: Record) -> bool:
    """Whether a series has the labels of the SLO: with Sloth's names each of Sloth's series."""
    if record.name == slo.names.info:
        return True
    return slo.entry.compatibility == "sloth" and not record.name.startswith(OWN_SERIES)


OWN_SERIES = ("slo:sli_total:", "slo:sli_bad:", "slo:excluded:", "slo:calendar_")
"""Series that Sloth has not."""


def _alert(alert: SloAlert, expression: str, version: str) -> dict[str, Any]:
    written: dict[str, Any] = {"alert": alert.name, "expr": expression}
    if alert.for_seconds:
        written["for"] = format_duration(alert.for_seconds)
    if alert.keep_firing_for_seconds and supports(version, "keep_firing_for"):
        written["keep_firing_for"] = format_duration(alert.keep_firing_for_seconds)
    written["labels"] = dict(alert.labels)
    written["annotations"] = dict(alert.annotations)
    return written
