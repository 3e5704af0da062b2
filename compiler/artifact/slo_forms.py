"""SLOs that differ in words alone: names, titles, and which series they count.

What is compiled of them differs in these words alone, too. So it is written for the first ones as
for any SLO, then once with marks in the place of the words, and that form is filled for all others.
Before a form is used, it has to make the very bytes that were written for an SLO.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from compiler.artifact.form import Form, are_plain, mark, open_scalar
from compiler.artifact.yaml import scalar
from compiler.lower.derived_alerts import camel_case
from compiler.lower.slo.sli import sli_of
from compiler.model.slos import default_alerts
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence

    from compiler.artifact.artifact import Artifact
    from compiler.lower.slo.plan import Alerting, Sli, SloAlert, SloPlan
    from compiler.model.slos import Slo

_METRIC: Final = re.compile(r"\b([a-zA-Z_][a-zA-Z0-9_]*?)(_bucket|_count)?(?=[{\[])")
"""A metric; one of a histogram by its stem."""
WORTH_A_FORM: Final = 2
"""SLOs of a shape from which a form of it pays."""
_BARE: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
PARTS: Final = ("_bucket", "_count")
"""What the names of a histogram's series end with."""
_NOT_SIMPLE: Final = re.compile(r"[\\'`]")
"""What makes it hard to tell where the texts of an expression end."""


class Write(Protocol):
    """Writes the artifacts of a family, given its name, its members and how texts are written."""

    def __call__(
        self, name: str, family: Sequence[SloPlan], scalar: Callable[[str], str]
    ) -> Iterable[Artifact]:
        """Return the artifacts in order."""


def written(
    families: Iterable[tuple[str, Sequence[SloPlan]]], write: Write, catalogue: Container[str]
) -> Iterator[Artifact]:
    """Given families by their names, yield the artifacts of each.

    `catalogue` has the metrics of which more is known than what they are called.
    """
    shapes: dict[Hashable, _Shape] = {}
    for name, family in families:
        words = _Words(family[0], catalogue) if len(family) == 1 else None
        if words is None or not words.can_be_filled:
            yield from write(name, family, scalar)
            continue
        shape = shapes.setdefault(words.key, _Shape())
        shape.seen += 1
        if shape.form is not None:
            yield from shape.form.fill(words.words, words.slo.origin)
            continue
        artifacts = tuple(write(name, family, scalar))
        if shape.seen == WORTH_A_FORM:
            shape.form = _form(words, artifacts, write)
        yield from artifacts


@dataclass(slots=True)
class _Shape:
    """How many SLOs of a shape there were so far, and the form of all further ones, if any."""

    seen: int = 0
    form: Form | None = None


def _form(words: _Words, artifacts: tuple[Artifact, ...], write: Write) -> Form | None:
    """Return the form of an SLO, of which the artifacts are known; None where it has others."""
    blank = words.blank()
    name = f"{blank.service}.slos.{blank.name}"
    form = Form(write(name, [blank], open_scalar), len(words.words))
    return form if form.fill(words.words, words.slo.origin) == artifacts else None


