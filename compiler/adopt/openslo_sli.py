"""SLIs of OpenSLO → how an SLO says what it measures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from compiler.adopt import openslo_model as model
from compiler.adopt.promise import exact
from compiler.adopt.queries import windowed
from compiler.adopt.refusal import left_out, refused
from compiler.adopt.validate import validated
from compiler.promql.selector import split
from compiler.promql.window import WINDOW

if TYPE_CHECKING:
    from compiler.adopt.openslo_objects import Found, Objects
    from compiler.source.tree import Path

OPERATORS: Final = {"lte": "<=", "lt": "<", "gte": ">=", "gt": ">"}
_SUM: Final = re.compile(r"\s*sum\s*\((.*)\)\s*\Z", re.DOTALL)


class Indicators:
    """Reads SLIs; faults go to the objects'."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects

    def measured(self, sli: Found, objective: Any, place: tuple[int, Path]) -> dict[str, Any]:
        """Given an SLI, an objective and where that stands, return the key of the SLO.

        Empty when it is refused.
        """
        spec, path, number = sli.entry.spec, sli.path, sli.document
        if (spec.threshold_metric is None) == (spec.ratio_metric is None):
            self.objects.add(
                number,
                refused(
                    path,
                    "one of `thresholdMetric` and `ratioMetric` is needed, and not both",
                    "keep one of them",
                ),
            )
            return {}
        if spec.threshold_metric is not None:
            where = (*path, "thresholdMetric")
            return self._threshold(spec.threshold_metric, where, number, objective, place)
        for key in ("op", "value"):
            if getattr(objective, key) is not None:
                self.objects.add(
                    place[0],
                    refused(
                        (*place[1], key),
                        f"`{key}` compares nothing: the indicator is a ratio",
                        "leave it out",
                    ),
                )
        where = (*path, "ratioMetric")
        ratio = spec.ratio_metric
        return (self._counted if ratio.raw is None else self._raw)(ratio, where, number)

    def _threshold(
        self, metric: Any, path: Path, number: int, objective: Any, place: tuple[int, Path]
    ) -> dict[str, Any]:
        """A moment is good while the comparison holds."""
        query = self._query(metric, path, number)
        if query is not None and WINDOW in query:
            self.objects.add(
                number,
                refused(
                    self._at(path), "the value of a moment has no window", "write the range: `[5m]`"
                ),
            )
            query = None
        if objective.op is None or objective.value is None:
            self.objects.add(
                place[0],
                refused(
                    place[1],
                    "a threshold needs `op` and `value`",
                    "write `op: lte` and the `value` that is kept to",
                ),
            )
            return {}
        if query is None:
            return {}
        value = format(exact(objective.value), "f")
        return {"boolean": {"of": f"({query}) {OPERATORS[objective.op]} bool {value}"}}

    def _raw(self, ratio: Any, path: Path, number: int) -> dict[str, Any]:
        if ratio.good or ratio.bad or ratio.total:
            self.objects.add(
                number,
                refused(
                    (*path, "raw"),
                    "`raw` stands with `good`, `bad` or `total`",
                    "keep either of them",
                    part="key",
                ),
            )
        if ratio.raw_type is None:
            self.objects.add(
                number,
                refused(
                    (*path, "raw"),
                    "`rawType` is missing",
                    "write `rawType: success` or `failure`: whose share it is",
                    part="key",
                ),
            )
        query = self._query(ratio.raw, (*path, "raw"), number)
        kept = "good" if ratio.raw_type == "success" else "bad"
        return {} if query is None or ratio.raw_type is None else {"ratio": {kept: query}}

    def _counted(self, ratio: Any, path: Path, number: int) -> dict[str, Any]:
        if ratio.total is None or (ratio.good is None) == (ratio.bad is None):
            self.objects.add(
                number,
                refused(
                    path,
                    "`total` is needed with one of `good` and `bad`",
                    "write both, or `raw` with `rawType`",
                    part="key",
                ),
            )
            return {}
        if ratio.raw_type is not None:
            self.objects.add(
                number,
                refused((*path, "rawType"), "`rawType` says nothing without `raw`", "leave it out"),
            )
        said = "good" if ratio.bad is None else "bad"
        queries = {}
        for key in ("total", said):
            metric = getattr(ratio, key)
            query = self._query(metric, (*path, key), number)
            if query is not None:
                queries[key] = query
        if len(queries) != 2:
            return {}
        if ratio.counter is None and not all(WINDOW in query for query in queries.values()):
            self.objects.add(
                number,
                refused(
                    path,
                    "`counter` is missing",
                    "write `counter: true` when the"
                    " queries are counters, `false` when they are events of a moment",
                    part="key",
                ),
            )
            return {}
        if len({WINDOW in query for query in queries.values()}) == 2:
            # How the window is filled decides what is counted: events, or events a second.
            self.objects.add(
                number,
                refused(
                    path,
                    "one query has a window and the other has none",
                    "write `{{.window}}` in both of them, with the same function",
                    part="key",
                ),
            )
            return {}
        events = {
            key: self._events(query, (*path, key), number, is_counter=bool(ratio.counter))
            for key, query in queries.items()
        }
        return {"events": events} if all(events.values()) else {}

    def _events(self, query: str, path: Path, number: int, *, is_counter: bool) -> str | None:
        """Return the events of a query as a counter, or as a query with a window."""
        if WINDOW in query:
            return query
        if not is_counter:
            # Events of a moment, asked every minute and added up.
            return f"sum_over_time(({query})[{WINDOW}:1m])"
        summed = _SUM.match(query)
        inside = summed[1].strip() if summed else query
        # A sum of counters falls when one of them restarts: they are rated before they are summed.
        if split(inside) is not None:
            return inside
        self.objects.add(
            number,
            refused(
                self._at(path),
                "more than a counter, or a sum of one",
                "write the query of a window, `sum(rate(…[{{.window}}]))`: what is made of"
                " counters falls when one of them restarts",
            ),
        )
        return None

    def _query(self, metric: Any, path: Path, number: int) -> str | None:
        """Return the query of a metric, or None when it is not one that Prometheus answers."""
        source, where = metric.metric_source, (*path, "metricSource")
        if not self._is_prometheus(source, where, number):
            return None
        said, faults = validated(model.Source, source.spec, (*where, "spec"))
        query = None
        if said is not None:
            query, faults = windowed(said.query, self._at(path))
        for fault in faults:
            self.objects.add(number, fault)
        return None if faults else query

    def _is_prometheus(self, source: Any, where: Path, number: int) -> bool:
        """Whether Prometheus answers what a source asks; what is wrong with others is told."""
        kind, stands = source.type, (number, (*where, "type"))
        if source.metric_source_ref is not None:
            named = self._named(source, where, number)
            if named is not None:
                kind, stands = named.entry.spec.type, (named.document, ("spec", "type"))
            elif kind is None:
                return False
        if kind is None:
            self.objects.add(
                number,
                refused(
                    where,
                    "the metric does not say what answers it",
                    "write `type: Prometheus`",
                    part="key",
                ),
            )
            return False
        if kind.lower() != "prometheus":
            self.objects.add(
                stands[0],
                refused(
                    stands[1],
                    f"`{kind[:40]}` is not Prometheus",
                    "record the metric in Prometheus, and write its query there",
                ),
            )
            return False
        return True

    def _named(self, source: Any, where: Path, number: int) -> Found | None:
        """Return the DataSource that a source names, or None where there is no such one.

        One that says its type itself can do without.
        """
        name, reference = source.metric_source_ref, (*where, "metricSourceRef")
        if source.type is None or name in self.objects.by_kind["DataSource"]:
            found = self.objects.get("DataSource", name, number, reference)
            if found is None or source.type is None:
                return found
            if source.type.lower() != found.entry.spec.type.lower():
                self.objects.add(
                    number,
                    refused(
                        (*where, "type"),
                        f"the source `{name[:40]}` is of another type",
                        "leave out one of `type` and `metricSourceRef`",
                    ),
                )
            return found
        if ("DataSource", name) not in self.objects.broken:
            self.objects.add(
                number,
                left_out(
                    reference,
                    f"which source answers is left out: no DataSource is called `{name[:40]}`",
                    "the rules are evaluated by the Prometheus that they are loaded into",
                ),
            )
        return None

    def _at(self, path: Path) -> Path:
        return (*path, "metricSource", "spec", "query")
