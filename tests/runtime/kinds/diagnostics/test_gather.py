from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runtime.contract.diagnostics_collect import DiagnosticsCollect
from runtime.kinds.diagnostics.bundle import Packing, Part
from runtime.kinds.diagnostics.gather import Gathered, gather
from runtime.kinds.diagnostics.redaction import Redactor
from tests.servers.process import until

if TYPE_CHECKING:
    from typing import Any

MODULE = "tests.runtime.kinds.diagnostics.collectors"


def gathered(*acts: str, **asked: Any) -> list[Gathered]:
    """Run collectors that do such things, at once; return what each found."""
    found = []
    ended: list[str] = []
    for act in acts:
        parameters = DiagnosticsCollect(units=(act,), **{"collector_timeout_seconds": 60, **asked})
        found += gather(
            {act: MODULE}, parameters, state="", plan="", ended=lambda one: ended.append(one.name)
        )
    assert list(acts) == ended
    return found


def part(one: Gathered, left_bytes: int = 2**24) -> Part:
    """Return what goes into the archive."""
    packing = Packing(redactor=Redactor(), left_bytes=left_bytes, seconds_allowed=1)
    return packing.part(one)


def test_a_collector_that_behaves_is_ok() -> None:
    """Its file, and what it says."""
    found = part(gathered("behave")[0])

    assert ("ok", {"behave/first.txt": b"found before that\n"}) == (found.status, found.files)
    assert ("all is well",) == found.striking


def test_one_that_hangs_is_stopped_and_what_it_found_is_kept() -> None:
    """With what it has started, whatever it does with signals."""
    (one,) = gathered("hang", collector_timeout_seconds=3)
    found = part(one)
    pid = int(one.files["pid.txt"])

    assert "late" == found.status
    assert b"found before that\n" == found.files["hang/first.txt"]
    assert ("stopped after 1s",) == found.faults
    until(lambda: not _group(pid), "the group is gone")


def _group(number: int) -> bool:
    """Whether a process of a group lives; one that nobody has buried yet does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(group) == number and state != "Z":
                return True
    return False


@pytest.mark.parametrize("act", ["flood", "flood_words"])
def test_one_that_floods_is_stopped_at_the_limit(act: str) -> None:
    """It would write for ever; memory holds the limit, not more."""
    (one,) = gathered(act, collector_limit_bytes=2**20)
    found = part(one)

    assert one.has_flooded
    assert found.bytes <= 2**20 + 2**17
    assert all(content.endswith(b"\n") for content in found.files.values())
    assert any("beyond the limit" in line for line in found.cut)
    assert len(found.faults) <= 100


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        ("raise", "the collector broke off: ValueError: password=***"),
        ("die", "the collector ended with -9"),
        ("hoard", "the collector broke off: MemoryError:"),
    ],
)
def test_one_that_breaks_off_keeps_what_it_found(act: str, fault: str) -> None:
    """Its error is told, without the secret in it."""
    found = part(gathered(act)[0])

    assert ("partly", (fault,)) == (found.status, found.faults)
    assert b"found before that\n" == found.files[f"{act}/first.txt"]


def test_what_is_printed_is_no_frame() -> None:
    """A library that prints forges nothing."""
    found = part(gathered("print")[0])

    assert ("ok", ()) == (found.status, found.faults)


def test_collectors_run_at_once() -> None:
    """One that hangs keeps no other waiting."""
    parameters = DiagnosticsCollect(units=("hang",), collector_timeout_seconds=4)
    modules = {str(number): MODULE for number in range(3)}
    found = gather(modules, parameters, state="", plan="", ended=lambda _: None)

    assert ["late"] * 3 == [part(one).status for one in found]
    assert max(one.seconds for one in found) < 8


def test_what_has_no_room_in_the_archive_is_cut_at_a_line() -> None:
    """And said so."""
    one = Gathered(name="logs")
    one.files["a.log"] = bytearray(b"line\n" * 100)
    found = part(one, left_bytes=42)

    assert {"logs/a.log": b"line\n" * 8} == found.files
    assert ("a.log: the archive has no room for more",) == found.cut


def test_names_of_files_lead_nowhere_else() -> None:
    """Neither above the archive nor onto each other, and without a secret."""
    one = Gathered(name="logs")
    for name in ("../../etc/passwd", "/etc/passwd", "a\n/.b", "token=canary/x"):
        one.files[name] = bytearray(b"x\n")

    assert ["logs/_/_/etc/passwd", "logs/etc/passwd", "logs/a_/b", "logs/token____"] == list(
        part(one).files
    )


def test_in_json_each_text_is_looked_at_as_it_is() -> None:
    """A setting on a line of its own is one, though JSON writes the break otherwise."""
    one = Gathered(name="docker")
    text = '{"Cmd": ["a\\nrequirepass canary one\\nb"], "Password": "canary two", "n": 1}'
    one.files["inspect.json"] = bytearray(text.encode())
    one.files["cut.json"] = bytearray(text[:-1].encode())
    found = part(one)

    assert {"Cmd": ["a\nrequirepass ***\nb"], "Password": "***", "n": 1} == json.loads(
        found.files["docker/inspect.json"]
    )
    assert b"canary two" not in found.files["docker/cut.json"]
