"""Which imports a module needs: its body enters, the lines of its imports leave.

What only annotations need is imported for type checkers alone.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MODULES: Final = (
    *("contextlib", "functools", "inspect", "itertools", "logging", "os", "re", "threading"),
    "time",
)
NAMES: Final = {
    "collections.abc": (
        *("AsyncGenerator", "Awaitable", "Callable", "Collection", "Generator", "Iterable"),
        *("Iterator", "Mapping", "MutableMapping"),
    ),
    "contextvars": ("ContextVar",),
    "dataclasses": ("dataclass",),
    "types": ("TracebackType",),
    "typing": (
        *("TYPE_CHECKING", "Any", "Final", "Generic", "Literal", "ParamSpec", "Self"),
        *("TypeAlias", "TypeVar", "cast"),
    ),
    "prometheus_client": (
        *("REGISTRY", "CollectorRegistry", "Counter", "Gauge", "Histogram", "Summary"),
        "make_asgi_app",
    ),
    "prometheus_client.multiprocess": ("MultiProcessCollector", "mark_process_dead"),
}
"""What a body may name, by the module that has it."""

PROMETHEUS: Final = tuple(source for source in NAMES if source.startswith("prometheus_client"))
IMPORTED: Final = frozenset((*MODULES, *(name for names in NAMES.values() for name in names)))


def import_lines(body: str) -> str:
    """Given the body of a module, return what stands before it."""
    run, annotated = _named(ast.parse(body))
    checked = annotated - run
    late = {
        source: found
        for source, names in NAMES.items()
        if source != "typing" and (found := [name for name in names if name in checked])
    }
    now = run | (checked & set(NAMES["typing"])) | ({"TYPE_CHECKING"} if late else set())
    blocks = [
        "from __future__ import annotations\n",
        "".join(f"import {name}\n" for name in MODULES if name in now)
        + _lines(("collections.abc", "contextvars", "dataclasses", "types", "typing"), now, ""),
        _lines(PROMETHEUS, now, ""),
    ]
    if late:
        wanted = checked - set(NAMES["typing"])
        first = _lines(("collections.abc", "types"), wanted, "    ")
        second = _lines(PROMETHEUS, wanted, "    ")
        blocks.append(f"if TYPE_CHECKING:\n{first}{chr(10) if first and second else ''}{second}")
    return "\n".join(block for block in blocks if block)


def _lines(sources: Iterable[str], wanted: set[str], indent: str) -> str:
    found = []
    for source in sources:
        names = [name for name in NAMES[source] if name in wanted]
        if names:
            found.append(_line(source, names, indent))
    return "".join(found)


def _line(source: str, names: list[str], indent: str) -> str:
    line = f"{indent}from {source} import {', '.join(names)}\n"
    if len(line) <= 101:
        return line
    inner = "".join(f"{indent}    {name},\n" for name in names)
    return f"{indent}from {source} import (\n{inner}{indent})\n"


def _named(tree: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names that a running module needs, and those of its annotations."""
    notes = {id(node) for note in _annotations(tree) for node in ast.walk(note)}
    run: set[str] = set()
    annotated: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (annotated if id(node) in notes else run).add(node.id)
    return run, annotated


def _annotations(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        found = (getattr(node, "annotation", None), getattr(node, "returns", None))
        yield from (each for each in found if each is not None)
