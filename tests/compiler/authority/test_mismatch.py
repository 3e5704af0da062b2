"""What promtool says about failing tests, read: its words, and those of other versions."""

from __future__ import annotations

from compiler.authority.mismatch import Mismatch, Shown, mismatches

SAID = """\
Unit Testing:  tests.yml
  FAILED:
    name: Down one,
    alertname: Down, time: 20m, 
        exp:[
            0:
              Labels:{alertname="Down", device="e\\"t}h", severity="critical"}
              Annotations:{description="a\\nb", summary="x, {y}"}
            1:
              Labels:{alertname="Down"}
              Annotations:{}
            ], 
        got:[]
    expr: "ALERTS{alertname=\\"Down\\",alertstate=\\"firing\\"}", time: 21m,
        exp: {__name__="ALERTS", alertname="Down", device="eth0"} 1E+00
        got: nil
    rule: Down, time: 3m, err: vector contains metrics with the same labelset

Unit Testing:  other.yml
  SUCCESS
"""  # noqa: W291  # as promtool writes it


def test_every_shape_is_read() -> None:
    """Alerts with labels and annotations, samples of a query, and errors of a rule."""
    found = mismatches(SAID)

    assert found == (
        Mismatch(
            test="Down one",
            alert="Down",
            time="20m",
            expected=(
                Shown(
                    {"device": 'e"t}h', "severity": "critical"},
                    {"description": "a\nb", "summary": "x, {y}"},
                ),
                Shown({}, {}),
            ),
        ),
        Mismatch(test=None, alert="Down", time="21m", expected=(Shown({"device": "eth0"}, None),)),
        Mismatch(
            test=None,
            alert="Down",
            time="3m",
            said="vector contains metrics with the same labelset",
        ),
    )


def test_what_is_of_no_known_shape_is_told() -> None:
    """A file that promtool cannot read has its reason told as it is."""
    found = mismatches("Unit Testing:  tests.yml\n  FAILED:\n1:34: parse error: bad number\n\n")

    assert [each.said for each in found] == ["1:34: parse error: bad number"]


def test_silence_is_told_too() -> None:
    """A failure without a word is one."""
    assert [each.said for each in mismatches("")] == ["promtool says no more"]
