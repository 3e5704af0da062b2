"""Alert policies of OpenSLO → the alerts of an SLO."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any, Final

from compiler.adopt.branches import is_reachable
from compiler.adopt.openslo_objects import Found
from compiler.adopt.promise import DISABLED, exact, name_of, plain
from compiler.adopt.refusal import left_out, refused
from compiler.adopt.shape import camel
from compiler.source.fault import Place
from runtime.contract.units import format_duration, parse_duration

if TYPE_CHECKING:
    from compiler.adopt.openslo_objects import Objects
    from compiler.source.tree import Path

URGENCY: Final = {
    "page": ("page", None),
    "critical": ("page", None),
    "ticket": ("ticket", None),
    "warning": ("ticket", None),
    "info": ("ticket", "info"),
}
"""The alert that a severity makes, and its severity where that is not the usual one."""

_DURATION: Final = re.compile(r"[1-9][0-9]{0,5}[mhdw]\Z")
_PARTS: Final = 12
"""The short window is a twelfth of the long one, as in The Site Reliability Workbook (2018)."""


def seconds_of(text: str) -> int | None:
    """Given a duration of OpenSLO, return its seconds; None for months, which have no length."""
    return int(parse_duration(text) or 0) if _DURATION.match(text) else None


def _is_of_no_data(spec: Any) -> bool:
    """Whether a policy tells of missing data, and of nothing else."""
    return bool(spec.alert_when_no_data and not spec.alert_when_breaching)


class Alerts:
    """Makes the alerts of one SLO; faults go to the objects'."""

    def __init__(self, objects: Objects, number: int) -> None:
        self.objects = objects
        self.number = number
        self.said: dict[str, Any] = {}
        self.places: dict[tuple[str, str], tuple[int, Path]] = {}
        self.tells_no_data = False
        self.comments: list[str] = []

    def read(self, items: Any, path: Path) -> None:
        """Given the policies of an SLO and where they stand, remember what they say."""
        if not items:
            self.comments.append(
                "No policy was given: nobody is told. Without `alerts` opsc makes some by itself."
            )
        for index, item in enumerate(items):
            policy = self._one("AlertPolicy", item, "alert_policy_ref", (*path, index), self.number)
            if policy is not None:
                self._policy(policy)

    def heard(self, objective: Decimal, path: Path) -> dict[str, Any]:
        """Given an objective in per cent and where it stands, return the section `alerts`.

        It has what the policies say, and no alert besides. A warning is added for each condition
        that could never hold.
        """
        alerts: dict[str, Any] = {}
        for kind in ("page", "ticket"):
            said = self.said.get(kind, {"windows": {}})
            alive = {
                name: pair
                for name, pair in said["windows"].items()
                if is_reachable(pair["factor"], objective)
            }
            for name in said["windows"]:
                if name not in alive:
                    self._unheard(kind, name, objective, path)
            alerts[kind] = {**said, "windows": alive} if alive else dict(DISABLED)
        if not self.tells_no_data:
            alerts["no_data"] = dict(DISABLED)
        return {**alerts, "guard": dict(DISABLED)}

    def _unheard(self, kind: str, name: str, objective: Decimal, path: Path) -> None:
        """Add the warning that a pair of windows is left out, at the threshold that it is of."""
        number, where = self.places[kind, name]
        most = (100 / (100 - objective)).quantize(Decimal("0.1"), ROUND_FLOOR)
        fault = left_out(
            where,
            f"the {kind} could never fire at a burn rate of"
            f" {plain(self.said[kind]['windows'][name]['factor'])}, which is left out",
            "with that objective more than all events would have to be bad: write a `threshold`"
            f" below {plain(most)}",
            part="value",
        )
        related = ((Place(path, document=self.number), "the objective"),)
        self.objects.add(number, replace(fault, related=related))

    def _one(self, kind: str, item: Any, field: str, path: Path, number: int) -> Found | None:
        """Return an object that is named, or that stands here itself."""
        name = getattr(item, field)
        if (name is None) == (item.spec is None):
            fault = refused(
                path, f"one of `{camel(field)}` and `spec` is needed, and not both", "keep one"
            )
            self.objects.add(number, fault)
            return None
        if name is not None:
            return self.objects.get(kind, name, number, (*path, camel(field)))
        return Found(entry=item, document=number, path=(*path, "spec"))

    def _policy(self, policy: Found) -> None:
        spec, path, number = policy.entry.spec, policy.path, policy.document
        if not (spec.alert_when_breaching or spec.alert_when_no_data):
            part = "alertWhenBreaching"
            self.objects.add(
                number,
                refused(
                    (*path, part),
                    "a policy that is silent while its condition holds",
                    "write `alertWhenBreaching: true`",
                ),
            )
        if spec.alert_when_no_data:
            self.tells_no_data = True
        for index, item in enumerate(spec.notification_targets):
            where = (*path, "notificationTargets", index)
            if item.target_ref is not None:
                self.objects.get(
                    "AlertNotificationTarget", item.target_ref, number, (*where, "targetRef")
                )
        self._conditions(policy)

    def _conditions(self, policy: Found) -> None:
        """Read a policy's condition, of which there is one; none matters where no data is."""
        spec, path, number = policy.entry.spec, policy.path, policy.document
        if len(spec.conditions) != 1 and not _is_of_no_data(spec):
            self.objects.add(
                number,
                refused(
                    (*path, "conditions"),
                    "a policy has exactly one condition",
                    "make a policy of each",
                ),
            )
        for index, item in enumerate(spec.conditions):
            where = (*path, "conditions", index)
            condition = self._one("AlertCondition", item, "condition_ref", where, number)
            if condition is not None and not _is_of_no_data(spec):
                self._condition(condition)
        if spec.conditions and _is_of_no_data(spec):
            self.objects.add(
                number,
                left_out(
                    (*path, "conditions"),
                    "the condition is left out: the policy tells of missing data alone",
                    "write `alertWhenBreaching: true` to hear of it",
                ),
            )

    def _condition(self, found: Found) -> None:
        spec, path, number = found.entry.spec, found.path, found.document
        urgency = URGENCY.get(spec.severity.lower())
        said = spec.condition
        where = (*path, "condition")
        length = self._length(said.lookback_window, (*where, "lookbackWindow"), number)
        if urgency is None:
            known = ", ".join(f"`{word}`" for word in URGENCY)
            self.objects.add(
                number,
                refused(
                    (*path, "severity"),
                    f"`{spec.severity[:40]}` does not say whether somebody is woken",
                    f"write one of {known}",
                ),
            )
        if said.op not in (None, "gt", "gte"):
            self.objects.add(
                number,
                refused(
                    (*where, "op"),
                    "an alert on a budget that burns slowly",
                    "write `op: gt`, or leave it out",
                ),
            )
        if not 0 < said.threshold <= 100_000:
            self.objects.add(
                number,
                refused(
                    (*where, "threshold"),
                    f"`{plain(exact(said.threshold))}` is not a burn rate",
                    "write a number above zero, such as `14.4`",
                ),
            )
            return
        after = self._after(said.alert_after, (*where, "alertAfter"), number)
        if urgency is None or length is None or after is None:
            return
        kind, severity = urgency
        own = {**({"severity": severity} if severity else {}), **({"for": after} if after else {})}
        short = max(60, length // _PARTS // 60 * 60)
        if short >= length:
            self.objects.add(
                number,
                refused(
                    (*where, "lookbackWindow"),
                    f"`{said.lookback_window}` is too short to look back over",
                    "write `5m` or more",
                ),
            )
            return
        pair = {
            "short": format_duration(short),
            "long": format_duration(length),
            "factor": exact(said.threshold),
        }
        self._merge(kind, own, pair, found)

    def _merge(self, kind: str, own: dict[str, Any], pair: dict[str, Any], found: Found) -> None:
        """Add a pair of windows to an alert, which others may have begun."""
        metadata = found.entry.metadata
        name = name_of(metadata.name if metadata else "") or "burn"
        before = self.said.setdefault(kind, {**own, "windows": {}})
        if {key: value for key, value in before.items() if key != "windows"} != own:
            self.objects.add(
                found.document,
                refused(
                    (*found.path, "condition"),
                    f"two conditions for the {kind} that fire after different times",
                    "give both one `alertAfter` and one `severity`",
                ),
            )
        windows = before["windows"]
        while name in windows:
            name += "-2"
        windows[name] = pair
        self.places[kind, name] = (found.document, (*found.path, "condition", "threshold"))
        text = f"The window of {pair['short']} is opsc's: it ends the {kind} soon after its cause."
        if text not in self.comments:
            self.comments.append(text)

    def _length(self, text: str, path: Path, number: int) -> int | None:
        seconds = seconds_of(text)
        if seconds is None:
            self.objects.add(
                number,
                refused(
                    path,
                    f"`{text[:40]}` is not a length of time",
                    "write a number with `m`, `h`, `d` or `w`: `1h`",
                ),
            )
        return seconds

    def _after(self, text: str | None, path: Path, number: int) -> str | None:
        """Return how long a condition must hold, empty when it need not; None for nonsense."""
        if text is None or re.fullmatch("0[mhdw]?", text):
            return ""
        seconds = self._length(text, path, number)
        return None if seconds is None else format_duration(seconds)
