from __future__ import annotations

import pkgutil

import pytest

import runtime.kinds
from runtime.contract.kinds import KINDS
from runtime.kinds.registry import carry_out_of


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_the_contract_can_be_carried_out(kind: str) -> None:
    """Each has a module of its name with the one function, and a page."""
    function = carry_out_of(kind)

    assert function.__module__ == f"runtime.kinds.{kind.replace('.', '_')}"
    assert f"`{kind}`" in str(__import__(function.__module__, fromlist=["x"]).__doc__)


def test_no_module_of_a_kind_is_forgotten_in_the_contract() -> None:
    """A module named like a kind is registered."""
    names = {module.name for module in pkgutil.iter_modules(runtime.kinds.__path__)}
    kinds = {name for name in names if "_" in name or name == "command"}

    assert {kind.replace(".", "_") for kind in KINDS} == kinds


def test_an_unknown_kind_is_not_imported() -> None:
    """A name that is no kind raises, whatever module it would lead to."""
    with pytest.raises(KeyError):
        carry_out_of("registry")
