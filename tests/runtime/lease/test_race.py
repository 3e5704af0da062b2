from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.checkout import ROOT

if TYPE_CHECKING:
    from tests.runtime.lease.conftest import Shared

HOSTS: Final = 20
OCCURRENCES: Final = 300


@pytest.mark.slow
def test_twenty_hosts_take_each_of_300_occurrences_once(own: Shared) -> None:
    """From the first question on: nothing is in the place before, and all ask at once."""
    hosts = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.runtime.lease.racer"),
                *(own.kind, f"host-{number}", str(OCCURRENCES)),
            ],
            cwd=ROOT,
            env=os.environ | {"LEASES": own.address},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(HOSTS)
    ]
    for host in hosts:
        assert host.stdin is not None
        host.stdin.write("go\n")
        host.stdin.flush()
    said = [host.communicate(timeout=200)[0] for host in hosts]

    assert [0] * HOSTS == [host.returncode for host in hosts]
    takes = [line.split() for text in said for line in text.splitlines()]
    assert list(range(OCCURRENCES)) == sorted(int(number) for number, _ in takes)
    assert OCCURRENCES == len({fence for _, fence in takes})
