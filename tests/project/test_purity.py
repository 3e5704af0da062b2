"""Between reading and writing, the same spec gives the same bytes: no clock, chance or machine."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from tests.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STAGES: Final = ("model", "promql", "targets", "lower", "check", "artifact", "emit")

MODULES: Final = frozenset(
    {"glob", "random", "secrets", "socket", "subprocess", "tempfile", "time", "uuid"}
)
"""Modules that no pure stage has a use for."""

CALLS: Final = frozenset(
    {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "open", "io.open"}
    | {f"os.{name}" for name in ("environ", "getcwd", "getenv", "listdir", "open", "scandir")}
)
"""Names that are impure however they are used."""

METHODS: Final = frozenset(
    {"cwd", "exists", "is_dir", "is_file", "iterdir", "mkdir", "rglob", "unlink"}
    | {f"{verb}_{kind}" for verb in ("read", "write") for kind in ("bytes", "text")}
)
"""Methods of paths; nothing else in these stages has methods of these names."""

ALLOWED: Final = {
    ("model/starter.py", "read_text"): "the spec to start from is a file of the package",
    ("model/reference.py", "read_text"): "the page's opening and examples are files of the package",
    ("model/reference.py", "write_text"): "run as a program, it renews specs/README.md",
    ("model/json_schema.py", "write_text"): "run as a program, it renews specs/opsc.schema.json",
    ("model/schemas.py", "write_text"): "run as a program, it renews compiled_schemas.py",
}
"""What touches the disk all the same, and why the bytes of a spec do not depend on it."""

PROGRAMS: Final = frozenset({"write_text"})
"""What is allowed below ``if __name__ == "__main__"`` alone."""


def impurities(tree: ast.AST) -> Iterator[str]:
    """Yield what in a module's tree reaches beyond its arguments, by the last word of its name."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                full = {f"{module}.{each.name}" for each in names}
                yield from sorted(full & CALLS)
                if module.split(".")[0] in MODULES:
                    yield module
            case ast.Attribute(attr=name) if name in METHODS or _called(node) in CALLS:
                yield name
            case ast.Call(func=ast.Attribute(attr="open")) | ast.Name(id="open"):
                yield "open"


def _called(node: ast.Attribute) -> str:
    """Return an attribute with the name that it is asked of: ``datetime.now``."""
    return ".".join(ast.unparse(node).split(".")[-2:])


def without_program(tree: ast.Module) -> ast.Module:
    """Given a module, return it without what it does when it is run as a program."""
    kept = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'")
    ]
    return ast.Module(body=kept, type_ignores=[])


@cache
def parsed(path: Path) -> ast.Module:
    """Given a source file, return its tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def found() -> set[tuple[str, str]]:
    """Return what is impure in the stages, by file."""
    return {
        (str(path.relative_to(ROOT / "compiler")), name)
        for stage in STAGES
        for path in (ROOT / "compiler" / stage).rglob("*.py")
        for name in impurities(parsed(path))
    }


def test_no_stage_reaches_beyond_its_arguments() -> None:
    """Clock, chance, environment, disk, processes and sockets belong to the edges."""
    assert set() == found() - ALLOWED.keys()


def test_every_allowance_is_in_use() -> None:
    """What was mended is not allowed any longer."""
    assert set() == ALLOWED.keys() - found()


@pytest.mark.parametrize("file", [file for file, name in ALLOWED if name in PROGRAMS])
def test_what_writes_does_so_as_a_program_alone(file: str) -> None:
    """A module that is imported writes nothing."""
    module = without_program(parsed(ROOT / "compiler" / file))

    assert set() == PROGRAMS & set(impurities(module))


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import os\nos.environ['HOME']",
        "import os\nos.getenv('HOME')",
        "from os import environ",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import date\ndate.today()",
        "import random as chance",
        "from subprocess import run",
        "import socket",
        "open('x')",
        "from pathlib import Path\nPath('x').read_bytes()",
        "from pathlib import Path\nPath('x').open()",
    ],
)
def test_each_way_out_is_noticed(source: str) -> None:
    """The look at the sources finds what it is meant to find."""
    assert list(impurities(ast.parse(source)))
