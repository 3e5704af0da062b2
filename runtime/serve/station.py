"""What a scheduler and all its processes stand on: a plan, the jobs that it starts, a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.clock import SystemClock
from runtime.contract.frozen import Frozen, frozen
from runtime.install.layout import jobs_of
from runtime.load import load_plan
from runtime.log import Log, wanted_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.plan import Job, Plan
    from runtime.log import Form
    from runtime.serve.terms import Terms


@frozen
class Station(Frozen):
    """One reading of the plan. `jobs` are those, by key, that the scheduler starts on `host`."""

    plan: Plan
    plan_path: str
    jobs: Mapping[str, Job]
    host: str
    state: str
    form: Form

    def log(self, **fields: Any) -> Log:
        """Return what says how things go; what jobs write is kept, and not shown."""
        return Log(clock=SystemClock(), form=self.form, shows_output=False, **fields)


def read_station(terms: Terms) -> Station:
    """Read the plan, and return what stands on it. Raise `PlanError` when it is no good."""
    return station_of(load_plan(terms.plan_path, terms.state), terms)


def station_of(plan: Plan, terms: Terms) -> Station:
    """Return what stands on a plan. Raise `PlanError` when the host could be several of it."""
    return Station(
        plan=plan,
        plan_path=terms.plan_path,
        jobs=served_jobs(plan, terms.host, takes_all=terms.takes_all),
        host=terms.host,
        state=terms.state,
        form=wanted_form(),
    )


def served_jobs(plan: Plan, host: str, *, takes_all: bool) -> dict[str, Job]:
    """Given a plan and a host's name, return the jobs that are started here, by key.

    Those of timers and crontabs are among them when it `takes_all`. Raise `PlanError` when a short
    name could be several hosts of the plan.
    """
    return {
        key: job
        for key, job in jobs_of(plan, host).items()
        if (takes_all or job.served) and job.schedule != "manual"
    }
