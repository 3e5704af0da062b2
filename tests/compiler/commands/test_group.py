"""`opsc` itself: its help, and words that are no verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compiler.commands import VERBS

if TYPE_CHECKING:
    from tests.compiler.commands.conftest import Opsc


@pytest.mark.parametrize("word", [*VERBS, "drift"])
def test_help_lists_the_verbs_and_exit_codes(opsc: Opsc, word: str) -> None:
    """A newcomer sees what there is without a manual."""
    assert word in opsc("--help").stdout


def test_a_word_that_is_no_verb_gets_a_suggestion(opsc: Opsc) -> None:
    """`chekc` means check."""
    result = opsc("chekc")

    assert 2 == result.code
    assert "Did you mean 'check'?" in result.stderr
