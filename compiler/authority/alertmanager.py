"""amtool on ``alertmanager/``: the configuration, and where each case of the routes ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.authority.complaint import Complaint, complaints_of
from compiler.authority.process import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIGURATION: Final = "alertmanager/alertmanager.yml"
CASES: Final = "alertmanager/routes.test.yml"


def judge(folder: Path) -> Iterator[Complaint]:
    """Given an environment's folder, yield what amtool says against its files."""
    if not (folder / CONFIGURATION).exists():
        return
    verdict = run(["amtool", "check-config", CONFIGURATION], folder=folder)
    if verdict.code != 0:
        failed = verdict.output.partition("FAILED:")[2] or verdict.output + verdict.errors
        yield from complaints_of("amtool", CONFIGURATION, CONFIGURATION, failed)
    elif (folder / CASES).exists():
        yield from _routes(folder)


def _routes(folder: Path) -> Iterator[Complaint]:
    """Yield a complaint for each case that ends elsewhere."""
    import yaml

    node: Any = yaml.compose((folder / CASES).read_text("utf-8"), Loader=yaml.CSafeLoader)
    read: Any = yaml.safe_load((folder / CASES).read_text("utf-8"))
    for position, case in enumerate(read["cases"]):
        expected = ",".join(case["receivers"])
        verdict = run(route_argv(case["labels"], expected), folder=folder)
        if verdict.code != 0:
            found = verdict.output.partition("\n")[0]
            yield Complaint(
                tool="amtool",
                path=CASES,
                line=node.value[0][1].value[position].start_mark.line + 1,
                message=f"expected the receivers {expected}, found {found or verdict.errors}",
            )


def route_argv(labels: dict[str, str], receivers: str) -> list[str]:
    """Given labels and receivers joined by commas, return the call that holds them together."""
    return [
        "amtool",
        "config",
        "routes",
        "test",
        f"--config.file={CONFIGURATION}",
        f"--verify.receivers={receivers}",
        *(f"{name}={_quoted(value)}" for name, value in labels.items()),
    ]


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
