"""Which alerts a page names as muting it, and as mute because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.emit.runbooks.muting import Muting, muted_by, mutes
from tests.compiler.emit import plans, routing_plans

if TYPE_CHECKING:
    from compiler.lower.plan import Plan

LOUD = plans.alert("Loud", labels=plans.labels(severity="critical"))
QUIET = plans.alert("Quiet")
ELSEWHERE = plans.alert("Elsewhere", labels=plans.labels(owner="others"))


def planned(*equal: str) -> Plan:
    """Return a plan in which critical alerts mute warnings that have equal labels."""
    return plans.plan(
        groups=(plans.group(LOUD, QUIET, ELSEWHERE),),
        routing=routing_plans.routing(
            inhibitions=(routing_plans.inhibition("severity", "critical", "warning", *equal),)
        ),
    )


def test_both_pages_name_the_other_alert() -> None:
    """The labels that are surely the same go without saying."""
    plan = planned("instance", "owner")

    assert (Muting(names=("Loud",), equal=("instance",)),) == muted_by(plan, QUIET)
    assert (Muting(names=("Quiet",), equal=("instance",)),) == mutes(plan, LOUD)


def test_alerts_whose_labels_differ_never_meet() -> None:
    """An owner that is another one is never the same."""
    assert () == muted_by(planned("owner"), ELSEWHERE)


def test_alerts_with_the_same_condition_stand_together() -> None:
    """One sentence names all of them."""
    assert (Muting(names=("Quiet", "Elsewhere"), equal=()),) == mutes(planned(), LOUD)


def test_without_routing_nobody_is_mute() -> None:
    """There is no Alertmanager that would do it."""
    plan = plans.plan(groups=(plans.group(LOUD, QUIET),))

    assert () == muted_by(plan, QUIET)
