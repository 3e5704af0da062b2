"""The page of one SLO, as Markdown: what is promised, what is done, and how soon anybody hears.

It is written without a template: there may be ten thousand of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from compiler.artifact.notice import notice
from compiler.emit.runbooks.markdown import block, cell, code, link, text
from compiler.emit.runbooks.page import address, told
from compiler.lower.alerts import number
from compiler.lower.dashboards.names import SLOS, address_of, uid_of
from compiler.lower.routing_tree import known_labels, passes
from compiler.lower.slo.detection import policies_of
from compiler.lower.slo.series import share_of
from compiler.lower.slo.table import HEADS, single_errors, table
from compiler.lower.slo.words import percent
from compiler.promql.selector import quoted
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from compiler.emit.runbooks.page import Told
    from compiler.lower.plan import Plan
    from compiler.lower.routing_tree import Node
    from compiler.lower.slo.detection import Policy
    from compiler.lower.slo.plan import SloAlert, SloPlan, Stratum
    from compiler.model.teams import Team

HOUR_SECONDS = 3600


def slo_page(plan: Plan, tree: Node | None, slo: SloPlan) -> str:
    """Given a plan, its routing tree and one of its SLOs, return the SLO's page, LF-ended."""
    parts = [
        *_head(plan, slo),
        *_promise(slo),
        *_policy(slo),
        *_alerts(plan, slo),
        *_detection(slo),
        *_queries(plan, slo),
        *_steps(slo),
        *_escalation(plan, tree, slo),
    ]
    return "\n".join(parts) + "\n"


def _head(plan: Plan, slo: SloPlan) -> Iterator[str]:
    service, owner = plan.services[slo.service].service, plan.teams.get(slo.owner)
    yield f"<!-- {notice([slo.service])} -->"
    yield f"# {text(service.title)}: {text(slo.title)}"
    yield ""
    if slo.entry.description is not None:
        yield f"**{text(slo.entry.description)}**"
        yield ""
    promised = f"{percent(slo.objective)} in {format_duration(slo.window_seconds)}"
    owned = text((owner.title if owner else None) or slo.owner)
    yield f"{promised} · {text(service.title)} · {plan.environment} · owned by {owned}"
    yield ""
    if slo.entry.impact is not None:
        yield f"> **Impact.** {text(slo.entry.impact)}"
        yield ""


def _promise(slo: SloPlan) -> Iterator[str]:
    yield "## Promise"
    yield ""
    window = format_duration(slo.window_seconds)
    for stratum in slo.strata:
        budget = percent(stratum.budget)
        yield (
            f"- {_where(slo, stratum)}{percent(stratum.objective)} of events are good in any"
            f" {window}: {budget} may be bad, or {_minutes(slo, stratum)} of nothing but bad ones"
        )
    if slo.by:
        named = ", ".join(code(label) for label in slo.by)
        yield f"- Each value of {named} has a budget of its own"
    for name in slo.entry.excludes:
        yield f"- Events during the maintenance window {code(name)} do not count"
    yield ""
    bad = slo.sli.bad is not None
    yield f"All events, and {'bad' if bad else 'good'} ones, where `$window` is any length of time:"
    yield ""
    part = slo.sli.bad if slo.sli.bad is not None else slo.sli.good or ""
    yield block(f"{slo.sli.total}\n\n{part}", "promql")
    yield ""


def _where(slo: SloPlan, stratum: Stratum) -> str:
    if len(slo.strata) == 1:
        return ""
    if stratum.value is None:
        return f"Other values of {code(slo.by[0])}: "
    return f"{code(slo.by[0])} {code(stratum.value)}: "


def _minutes(slo: SloPlan, stratum: Stratum) -> str:
    """Return the budget as time, in whole seconds."""
    return format_duration(round(stratum.budget * round(slo.window_seconds)))


