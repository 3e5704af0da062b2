"""One manifest: the object, or the head of it and a text that stands in it, becomes an artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.artifact.artifact import Artifact, LineRange
from compiler.artifact.notice import notice
from compiler.artifact.yaml import write_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compiler.lower.plan import Origin, Plan

MANAGED: dict[str, str] = {"app.kubernetes.io/managed-by": "opsc"}
"""The label by which what is no longer written is found, and pruned."""


def head(
    kind: str,
    version: str,
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Given kind, version of the interface and name, return what an object begins with."""
    metadata: dict[str, Any] = {"name": name, "labels": {**(labels or {}), **MANAGED}}
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def manifest(
    name: str,
    data: Mapping[str, Any],
    plan: Plan,
    *,
    origin: Origin | None = None,
    comments: Iterable[str] = (),
) -> Artifact:
    """Given an object, return ``kubernetes/<name>.yaml``, which comes from one entry as a whole."""
    text, origins = write_yaml(dict(data), comments=[notice(plan.services), *comments])
    whole = () if origin is None else (LineRange(1, text.count("\n"), origin),)
    return Artifact(path=_path(name), text=text, origins=(*whole, *origins))


def around(name: str, data: Mapping[str, Any], inner: Artifact, plan: Plan) -> Artifact:
    """Given an object whose last value is another artifact's text, return its manifest.

    What is known of the text's lines is known of the manifest's, where the text stands in lines.
    """
    text, _none = write_yaml(dict(data), comments=[notice(plan.services)])
    lines, own = text.count("\n"), inner.text.count("\n")
    origins = inner.origins if inner.text.rstrip("\n").count("\n") < lines - 1 else ()
    return Artifact(path=_path(name), text=text, origins=_moved(origins, lines - own))


def above(name: str, data: Mapping[str, Any], key: str, inner: Artifact, plan: Plan) -> Artifact:
    """Given an object, and a YAML artifact as the value of its last key, return the manifest.

    The artifact's own lines stand in it, without the comments above them.
    """
    text, _none = write_yaml(dict(data), comments=[notice(plan.services)])
    lines = inner.text.splitlines()
    comments = next(index for index, line in enumerate(lines) if not line.startswith("#"))
    body = [f"  {line}" if line else "" for line in lines[comments:]]
    written = f"{text}{key}:\n" + "\n".join(body) + "\n"
    offset = text.count("\n") + 1 - comments
    return Artifact(path=_path(name), text=written, origins=_moved(inner.origins, offset))


def _moved(origins: Iterable[LineRange], offset: int) -> tuple[LineRange, ...]:
    return tuple(
        LineRange(lines.first + offset, lines.last + offset, lines.origin) for lines in origins
    )


def _path(name: str) -> str:
    return f"kubernetes/{name}.yaml"
