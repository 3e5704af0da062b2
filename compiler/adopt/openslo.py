"""OpenSLO → SLOs of a spec: one for each objective."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from compiler.adopt.openslo_alerts import Alerts, seconds_of
from compiler.adopt.openslo_objects import Found, Objects
from compiler.adopt.openslo_sli import Indicators
from compiler.adopt.promise import (
    Promise,
    Reading,
    ServiceSaid,
    exact,
    is_name,
    name_of,
    percentage,
    plain,
)
from compiler.adopt.refusal import foreign, left_out, misnamed, refused
from compiler.adopt.shape import camel
from compiler.finding import Severity
from compiler.model.types import LABEL_PATTERN
from compiler.source.fault import Fault, Place
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from compiler.adopt.promise import Asked
    from compiler.source.tree import Map, Path

RESERVED: Final = frozenset({"alertname", "owner", "service", "severity"})
"""Labels of alerts that opsc sets."""

CALENDAR: Final = {"1M": ("month", "30d"), "1Q": ("quarter", "90d")}
"""Calendar windows: the period that is reported, and the window that alerts look at."""

_LABEL: Final = re.compile(LABEL_PATTERN[:-1] + r"\Z")
_START: Final = re.compile(r"[0-9]{4}-([0-9]{2})-01[ T]00:00(?::00)?\Z")
_QUARTERS: Final = frozenset({"01", "04", "07", "10"})
_DECIMALS: Final = 12


def read(roots: Sequence[Map], asked: Asked) -> Reading:  # noqa: ARG001  # as every format's
    """Given the documents of OpenSLO, return what they promise and what is wrong with them."""
    objects = Objects(roots)
    found = objects.by_kind["SLO"]
    promises = [promise for slo in found.values() for promise in _Reader(objects, slo).promises()]
    if roots and not found and not objects.faults:
        fault = foreign(
            ("kind",),
            "there is no SLO in the documents",
            "import it with the objects that it refers to",
        )
        objects.faults.append((0, fault))
    objects.faults.extend(_meeting(found.values()))
    objects.faults.extend(objects.leftovers())
    services = {
        name_of(name): ServiceSaid(
            title=service.entry.metadata.display_name or name,
            description=service.entry.spec.description if service.entry.spec else None,
        )
        for name, service in objects.by_kind["Service"].items()
        if ("Service", name) in objects.used
    }
    return Reading(promises=tuple(promises), faults=tuple(objects.faults), services=services)


def _meeting(slos: Iterable[Found]) -> Iterator[tuple[int, Fault]]:
    """Yield a fault for each service that would have the name of another one in a spec."""
    path: Path = ("spec", "service")
    first: dict[str, Found] = {}
    told: set[str] = set()
    for slo in slos:
        given = slo.entry.spec.service
        name = name_of(given)
        other = first.setdefault(name, slo)
        known = other.entry.spec.service
        if not name or given == known or given in told:
            continue
        told.add(given)
        fault = misnamed(
            path,
            f"the services `{known[:40]}` and `{given[:40]}` are both called `{name}` in a spec",
            "import them apart, or rename one: a name has lower-case letters, digits, `-`, begins"
            " with a letter, and has 63 characters at most",
        )
        related = ((Place(path, document=other.document), "the other one"),)
        yield slo.document, replace(fault, related=related)


@frozen
class _Window(Frozen):
    """How a spec says a window."""

    entry: dict[str, Any]
    comment: str = ""


class _Reader:
    """Reads one SLO; faults go to the objects'."""

    def __init__(self, objects: Objects, slo: Found) -> None:
        self.objects = objects
        self.number = slo.document
        self.entry = slo.entry
        self.indicators = Indicators(objects)

    def promises(self) -> Iterator[Promise]:
        """Yield an SLO for each objective; none when a part of it is refused."""
        spec, metadata = self.entry.spec, self.entry.metadata
        before = self._errors()
        service = self._service()
        window = self._window()
        alerts = Alerts(self.objects, self.number)
        alerts.read(spec.alert_policies, ("spec", "alertPolicies"))
        if spec.budgeting_method != "Occurrences":
            self._refuse(
                ("spec", "budgetingMethod"),
                "a budget of time slices cannot be said",
                "write `Occurrences`; where slices matter, record whether one is good,"
                " and promise that with `boolean` in a spec",
            )
        if not name_of(metadata.name):
            fault = misnamed(("metadata", "name"), "the name has no letter", "give it one")
            self._add(fault)
        if not spec.objectives:
            self._refuse(("spec", "objectives"), "the SLO has no objective", "write one")
        entries = [self._objective(index, each) for index, each in enumerate(spec.objectives)]
        labels, owner = self._labels()
        if self._errors() > before:
            return
        for index, entry in enumerate(entries):
            objective = Decimal(entry["objective"][:-1])
            yield Promise(
                service=service,
                name=self._name(index),
                document=self.number,
                path=("metadata",),
                owner=owner,
                entry={
                    **self._titles(index, entry.pop("about")),
                    "objective": entry.pop("objective"),
                    **window.entry,
                    **entry,
                    "alerts": alerts.heard(objective, ("spec", "objectives", index)),
                    **({"labels": labels} if labels else {}),
                },
                comments=(*([window.comment] if window.comment else []), *alerts.comments),
            )

    def _errors(self) -> int:
        return sum(fault.severity is Severity.ERROR for _, fault in self.objects.faults)

    def _service(self) -> str:
        given = self.entry.spec.service
        if given in self.objects.by_kind["Service"]:
            self.objects.used.add(("Service", given))
        if not name_of(given):
            self._add(misnamed(("spec", "service"), "the name has no letter", "give it one"))
        return name_of(given)

    def _name(self, index: int) -> str:
        name = name_of(self.entry.metadata.name)
        objectives = self.entry.spec.objectives
        if len(objectives) == 1:
            return name
        names = [
            name_of(each.display_name or "") or str(i + 1) for i, each in enumerate(objectives)
        ]
        own = names[index] if names.count(names[index]) == 1 else str(index + 1)
        return f"{name[: 62 - len(own)]}-{own}"

    def _titles(self, index: int, about: str) -> dict[str, str]:
        metadata, spec = self.entry.metadata, self.entry.spec
        kept = "" if metadata.name == self._name(index) else metadata.name
        title = metadata.display_name or kept
        objective = spec.objectives[index].display_name
        if objective and objective != title:
            title = f"{title or metadata.name}: {objective}"
        described = [text.strip() for text in (spec.description, about) if text]
        said = {"title": title, "description": "\n".join(dict.fromkeys(filter(None, described)))}
        return {key: text for key, text in said.items() if text}

    def _objective(self, index: int, said: Any) -> dict[str, Any]:
        path: Path = ("spec", "objectives", index)
        for key in ("time_slice_target", "time_slice_window", "composite_weight"):
            if getattr(said, key) is not None:
                help_line = (
                    "write `composite: {weighted: …}` with an objective of its own in the spec"
                    if key == "composite_weight"
                    else "leave it out: `Occurrences` counts events"
                )
                self._refuse((*path, camel(key)), f"`{camel(key)}` cannot be said", help_line)
        objective = self._target(said, path)
        sli = self._indicator(said, path)
        measured = self.indicators.measured(sli, said, (self.number, path)) if sli else {}
        about = (sli.entry.spec.description or "") if sli else ""
        return {"about": about, "objective": objective, **measured}

    def _target(self, said: Any, path: Path) -> str:
        if (said.target is None) == (said.target_percent is None):
            self._refuse(
                path,
                "one of `target` and `targetPercent` is needed, and not both",
                "keep one of them",
            )
            return ""
        key = "target" if said.target_percent is None else "targetPercent"
        share = exact(said.target) * 100 if key == "target" else exact(said.target_percent)
        share = share.normalize()
        if not 0 < share < 100 or -int(share.as_tuple().exponent) > _DECIMALS:
            given = said.target if key == "target" else said.target_percent
            self._add(
                Fault(
                    rule="spec/out-of-range",
                    place=Place((*path, key)),
                    headline=f"a target of `{plain(exact(given))}` cannot be kept to",
                    help="write a `target` above 0 and below 1, or a `targetPercent` below 100",
                )
            )
        return percentage(share)

    def _indicator(self, said: Any, path: Path) -> Found | None:
        """Return the SLI of an objective: its own, or the SLO's."""
        spec = self.entry.spec
        ways = [
            (said.indicator, said.indicator_ref, path),
            (spec.indicator, spec.indicator_ref, ("spec",)),
        ]
        given = [way for way in ways if way[0] is not None or way[1] is not None]
        if len(given) != 1 or (given[0][0] is not None and given[0][1] is not None):
            self._refuse(
                path,
                "one of `indicator` and `indicatorRef` is needed, once",
                "say what is measured in the SLO, or in each objective",
            )
            return None
        indicator, name, where = given[0]
        if indicator is not None:
            return Found(entry=indicator, document=self.number, path=(*where, "indicator", "spec"))
        return self.objects.get("SLI", name, self.number, (*where, "indicatorRef"))

    def _window(self) -> _Window:
        windows = self.entry.spec.time_window
        if not windows:
            return _Window(entry={"window": "30d"}, comment="No window was given: 30d is usual.")
        if len(windows) > 1:
            self._refuse(("spec", "timeWindow"), "an SLO has one window", "make an SLO of each")
        window, path = windows[0], ("spec", "timeWindow", 0)
        if window.calendar is not None or window.is_rolling is False:
            return self._calendar(window, path)
        seconds = seconds_of(window.duration)
        if seconds is None:
            self._refuse(
                (*path, "duration"),
                f"`{window.duration[:40]}` has no length that is always the same",
                "write `30d`, `90d` or `365d`",
            )
        return _Window(entry={"window": format_duration(seconds or 0)})

    def _calendar(self, window: Any, path: Path) -> _Window:
        if window.is_rolling:
            self._refuse(
                (*path, "isRolling"),
                "a window that rolls has no `calendar`",
                "leave out one of them",
            )
        period, length = CALENDAR.get(window.duration, ("", ""))
        if not period:
            self._refuse(
                (*path, "duration"),
                f"a calendar window of `{window.duration[:40]}` cannot be said",
                "write `1M` or `1Q`, or a window that rolls",
            )
            return _Window(entry={})
        if window.calendar is None:
            self._refuse(
                path,
                "a window that does not roll needs `calendar`",
                "say when it begins, or write `isRolling: true`",
            )
            return _Window(entry={})
        start = _START.match(window.calendar.start_time)
        if start is None or (period == "quarter" and start[1] not in _QUARTERS):
            self._refuse(
                (*path, "calendar", "startTime"),
                f"a {period} that does not begin with the calendar's",
                "write the first day of one, at 00:00:00",
            )
        if window.calendar.time_zone.upper() not in ("UTC", "ETC/UTC"):
            self._refuse(
                (*path, "calendar", "timeZone"),
                "Prometheus knows the calendar of UTC alone",
                "write `timeZone: UTC`",
            )
        return _Window(
            entry={"window": length, "calendar": [period]},
            comment=f"The budget is reported by calendar {period}; alerts look at {length}.",
        )

    def _labels(self) -> tuple[dict[str, str], str | None]:
        """Return the labels that a spec can have, and the team that they name."""
        labels: dict[str, str] = {}
        owner: str | None = None
        for key, value in (self.entry.metadata.labels or {}).items():
            path = ("metadata", "labels", key)
            if key in ("owner", "team") and isinstance(value, str) and is_name(value):
                owner = value if owner is None or key == "owner" else owner
                if key == "owner":
                    continue
            if not _LABEL.match(key) or not isinstance(value, str) or not value:
                self._add(
                    left_out(
                        path,
                        f"the label `{key[:40]}` is left out",
                        "labels in"
                        " Prometheus are one text each, with a name of letters, digits and"
                        " `_`",
                    )
                )
            elif key in RESERVED or key.startswith("slo_"):
                self._add(
                    left_out(
                        path,
                        f"the label `{key[:40]}` is left out",
                        "opsc sets it: give it another name",
                    )
                )
            else:
                labels[key] = value
        return labels, owner

    def _refuse(self, path: Path, headline: str, help_line: str) -> None:
        self._add(refused(path, headline, help_line))

    def _add(self, fault: Fault) -> None:
        self.objects.add(self.number, fault)
