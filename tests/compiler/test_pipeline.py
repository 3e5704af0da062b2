"""The stages in order, as the commands call them."""

from __future__ import annotations

import pytest

from compiler.pipeline import compile_plan
from tests.compiler.emit import plans


def test_two_artifacts_at_one_path_are_never_written() -> None:
    """What no rule has found is not lost in silence: the compilation breaks off."""
    plan = plans.plan(groups=(plans.group(plans.alert("Twice"), plans.alert("Twice")),))

    with pytest.raises(AssertionError, match=r"runbooks/Twice\.md"):
        compile_plan(plan)


def test_artifacts_are_sorted_by_path() -> None:
    """The order of the emitters does not show."""
    paths = [artifact.path for artifact in compile_plan(plans.plan(jobs=plans.every_job()))]

    assert paths == sorted(set(paths))
