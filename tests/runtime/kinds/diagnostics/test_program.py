from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from runtime.kinds.diagnostics.program import asked, end_of
from runtime.kinds.health.answer import CheckError
from tests.runtime.kinds.diagnostics.collected import collected

if TYPE_CHECKING:
    from pathlib import Path

LINES = "import sys; [print(f'{number:07}') for number in range(int(sys.argv[1]))]"
WRITES = (sys.executable, "-I", "-c", LINES)
JOURNAL = """#!/bin/sh
i=0
while [ $i -lt 3000 ]; do
  echo "$i connecting to postgresql://app:canary-password@db/x"
  i=$((i + 1))
done
"""


@pytest.mark.parametrize("lines", [0, 1, 8, 10, 100, 100_000])
def test_the_beginning_or_the_end_is_kept_in_whole_lines(lines: int) -> None:
    """However much there is, and wherever the limit of 80 bytes, ten lines, falls."""
    written = "".join(f"{number:07}\n" for number in range(lines)).encode()
    for limit_bytes in (80, 83, 87):
        beginning = asked(*WRITES, str(lines), seconds=60, limit_bytes=limit_bytes)
        end = end_of(*WRITES, str(lines), seconds=60, limit_bytes=limit_bytes)

        assert written[:80] == beginning
        assert (written[-80:], lines > 10) == end


def test_a_line_that_is_longer_than_the_limit_is_left_out() -> None:
    """Nobody knows what in it belongs together."""
    argv = (sys.executable, "-I", "-c", "print('x' * 1000)")

    assert b"" == asked(*argv, seconds=60, limit_bytes=100)
    assert (b"", True) == end_of(*argv, seconds=60, limit_bytes=100)


def test_a_program_that_fails_is_told_by_its_code() -> None:
    """Nothing of what it says of that is passed on."""
    with pytest.raises(CheckError, match=r"\A\S+ ended with 7\Z"):
        asked(sys.executable, "-I", "-c", "raise SystemExit(7)", seconds=60, limit_bytes=100)


def test_the_journal_of_a_unit_ends_with_its_latest_line_and_holds_no_half_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for journalctl, which has nothing to say where systemd does not run."""
    program = tmp_path / "journalctl"
    program.write_text(JOURNAL)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for limit_bytes in range(65_536, 65_536 + 128, 8):
        found = collected(
            tmp_path / "state", "logs", units=("api.service",), collector_limit_bytes=limit_bytes
        )
        text = found.files["logs/journal/api.service.txt"]

        assert text.splitlines()[-1].startswith("2999 connecting")
        assert "canary" not in found.everything
        assert any("api.service" in line for line in found.collector("logs")["cut"])
