"""One host of many: waits for a word, takes what it gets, and writes the occurrences and fences.

``python -m tests.runtime.lease.racer KIND HOLDER COUNT``, with the address in ``LEASES``.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from runtime.contract.plan import Lease
from runtime.contract.secret import Secret
from runtime.lease.opening import open_place
from runtime.lease.place import Taken
from tests.runtime.turned_clock import START


def race(kind: str, holder: str, count: int) -> list[str]:
    """Given a kind of place, a host and how many occurrences there are, return what it took."""
    secret = Secret(env="LEASES")
    lease = Lease(postgres=secret) if kind == "postgres" else Lease(redis=secret)
    place = open_place(lease, os.environ, 60)
    took = []
    for number in range(count):
        answer = place.take("race/job", START + timedelta(hours=number), holder, 600)
        if isinstance(answer, Taken):
            took.append(f"{number} {answer.fence}")
            # Every other one is over before the next host comes.
            assert number % 2 or place.end(answer, "ok")
    place.close()
    return took


if __name__ == "__main__":
    sys.stdin.readline()
    sys.stdout.write("\n".join(race(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
