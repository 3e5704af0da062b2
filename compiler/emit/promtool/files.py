"""Tests of alerts become files of promtool: one for each rule file and each evaluation interval."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from compiler.artifact.artifact import Artifact
from compiler.artifact.lines import Sourced
from compiler.artifact.notice import notice
from compiler.artifact.yaml import scalar, write_yaml
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from compiler.lower.alert_test import AlertTest, Expectation, Firing


def files_of(
    service: str,
    name: str,
    tests: Sequence[AlertTest],
    *,
    scalar: Callable[[str], str] = scalar,
) -> Iterator[Artifact]:
    """Given a service, the name of one of its rule files and tests of it, yield promtool's files.

    The interval that most tests have goes into ``<name>.yml``, each other one into a file that is
    named for it, ``<name>.5m.yml``.
    """
    counted = Counter(test.evaluation_interval_seconds for test in tests)
    for position, (interval, _) in enumerate(
        sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    ):
        chosen = [test for test in tests if test.evaluation_interval_seconds == interval]
        data = {
            "rule_files": [f"../rules/{name}.yml"],
            "evaluation_interval": format_duration(interval),
            "tests": [Sourced(_test(test), test.origin) for test in chosen],
        }
        text, origins = write_yaml(data, comments=[notice([service])], scalar=scalar)
        middle = f".{format_duration(interval)}" if position else ""
        path = f"prometheus/tests/{name}{middle}.yml"
        yield Artifact(path=path, text=text, origins=origins)


def _test(test: AlertTest) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": f"{test.alert} {test.shows}",
        "interval": format_duration(test.sample_interval_seconds),
        "input_series": [{"series": each.series, "values": each.values} for each in test.series],
    }
    # promtool compares all alerts of a name: of several, only their series can be told apart.
    whole = [each for each in test.expectations if _is_whole(each) and not test.among]
    if whole:
        said["alert_rule_test"] = [_alerts(test.alert, each) for each in whole]
    bare = [each for each in test.expectations if each not in whole]
    if bare:
        said["promql_expr_test"] = [_query(test, each) for each in bare]
    return said


def _is_whole(expectation: Expectation) -> bool:
    """Whether all that fires is foretold with its annotations."""
    return all(firing.annotations is not None for firing in expectation.firing)


def _alerts(name: str, expectation: Expectation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "eval_time": format_duration(expectation.at_seconds),
        "alertname": name,
    }
    if expectation.firing:
        said["exp_alerts"] = [_alert(firing) for firing in expectation.firing]
    return said


def _alert(firing: Firing) -> dict[str, Any]:
    return {
        "exp_labels": dict(firing.labels),
        **({"exp_annotations": dict(firing.annotations)} if firing.annotations else {}),
    }


def _query(test: AlertTest, expectation: Expectation) -> dict[str, Any]:
    """Return what the series ``ALERTS`` holds: labels alone."""
    among = "".join(f',{label}="{value}"' for label, value in sorted(test.among.items()))
    return {
        "expr": f'ALERTS{{alertname="{test.alert}",alertstate="firing"{among}}}',
        "eval_time": format_duration(expectation.at_seconds),
        "exp_samples": [
            {"labels": _series(test.alert, firing), "value": 1} for firing in expectation.firing
        ],
    }


def _series(name: str, firing: Firing) -> str:
    from compiler.lower.drive.series import selector_of

    labels = {**firing.labels, "alertname": name, "alertstate": "firing", "__name__": "ALERTS"}
    return selector_of(labels)