def _policy(slo: SloPlan) -> Iterator[str]:
    yield "## Error-budget policy"
    yield ""
    if not slo.entry.budget:
        yield "Nobody has written one: agree on what is done when the budget runs low."
        yield ""
        return
    alerts = {alert.remaining: alert for alert in slo.alerts if alert.kind == "budget"}
    steps = sorted(slo.entry.budget.values(), key=lambda step: -step.remaining_ratio)
    rows = [
        (
            f"less than {percent(step.remaining_ratio)}" if step.remaining_ratio else "nothing",
            text(step.action),
            text(alerts[step.remaining_ratio].name) if step.remaining_ratio in alerts else "",
        )
        for step in steps
    ]
    yield from _tabled(("left of the budget", "what is done", "alert"), rows)
    yield ""


def _alerts(plan: Plan, slo: SloPlan) -> Iterator[str]:
    yield "## Alerts"
    yield ""
    rows = [(text(alert.name), alert.severity, _fires(alert)) for alert in slo.alerts]
    yield from _tabled(("alert", "severity", "fires"), rows)
    yield ""
    if slo.entry.alerts.floor is not None:
        floor = slo.entry.alerts.floor
        said = [f"{floor.events} events"] if floor.events is not None else []
        said += [f"{floor.errors} bad ones"] if floor.errors is not None else []
        yield f"Neither page nor ticket without {' and '.join(said)} in the longer window."
        yield ""
    for source, target, equal in _mutings(plan, slo):
        same = f" of the same {', '.join(map(code, equal))}" if equal else ""
        yield f"{text(target)} says nothing while {text(source)}{same} fires."
        yield ""


def _fires(alert: SloAlert) -> str:
    """Return when an alert fires, in words."""
    wait = f", for {format_duration(alert.for_seconds)}" if alert.for_seconds else ""
    if alert.kind == "no_data":
        return f"when nothing is counted any more{wait}"
    if alert.kind == "guard":
        return f"when more is bad or good than there is{wait}"
    if alert.remaining is not None:
        left = f"less than {percent(alert.remaining)}" if alert.remaining else "nothing"
        return f"when {left} of the budget is left{wait}"
    pairs = (
        f"{number(branch.factor)} times in {format_duration(branch.short_seconds)}"
        f" and {format_duration(branch.long_seconds)}"
        for branch in alert.branches
    )
    return f"when the budget burns more than {', or '.join(pairs)}{wait}"


