from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.artifact import slo_forms
from compiler.artifact.artifact import Artifact
from compiler.emit import prometheus, promtool
from compiler.lower.slo.families import families_of
from tests.compiler.lower.specs import plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compiler.lower.plan import Plan
    from compiler.lower.slo.plan import SloPlan

HEAD = """\
opsc: 1
service: {name: shop, title: Shop, description: Orders, owner: team}
teams: {team: {contact: {email: shop@example.org}}}
metrics:
  known_total:
    counter: Requests that are declared
    labels: {code: ["200", "500"]}
slos:
"""
WORDS = ["null", "yes", "1.5", "12:30", "it's", '"so"', "a: b", "a #b", " blank", "é", "\U0001f600"]
WORDS += ["{{ braces }}", "service", "opsc_name_0_", "back\\slash", "tab\there", "-", "~", "0x1f"]
WORDS += ["Two words", "Parts-of 3 words", "n o", "ends {", "Z.", "12 of 30"]
TEXTS = st.sampled_from(WORDS) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12
).filter(str.strip)
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True)
METRICS = st.sampled_from(["known_total", "on_total", "e_total", "null", "inf_total", "a:b:rate5m"])
SLOS = st.dictionaries(
    NAMES,
    st.fixed_dictionaries(
        {
            "title": TEXTS,
            "impact": TEXTS,
            "of": METRICS,
            "code": st.sampled_from(["5..", "500"]),
            "kind": st.sampled_from(["events", "events", "latency"]),
        }
    ),
    min_size=3,
    max_size=7,
)


def counted(said: Mapping[str, str]) -> Mapping[str, Any]:
    """Return how an SLO says what it counts."""
    if said.get("kind") == "latency":
        return {"latency": {"of": said["of"], "under": "500ms"}}
    return {"events": {"total": said["of"], "bad": {"code": {"matches": said["code"]}}}}


def plan_with(slos: Mapping[str, Mapping[str, str]]) -> Plan:
    """Return the plan of SLOs that differ in words."""
    entries: list[dict[str, Any]] = [
        {
            name: {
                "objective": "99%",
                "title": said["title"],
                "impact": said["impact"],
                **counted(said),
                "budget": {"freeze": {"remaining": "10%", "action": said["impact"]}},
            }
        }
        for name, said in slos.items()
    ]
    return plan_of(
        HEAD + "".join(f"  {json.dumps(each, ensure_ascii=False)[1:-1]}\n" for each in entries)
    )


def emitted(plan: Plan) -> tuple[Artifact, ...]:
    """Return the rules and the tests of a plan."""
    return (*prometheus.emit(plan), *promtool.emit(plan))


@given(SLOS)
def test_a_filled_form_is_what_would_have_been_written(
    slos: Mapping[str, Mapping[str, str]],
) -> None:
    """Paths, bytes and origins are the same, whatever the words are."""
    plan = plan_with(slos)
    filled = emitted(plan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slo_forms, "WORTH_A_FORM", 1_000_000)
        written = emitted(plan)

    assert written == filled


def alike(number: int) -> Mapping[str, Mapping[str, str]]:
    """Return SLOs that differ in their names alone."""
    return {
        f"slo-{each}": {
            "title": f"Requests {each}",
            "impact": "Errors",
            "of": f"service_{each}_total",
            "code": "5..",
        }
        for each in range(number)
    }


def test_slos_of_one_shape_are_written_three_times() -> None:
    """The first two and the form are; all further ones are filled."""
    families = list(families_of(plan_with(alike(30)).slos))
    written: list[str] = []

    def write(name: str, family: Sequence[SloPlan], scalar: Any) -> list[Artifact]:
        written.append(name)
        return [Artifact(path=name, text=scalar(family[0].alerts[0].name))]

    made = list(slo_forms.written(families, write, ()))

    assert ["shop.slos.slo-0", "shop.slos.slo-1"] == written[:2]
    assert len(written) == 3
    assert [name for name, _family in families] == [each.path for each in made]
    assert [family[0].alerts[0].name for _name, family in families] == [each.text for each in made]


def test_slos_of_a_declared_metric_are_not_mixed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of a metric decides on the tests: it is no mere word there."""
    slos = {**alike(3), "known": {**alike(1)["slo-0"], "of": "known_total"}}
    tests = promtool.emit(plan_with(slos))
    [known] = [each for each in tests if each.path.endswith("/shop.slos.known.yml")]

    assert 'known_total{code="500"' in known.text
