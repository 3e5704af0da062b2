from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import CollectorRegistry

from tests.compiler.emit.catalogues import every_metric
from tests.compiler.emit.instrumentation.compiled import imported, text_of
from tests.compiler.emit.instrumentation.shop import Shop
from tests.compiler.emit.instrumentation.watched import CLOCK, Clock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The module of a catalogue with everything in it."""
    return imported(text_of(every_metric()), tmp_path_factory.mktemp("compiled"))


@pytest.fixture
def metrics(module: Any) -> Any:
    """Its metrics, in a registry of their own."""
    return module.ShopMetrics(CollectorRegistry())


@pytest.fixture
def clock(module: Any, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time by which the module measures."""
    monkeypatch.setattr(module, "time", CLOCK)
    return CLOCK


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A service of the usual catalogue."""
    return Shop(tmp_path)