def _mutings(plan: Plan, slo: SloPlan) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield which alerts of the SLO mute which, and the labels of `by` that must be the same."""
    if plan.routing is None:
        return
    labels = {alert.name: known_labels(plan, alert) for alert in slo.alerts}
    for entry in plan.routing.inhibitions:
        sources = [name for name, said in labels.items() if passes(entry.source, said)]
        targets = [name for name, said in labels.items() if passes(entry.target, said)]
        equal = tuple(label for label in slo.by if label in entry.equal)
        for source in sources:
            yield from ((source, target, equal) for target in targets if target != source)


def _detection(slo: SloPlan) -> Iterator[str]:
    policies = policies_of(slo.entry)
    if not policies:
        return
    yield "## How soon"
    yield ""
    yield (
        "When this share of events is bad from one moment on, which alert is first, after how long,"
        " and what of the budget is spent by then; *over* is how long it goes on after the errors,"
        " *exhausted* when nothing is left. * is the budget itself."
    )
    yield ""
    for stratum in slo.strata:
        if not 0 < stratum.budget < 1:
            continue
        where = _where(slo, stratum)
        if where:
            yield f"{where}{percent(stratum.objective)}"
            yield ""
        yield _table(policies, stratum.budget, slo.window_seconds)
        yield ""
        if slo.entry.events is not None or slo.entry.latency is not None:
            yield " ".join(single_errors(policies, stratum.budget))
            yield ""


# Of ten thousand SLOs most have one of a few policies.
@lru_cache(maxsize=256)
def _table(policies: tuple[Policy, ...], budget: Decimal, window_seconds: float) -> str:
    rows = table(policies, budget, window_seconds)
    return "\n".join(_tabled(HEADS, [[each.replace("*", r"\*") for each in row] for row in rows]))


def _queries(plan: Plan, slo: SloPlan) -> Iterator[str]:
    base, own = plan.stack.prometheus.url, f"{{{slo.names.id}={quoted(slo.id)}}}"
    watched = next((each for each in slo.windows if each >= HOUR_SECONDS), slo.windows[-1])
    asked = {
        "What is left of the budget": f"slo:period_error_budget_remaining:ratio{own}",
        "Share of bad events": share_of(slo.names, slo.id, watched),
        "How fast the budget burns": f"slo:current_burn_rate:ratio{own}",
        **slo.entry.queries,
    }
    yield "## First queries"
    yield ""
    for title, url in _dashboards(plan, slo).items():
        yield f"- {link(url, title)}"
    for title, url in slo.entry.links.items():
        yield f"- {link(url, text(title))}"
    for title, expression in asked.items():
        shown = address(base, expression, tab="0", range_input="6h")
        graph = f": {link(shown, 'graph')}" if shown else ""
        yield f"- {text(title)}{graph}"
        yield ""
        yield "  " + block(expression, "promql").replace("\n", "\n  ")
    yield ""


def _dashboards(plan: Plan, slo: SloPlan) -> dict[str, str]:
    """Return where the SLO's alerts lead, and the dashboard of all SLOs, by what they show."""
    note = slo.alerts[0].annotations if slo.alerts else {}
    said = {"Dashboard": note["dashboard_url"]} if "dashboard_url" in note else {}
    base = plan.services[slo.service].service.links.dashboards
    all_slos = None if base is None else address_of(base, uid_of(slo.service, SLOS))
    if all_slos is not None and all_slos not in said.values():
        said["Error budgets"] = all_slos
    return said


def _steps(slo: SloPlan) -> Iterator[str]:
    yield "## Steps"
    yield ""
    for index, step in enumerate(slo.entry.steps, start=1):
        yield f"{index}. {text(step)}"
    if not slo.entry.steps:
        yield "Nobody has written any: note what helped, and add it to the spec."
    yield ""


def _escalation(plan: Plan, tree: Node | None, slo: SloPlan) -> Iterator[str]:
    owner = plan.teams.get(slo.owner)
    yield "## Escalation"
    yield ""
    yield f"- Owner: {', '.join(_owner(owner, slo.owner))}"
    reached: dict[str, list[str]] = {}
    # Alerts of one severity differ in nothing else that a route asks for, as a rule.
    known: dict[tuple[bool, str], tuple[str, ...]] = {}
    for alert in slo.alerts:
        key = (alert.kind in ("page", "ticket"), alert.severity)
        if key not in known:
            labels = known_labels(plan, alert)
            found = told(plan, tree, labels) if tree is not None else ()
            known[key] = tuple(map(_told, found)) or ("nobody, there is no route for them",)
        for receiver in known[key]:
            reached.setdefault(receiver, []).append(text(alert.name))
    for receiver, names in reached.items():
        yield f"- Told: {receiver}, of {', '.join(names)}"


def _owner(owner: Team | None, name: str) -> Iterator[str]:
    yield text((owner.title if owner else None) or name)
    contact = owner.contact if owner else None
    if contact is None:
        return
    if contact.slack:
        yield f"Slack {code(contact.slack)}"
    if contact.email:
        yield f"mail {code(contact.email)}"
    if contact.page:
        yield link(contact.page, "page")


def _told(each: Told) -> str:
    channels = f" ({text(', '.join(each.channels))})" if each.channels else ""
    waits = ", ".join(f"{code(name)} ({text(times)})" for name, times in each.windows)
    plural = "s" if len(each.windows) > 1 else ""
    waiting = f", but not during the maintenance window{plural} {waits}" if waits else ""
    return f"receiver {code(each.receiver)}{channels}{waiting}"


def _tabled(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table of Markdown."""
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for row in rows:
        yield f"| {' | '.join(map(cell, row))} |"
