"""Compiled modules, imported: a catalogue enters, the module that its service would use leaves."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from typing import TYPE_CHECKING, Any

from compiler.emit import instrumentation
from tests.compiler.emit.catalogues import plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import ModuleType

    from compiler.model.metrics import Metric

_NUMBERS = itertools.count()


def text_of(metrics: Mapping[str, Metric], service: str = "shop") -> str:
    """Return the text of the module that a catalogue compiles to."""
    (artifact,) = instrumentation.emit(plan_of(metrics, service))
    return artifact.text


def imported(text: str, folder: Path) -> Any:
    """Return a module of a text, imported from a file of the folder under a name of its own."""
    name = f"compiled_{next(_NUMBERS)}_metrics"
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
