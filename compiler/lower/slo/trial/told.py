"""What a trial's test says: its series, a stranger's among them, and what fires when."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from compiler.lower.alert_test import AlertTest, Expectation, Firing, InputSeries
from compiler.lower.drive.render import render
from compiler.lower.drive.series import Run, notation, selector_of
from compiler.lower.slo.series import window_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.slo.plan import SloAlert
    from compiler.lower.slo.trial.course import Course, Moment
    from compiler.lower.slo.trial.trial import Trial


STRANGE_RATE: Final = 50_000
"""Events a second of another SLO."""
BUDGET: Final = "slo:period_error_budget_remaining:ratio"


def played(
    trial: Trial,
    alert: SloAlert,
    course: Course,
    step: float,
    found: Mapping[int, Moment],
    shows: str,
    *,
    is_valued: bool = True,
) -> AlertTest:
    """Given a course and what is sure of it by step, return the test that plays it.

    Annotations are compared where `is_valued`, or where they show no value.
    """
    sample = min(step, trial.sample_seconds)
    series = trial.source.play(course, round(step / sample), sample)
    expectations = tuple(
        Expectation(
            at_seconds=(number + 1) * step,
            firing=(
                (firing_of(trial.values, alert, moment.share if is_valued else None),)
                if moment.fires
                else ()
            ),
        )
        for number, moment in found.items()
    )
    return made(trial, alert, series, step, shows, expectations)


def made(
    trial: Trial,
    alert: SloAlert,
    series: tuple[InputSeries, ...],
    step: float,
    shows: str,
    expectations: tuple[Expectation, ...],
) -> AlertTest:
    """Given series, the seconds of a step and what is expected, return the test."""
    slo = trial.slo
    seconds = max(each.at_seconds for each in expectations)
    sample = min(step, trial.sample_seconds)
    return AlertTest(
        origin=slo.origin,
        service=slo.service,
        alert=alert.name,
        shows=shows + named(trial.values),
        evaluation_interval_seconds=step,
        sample_interval_seconds=sample,
        series=(*series, *_strangers(trial, alert, math.ceil(seconds / sample) + 1)),
        expectations=expectations,
        among=slo.among(alert),
    )


def named(values: Mapping[str, str]) -> str:
    """Return the group that is tried, in words."""
    return "".join(f" for {label} {value}" for label, value in values.items())


def _strangers(trial: Trial, alert: SloAlert, samples: int) -> Iterator[InputSeries]:
    """Yield what another SLO, of which all events are bad, has recorded under the same names."""
    slo, names = trial.slo, trial.slo.names
    base = window_name(names, slo.base_seconds)
    said = slo.entry.alerts.floor
    floor = [kind for kind in ("total", "bad") if said is not None]
    recorded: dict[str, tuple[float, Mapping[str, str]]] = {
        f"slo:sli_total:rate{base}": (STRANGE_RATE, {}),
        f"slo:sli_bad:rate{base}": (STRANGE_RATE, {}),
    }
    for branch in alert.branches:
        for length in (branch.short_seconds, branch.long_seconds):
            window = window_name(names, length)
            recorded[f"slo:sli_error:ratio_rate{window}"] = (1, {names.window: window})
            recorded.update(
                (f"slo:sli_{kind}:count{window}", (STRANGE_RATE, {names.window: window}))
                for kind in floor
            )
    if alert.kind == "budget":
        recorded[BUDGET] = (-1, {})
    values = {**trial.values, names.id: "stranger"}
    for name, (value, labels) in recorded.items():
        yield InputSeries(
            series=selector_of({"__name__": name, **values, **labels}),
            values=notation((Run(value, 0, samples),)),
        )


def firing_of(values: Mapping[str, str], alert: SloAlert, share: float | None) -> Firing:
    """Return what fires; its annotations where the share that they show is sure."""
    labels = {**values, **alert.labels}
    shown: dict[str, str] = {}
    for name, template in alert.annotations.items():
        is_plain = "$value" not in template
        if share is None and not is_plain:
            return Firing(labels=labels, annotations=None)
        text = render(template, share or 0.0, labels)
        if text is None:
            return Firing(labels=labels, annotations=None)
        shown[name] = text
    return Firing(labels=labels, annotations=shown)
