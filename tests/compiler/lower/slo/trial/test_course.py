"""Courses: what is sure of an alert, and what is left open."""

from __future__ import annotations

from compiler.lower.slo.trial.course import Phase, Watch, moments, turns

WATCH = Watch(short=5, long=60, threshold=0.1)


def fires(*phases: Phase, pending: int = 0, kept: int = 0) -> list[bool | None]:
    """Return what is sure after every step of a course."""
    return [moment.fires for moment in moments(phases, (WATCH,), pending, kept)]


def test_an_error_rate_over_the_threshold_fires_when_the_long_window_is_full_of_it() -> None:
    """95% of it, at 5% over; shortly before it is not sure."""
    found = fires(Phase(60, 0), Phase(70, 0.105), Phase(10, 0))
    first = found.index(True)

    assert 57 <= first - 60 <= 61
    assert False not in found[first : 60 + 70]
    assert {False} == set(found[: 60 + 50])


def test_an_error_rate_under_the_threshold_never_fires() -> None:
    """However long it lasts."""
    assert {False} == set(fires(Phase(300, 0.095)))


def test_an_alert_ends_when_the_short_window_is_clean() -> None:
    """Though the long one is not."""
    found = fires(Phase(60, 0), Phase(20, 1), Phase(20, 0))

    assert True is found[80]
    assert [False] * 10 == found[86:96]


def test_what_hangs_on_one_sample_is_not_told() -> None:
    """At the threshold itself nothing is sure."""
    assert {None} == set(fires(Phase(100, 0.1)))


def test_a_wait_and_an_echo_are_counted_in_steps() -> None:
    """The alert fires later by `for`, and ends later by `keep_firing_for`."""
    plain = fires(Phase(60, 0), Phase(30, 1), Phase(40, 0))
    waits = fires(Phase(60, 0), Phase(30, 1), Phase(40, 0), pending=4)
    lasts = fires(Phase(60, 0), Phase(30, 1), Phase(40, 0), kept=10)

    assert plain.index(True) + 4 == waits.index(True)
    assert plain.index(False, 80) + 10 == lasts.index(False, 80)


def test_no_sum_of_records_is_sure_while_it_smears() -> None:
    """The shortest window may still tell of what was before."""
    summed = Watch(short=5, long=60, threshold=0.1, smear=5)
    found = [m.fires for m in moments((Phase(60, 0), Phase(30, 1), Phase(30, 0)), (summed,), 0, 0)]

    assert found.index(False, 80) > fires(Phase(60, 0), Phase(30, 1), Phase(30, 0)).index(False, 80)


def test_a_share_is_given_where_the_short_window_is_even() -> None:
    """An annotation can show it."""
    found = moments((Phase(60, 0.2), Phase(3, 0.4)), (WATCH,), 0, 0)

    assert (0.2, None) == (found[50].share, found[61].share)


def test_moments_to_ask_at_are_those_around_a_turn() -> None:
    """The last that is sure before, and the first after."""
    found = moments((Phase(60, 0), Phase(20, 1), Phase(20, 0)), (WATCH,), 0, 0)
    asked = list(turns(found))

    assert [False, True, True, False] == [found[step].fires for step in asked]
