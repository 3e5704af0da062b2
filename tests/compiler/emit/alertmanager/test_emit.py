"""Alertmanager's files in the rest of cases."""

from __future__ import annotations

from compiler.emit import alertmanager
from compiler.emit.alertmanager.configuration import quoted
from compiler.emit.alertmanager.receivers import literal
from tests.compiler.emit import plans


def test_without_routing_there_is_no_file() -> None:
    """A plan that tells nobody configures no Alertmanager."""
    assert alertmanager.emit(plans.plan()) == ()


def test_a_matcher_holds_any_value() -> None:
    """Quotes, backslashes and breaks are escaped."""
    assert quoted('a"b\\c\nd') == '"a\\"b\\\\c\\nd"'


def test_braces_of_a_spec_are_no_template() -> None:
    """Alertmanager shows channels and addresses as they were written, whatever is in them."""
    written = "#a{{ .Nothing }}{{{b}}"

    assert '#a{{"{{"}} .Nothing }}{{"{{"}}{b}}' == literal(written)
    assert "#plain-channel" == literal("#plain-channel")
