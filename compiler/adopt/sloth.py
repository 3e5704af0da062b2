"""Sloth → SLOs of a spec, with Sloth's names (`compatibility: sloth`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from compiler.adopt import sloth_model as model
from compiler.adopt.branches import reachable
from compiler.adopt.promise import (
    DISABLED,
    Promise,
    Reading,
    exact,
    is_name,
    name_of,
    percentage,
    plain,
)
from compiler.adopt.queries import windowed
from compiler.adopt.refusal import foreign, left_out, misnamed, refused
from compiler.adopt.shape import camel
from compiler.adopt.validate import validated
from compiler.model.types import ALERT_PATTERN
from compiler.promql.window import WINDOW
from compiler.source.fault import Fault, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compiler.adopt.promise import Asked
    from compiler.source.tree import Map, Path

VERSION: Final = "prometheus/v1"
API_VERSION: Final = "sloth.slok.dev/v1"
KIND: Final = "PrometheusServiceLevel"

_ALERT = re.compile(ALERT_PATTERN[:-1] + r"\Z")
_ALERT_LENGTH: Final = 100
_DECIMALS: Final = 12


def read(roots: Sequence[Map], asked: Asked) -> Reading:
    """Given the documents of Sloth, return what they promise and what is wrong with them."""
    promises: list[Promise] = []
    faults: list[tuple[int, Fault]] = []
    for number, root in enumerate(roots):
        reader = _Reader(number, root, asked)
        promises.extend(reader.promises())
        faults.extend((number, fault) for fault in reader.faults)
    return Reading(promises=tuple(promises), faults=tuple(faults), services={})


class _Reader:
    """Reads one document; `faults` are what is wrong with it so far."""

    def __init__(self, number: int, root: Map, asked: Asked) -> None:
        self.number = number
        self.root = root
        self.asked = asked
        self.faults: list[Fault] = []
        self.is_resource = "apiVersion" in root or "kind" in root
        self.base: Path = ("spec",) if self.is_resource else ()

    def promises(self) -> Iterator[Promise]:
        """Yield the document's SLOs; those that are refused are left out."""
        spec = self._spec()
        if spec is None:
            return
        if spec.slo_plugins is not None:
            self._plugins((*self.base, self._key("slo_plugins")), "SLO plugins")
        if not is_name(spec.service):
            self._name((*self.base, "service"), spec.service, "service")
        if not spec.slos:
            path = (*self.base, "slos")
            self.faults.append(
                foreign(path, "the document has no SLO", "write one, or leave the document out")
            )
        for index, slo in enumerate(spec.slos):
            yield from self._slo(slo, (*self.base, "slos", index), spec)

    def _spec(self) -> Any:
        """Return the document's specification, or None when it is none of Sloth's."""
        if not self._is_sloth():
            return None
        shape = model.Resource if self.is_resource else model.Spec
        found, faults = validated(shape, self.root)
        self.faults.extend(faults)
        if found is None or not self.is_resource:
            return found
        for key in ("namespace", "labels", "annotations"):
            if getattr(found.metadata, key):
                self.faults.append(
                    left_out(
                        ("metadata", key),
                        f"`{key}` of the resource is left out",
                        "a spec is no resource of a cluster; `labels` below `spec` are kept",
                    )
                )
        return found.spec

    def _is_sloth(self) -> bool:
        """Whether the document says that it is one of Sloth's; else write down why not."""
        wanted = (
            (("apiVersion", API_VERSION), ("kind", KIND))
            if self.is_resource
            else (("version", VERSION),)
        )
        for key, value in wanted:
            given = self.root.get(key)
            if given == value:
                continue
            if key not in self.root:
                self.faults.append(foreign((), f"`{key}` is missing", f"write `{key}: {value}`"))
            else:
                openslo = str(given).startswith("openslo/")
                self.faults.append(
                    foreign(
                        (key,),
                        f"`{given}` is not a document of Sloth",
                        "call `opsc import openslo` for it"
                        if openslo
                        else f"`{key}: {value}` is what can be read",
                    )
                )
            return False
        return True

    def _slo(self, slo: Any, path: Path, spec: Any) -> Iterator[Promise]:
        before = len(self.faults)
        if slo.plugins is not None:
            self._plugins((*path, "plugins"), "SLO plugins")
        if not is_name(slo.name):
            self._name((*path, "name"), slo.name, "SLO")
        objective = exact(slo.objective)
        if not 0 < objective < 100 or -int(objective.as_tuple().exponent) > _DECIMALS:
            self.faults.append(
                Fault(
                    rule="spec/out-of-range",
                    place=Place((*path, "objective")),
                    headline=f"an objective of `{plain(objective)}` per cent cannot be kept to",
                    help="write one above 0 and below 100, such as `99.9`: at 100 there is no"
                    " error budget",
                )
            )
        measured = self._sli(slo.sli, (*path, "sli"))
        alerts = self._alerts(slo.alerting, (*path, "alerting"))
        if len(self.faults) > before and any(
            fault.rule != "adopt/left-out" for fault in self.faults[before:]
        ):
            return
        alerts, unheard = reachable(alerts, objective, self.asked.window, (*path, "objective"))
        self.faults.extend(unheard)
        labels = {**(spec.labels or {}), **(slo.labels or {})}
        owner = labels.get("owner", "")
        described = {"description": slo.description.strip()} if slo.description else {}
        yield Promise(
            service=spec.service,
            name=slo.name,
            document=self.number,
            path=path,
            owner=owner if is_name(owner) else None,
            entry={
                **described,
                "objective": percentage(objective),
                "window": self.asked.window,
                **measured,
                "alerts": alerts,
                "compatibility": "sloth",
                **({"labels": labels} if labels else {}),
            },
        )

    def _sli(self, sli: Any, path: Path) -> dict[str, Any]:
        """Return how a spec says what is measured."""
        given = [key for key in ("events", "raw", "plugin") if getattr(sli, key) is not None]
        if "plugin" in given:
            self._plugins((*path, "plugin"), "SLI plugins")
        elif len(given) != 1:
            self.faults.append(
                Fault(
                    rule="spec/key-group",
                    place=Place(path, "key"),
                    headline="one of `events` and `raw` is needed, and not both",
                    help="keep one of them",
                )
            )
        elif sli.raw is not None:
            query = self._query((*path, "raw"), "error_ratio_query", sli.raw.error_ratio_query)
            return {"ratio": {"bad": query}}
        else:
            events = (*path, "events")
            total = self._query(events, "total_query", sli.events.total_query)
            bad = self._query(events, "error_query", sli.events.error_query)
            return {"events": {"total": total, "bad": bad}}
        return {}

    def _query(self, path: Path, field: str, query: str) -> str:
        path = (*path, self._key(field))
        text, faults = windowed(query, path)
        if not faults and WINDOW not in text:
            faults.append(
                refused(
                    path,
                    "the query has no window",
                    "write `{{.window}}` for the range: the query is asked over eight of them",
                )
            )
        self.faults.extend(faults)
        return text

    def _alerts(self, alerting: Any, path: Path) -> dict[str, Any]:
        """Return the alerts of a spec: the two that Sloth knows, and none besides."""
        said: dict[str, Any] = {}
        for kind in ("page", "ticket"):
            alert = getattr(alerting, f"{kind}_alert") or model.Alert()
            own: dict[str, Any] = {}
            if alert.disable:
                own["disabled"] = True
            else:
                own["name"] = self._alert_name(alerting.name, path)
                own.update(_kept(labels=alert.labels, annotations=alert.annotations))
            said[kind] = own
        besides = {"no_data": dict(DISABLED), "guard": dict(DISABLED)}
        kept = _kept(labels=alerting.labels, annotations=alerting.annotations)
        return {**said, **besides, **kept}

    def _alert_name(self, name: str | None, path: Path) -> str:
        if name is not None and len(name) <= _ALERT_LENGTH and _ALERT.match(name):
            return name
        if any(fault.place.path[: len(path)] == path for fault in self.faults):
            return ""  # said once, not for each of the two alerts
        if name is None:
            self.faults.append(
                Fault(
                    rule="spec/missing-key",
                    place=Place(path, "key"),
                    headline="`name` is missing",
                    label="here",
                    help="both alerts have this name: add `name:`",
                )
            )
            return ""
        proposed = "".join(word[:1].upper() + word[1:] for word in re.findall("[A-Za-z0-9]+", name))
        example = proposed if _ALERT.match(proposed) else "ShopErrors"
        self.faults.append(
            misnamed(
                (*path, "name"),
                f"an alert cannot be called `{name[:40]}` in a spec",
                f"write words in camel case, such as `{example}`, and change what routes by it",
            )
        )
        return ""

    def _name(self, path: Path, name: str, what: str) -> None:
        proposed = name_of(name)
        example = f", such as `{proposed}`" if proposed else ""
        self.faults.append(
            misnamed(
                path,
                f"the {what} cannot be called `{name[:40]}` in a spec",
                f"call it by lower-case words joined by `-` or `_`{example}; its series carry the"
                " name, so that they begin anew",
            )
        )

    def _plugins(self, path: Path, what: str) -> None:
        self.faults.append(
            refused(
                path,
                f"{what} are programs, which a spec does not run",
                "write what the plugin makes of it: queries in `events` or `raw`, labels in"
                " `labels`",
                part="key",
            )
        )

    def _key(self, field: str) -> str:
        return camel(field) if self.is_resource else field


def _kept(**said: Mapping[str, str] | None) -> dict[str, Any]:
    """Return what is not empty."""
    return {key: dict(value) for key, value in said.items() if value}