class _Words:
    """The words of an SLO that is alone in its family, and all else that is written of it, `key`.

    `can_be_filled` where events are counted, no test is written, and each word stands in all that
    is written as it is: none ends a line, or is more than a text to a template.
    """

    def __init__(self, slo: SloPlan, catalogue: Container[str]) -> None:
        self.slo = slo
        self._catalogue = catalogue
        entry = slo.entry
        said = (slo.title, entry.impact or "", entry.description or "")
        actions = [step.action for step in entry.budget.values()]
        self.words = [slo.name, camel_case(slo.name), *said, *actions]
        self._are_plain = are_plain(self.words)
        self._spoken = len(self.words)
        self._metrics: dict[str, str] = {}
        self._counted = self._blank_counted()
        self._sli = slo.sli if self._counted is not None else self._blank_sli()

    @property
    def _marks(self) -> list[str]:
        """The marks of all words but metrics."""
        return list(map(mark, range(self._spoken), self.words))

    @property
    def can_be_filled(self) -> bool:
        """Whether a form may be filled with the words."""
        slo, entry = self.slo, self.slo.entry
        is_counted = entry.events is not None or entry.latency is not None
        if slo.total_of is not None or entry.tests or not is_counted:
            return False
        return self._are_plain or not any("\n" in word or "{{" in word for word in self.words)

    def _blank_counted(self) -> tuple[str, Hashable] | None:
        """Return a mark for the metric that is counted, and how it is; None where it is more."""
        events, latency = self.slo.entry.events, self.slo.entry.latency
        how: Hashable
        if events is not None and not (isinstance(events.bad, str) or isinstance(events.good, str)):
            metric, how = events.total, (events.bad, events.good)
        elif latency is not None:
            metric, how = latency.of, (latency.under_seconds, latency.native)
        else:
            return None
        is_known = any(f"{metric}{part}" in self._catalogue for part in ("", *PARTS))
        if is_known or _BARE.match(metric) is None or metric.endswith(PARTS):
            return None
        self.words.append(metric)
        return mark(self._spoken, metric), how

    def _blank_sli(self) -> Sli:
        """Return how events are counted, with marks for metrics."""
        sli = self.slo.sli
        total, bad, good, presence = map(
            self._blank_query, (sli.total, sli.bad, sli.good, sli.presence)
        )
        return replace(sli, total=str(total), bad=bad, good=good, presence=presence)

    def _blank_query(self, query: str | None) -> str | None:
        """Return a query with marks for the metrics that are nothing but names."""
        if query is None or _NOT_SIMPLE.search(query):
            return query
        pieces = query.split('"')
        pieces[::2] = [_METRIC.sub(self._blank_metric, piece) for piece in pieces[::2]]
        return '"'.join(pieces)

    def _blank_metric(self, match: re.Match[str]) -> str:
        stem, ending = match[1], match[2] or ""
        if stem in self._catalogue or match[0] in self._catalogue:
            return match[0]
        known = self._metrics.get(stem)
        if known is None:
            known = self._metrics[stem] = mark(len(self.words), stem)
            self.words.append(stem)
        return known + ending

    @property
    def key(self) -> Hashable:
        """All that is written of the SLO, its words left out."""
        slo, entry = self.slo, self.slo.entry
        return (
            self._are_plain or tuple(self._marks),
            (slo.service, slo.alerting, slo.dashboard_url, slo.owner, slo.excluded, slo.windows),
            (slo.interval_seconds, slo.budget_interval_seconds),
            self._counted or self._sli,
            (entry.objective_ratio, entry.window_seconds, entry.calendar, entry.by),
            (entry.compatibility, entry.runbook, entry.dashboard, entry.impact is None),
            tuple(entry.objectives.items()),
            tuple(entry.labels.items()),
            # Most SLOs say nothing of their alerts, and share what is said then.
            entry.alerts is not default_alerts() and _hashable(entry.alerts),
            tuple(
                (name, step.remaining_ratio, step.severity, step.for_seconds)
                for name, step in entry.budget.items()
            ),
        )

    def blank(self) -> SloPlan:
        """Return the plan with marks for the words."""
        slo, entry = self.slo, self.slo.entry
        name, camel, title, impact, description, *actions = self._marks
        said = replace(
            entry,
            title=title,
            impact=None if entry.impact is None else impact,
            description=None if entry.description is None else description,
            budget={
                key: replace(step, action=action)
                for (key, step), action in zip(entry.budget.items(), actions, strict=True)
            },
        )
        sli: Sli | None = self._sli
        if self._counted is not None:
            said = _counting(said, self._counted[0])
            sli = sli_of(said, service=slo.service, parts={})
        return replace(
            slo,
            name=name,
            family=name,
            title=title,
            entry=said,
            sli=sli or slo.sli,
            alerting=_Renamed(slo.alerting, camel_case(name), camel),
        )


def _counting(entry: Slo, metric: str) -> Slo:
    """Return an SLO that counts another metric in the same way."""
    if entry.events is not None:
        return replace(entry, events=replace(entry.events, total=metric))
    return replace(entry, latency=entry.latency and replace(entry.latency, of=metric))


@frozen(kw_only=False)
class _Renamed(Frozen):
    """The alerts of an SLO, with another text in the place of the one that is in their names."""

    alerting: Alerting
    before: str
    after: str

    def names(self, slo: SloPlan) -> tuple[str, ...]:
        return tuple(name.replace(self.before, self.after) for name in self.alerting.names(slo))

    def alerts(self, slo: SloPlan) -> tuple[SloAlert, ...]:
        return tuple(
            replace(alert, name=name)
            for alert, name in zip(self.alerting.alerts(slo), self.names(slo), strict=True)
        )


def _hashable(value: Any) -> Hashable:
    """Return what is equal for equal entries, and can be hashed."""
    if isinstance(value, Frozen):
        return (type(value), *map(_hashable, value.__getstate__()))
    if isinstance(value, dict):
        return tuple((key, _hashable(each)) for key, each in value.items())
    said: Hashable = value
    return said
