"""How long a failed attempt waits for the next one, and how long a run may take in all; pure.

A job and a number of failures enter; seconds leave. The executor waits what is decided here, and
the compiler writes the limits of units from the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.contract.plan import Job, Retries


def wait_seconds(retries: Retries, failures: int, fraction: float) -> float:
    """Given the failures so far (1 or more), return the wait before the next attempt, in seconds.

    "Full jitter": ``random_between(0, min(cap, base * 2 ** attempt))`` with attempts counted from
    0, as in Marc Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015. `fraction`
    is the random number, from 0 to 1.
    """
    return fraction * longest_wait_seconds(retries, failures)


def longest_wait_seconds(retries: Retries, failures: int) -> float:
    """Given the failures so far (1 or more), return the longest wait before the next attempt."""
    wait = retries.base_seconds
    for _ in range(failures - 1):
        # Not a power: with many failures that would be a number beyond all floats.
        if wait >= retries.cap_seconds:
            break
        wait *= 2
    return min(retries.cap_seconds, wait)


def longest_seconds(job: Job) -> float:
    """Given a job, return the seconds that one `opsrun run` of it takes at most.

    It waits for what other runs hold until the start deadline, then makes every attempt of every
    occurrence that is made up for. All of them are due when it begins, so that no second one waits
    beyond the deadline of the first.
    """
    occurrences = job.catch_up_limit if job.catch_up == "all" else 1
    return job.start_deadline_seconds + occurrences * _occurrence_seconds(job)


def _occurrence_seconds(job: Job) -> float:
    attempt = job.timeout_seconds + job.stop_grace_seconds
    if job.retries is None:
        return attempt
    return job.retries.attempts * attempt + _waits_seconds(job.retries)


def _waits_seconds(retries: Retries) -> float:
    """Return the sum of all longest waits; those at the cap, however many, are not walked."""
    wait, total = retries.base_seconds, 0.0
    for made in range(retries.attempts - 1):
        if wait >= retries.cap_seconds:
            return total + (retries.attempts - 1 - made) * retries.cap_seconds
        total += wait
        wait *= 2
    return total
