"""What is done about a job by hand, in the words of where it runs: a host, or a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.targets.kubernetes import cron_job_name
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from compiler.model.environments import Scheduler

AGAIN: Final = """sed '/"--scheduled"/d; /"--wait-jitter"/d; s/"run"/"retry"/'"""
"""Makes of the Job that a CronJob would start one that runs again what failed."""


@frozen
class Remedies(Frozen):
    """Commands, and what they are about: where a job runs, and what starts it there."""

    where: str
    starter: str
    look: str
    read: str
    retry: str
    run: str
    see_starter: str
    hold: str


def remedies(scheduler: Scheduler, service: str, job: str) -> Remedies:
    """Given what starts a job, its service and its name, return what can be done about it."""
    if scheduler == "kubernetes":
        return _in_cluster(service, job)
    key = f"{service}/{job}"
    if scheduler == "cron":
        return _on_host(key, "crontab", f"grep -rF {key} /etc/cron.d")
    if scheduler == "serve":
        return _on_host(key, "scheduler", "systemctl status opsrun-serve")
    return _on_host(key, "timer", "systemctl list-timers 'opsrun-*'")


def _on_host(key: str, starter: str, see_starter: str) -> Remedies:
    return Remedies(
        where="On the host",
        starter=starter,
        look=f"opsrun status {key}",
        read=f"opsrun logs {key}",
        retry=f"opsrun retry {key}",
        run=f"opsrun run {key}",
        see_starter=see_starter,
        hold=f"opsrun hold {key}",
    )


def _in_cluster(service: str, job: str) -> Remedies:
    name = cron_job_name(service, job)
    pods = f"--selector app.kubernetes.io/instance={name}"
    again = f"kubectl create job {name}-again --from=cronjob/{name}"
    suspend = '{"spec": {"suspend": true}}'
    return Remedies(
        where="In the cluster",
        starter="CronJob",
        look=f"kubectl get cronjob,job,pod {pods}",
        read=f"kubectl logs {pods} --tail=-1",
        retry=f"{again} --dry-run=client -o json | {AGAIN} | kubectl create -f -",
        run=again,
        see_starter=f"kubectl describe cronjob {name}",
        hold=f"kubectl patch cronjob {name} --patch '{suspend}'",
    )
