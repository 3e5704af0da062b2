"""SLOs that differ in words alone: names, titles, and which series they count.

What is compiled of them differs in these words alone, too. So it is written for the first ones as
for any SLO, then once with marks in the place of the words, and that form is filled for all others.
Before a form is used, it has to make the very bytes that were written for an SLO.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from compiler.artifact.form import Form, mark, open_scalar
from compiler.artifact.yaml import scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence

    from compiler.artifact.artifact import Artifact
    from compiler.lower.slo.plan import SloAlert, SloPlan

_METRIC: Final = re.compile(r"\b([a-zA-Z_][a-zA-Z0-9_]*?)(_bucket|_count)?(?=[{\[])")
"""A metric; one of a histogram by its stem."""
WORTH_A_FORM: Final = 2
"""SLOs of a shape from which a form of it pays."""
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

    `can_be_filled` where events are counted, no test is written, and no word ends a line.
    """

    def __init__(self, slo: SloPlan, catalogue: Container[str]) -> None:
        self.slo = slo
        self._marks: dict[str, str] = {}
        self._catalogue = catalogue
        self._name = self._mark(slo.name)
        self._labels = {slo.name: self._name, slo.id: f"{slo.service}-{self._name}"}
        sli = slo.sli
        self._sli = tuple(map(self._blank_query, (sli.total, sli.bad, sli.good, sli.presence)))
        self._alerts = [(self._mark(alert.name), *self._blank_texts(alert)) for alert in slo.alerts]
        self.words = list(self._marks)
        self.key: Hashable = self._rest()

    def _mark(self, word: str) -> str:
        known = self._marks.get(word)
        if known is None:
            known = self._marks[word] = mark(len(self._marks), word)
        return known

    @property
    def can_be_filled(self) -> bool:
        slo, entry = self.slo, self.slo.entry
        is_counted = entry.events is not None or entry.latency is not None
        if slo.total_of is not None or entry.tests or not is_counted:
            return False
        return not any("\n" in word for word in self.words)

    def _blank_query(self, query: str | None) -> str | None:
        """Return a query with marks for the metrics that are nothing but names."""
        if query is None or _NOT_SIMPLE.search(query):
            return query
        pieces = query.split('"')
        pieces[::2] = [_METRIC.sub(self._blank_metric, piece) for piece in pieces[::2]]
        return '"'.join(pieces)

    def _blank_metric(self, match: re.Match[str]) -> str:
        stem, ending = match[1], match[2] or ""
        is_known = stem in self._catalogue or match[0] in self._catalogue
        return match[0] if is_known else self._mark(stem) + ending

    def _blank_texts(self, alert: SloAlert) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return an alert's labels and annotations; templates stay what they are."""
        own = self._labels
        return (
            {key: own.get(text, text) for key, text in alert.labels.items()},
            {
                key: text if "{{" in text else self._mark(text)
                for key, text in alert.annotations.items()
            },
        )

    def _rest(self) -> Hashable:
        slo, entry, sli = self.slo, self.slo.entry, self.slo.sli
        floor = entry.alerts.floor
        return (
            (slo.service, slo.strata, slo.by, slo.names.id, slo.excluded),
            (slo.window_seconds, slo.base_seconds),
            (slo.interval_seconds, slo.budget_interval_seconds),
            (self._sli, sli.is_sampled, sli.is_rate, sli.is_bounded),
            (entry.compatibility, entry.calendar, tuple(entry.labels.items())),
            floor and (floor.events, floor.errors),
            tuple(
                (alert.kind, alert.for_seconds, alert.keep_firing_for_seconds, alert.branches)
                for alert in slo.alerts
            ),
            tuple(alert.remaining for alert in slo.alerts),
            tuple(
                (name, tuple(labels.items()), tuple(annotations.items()))
                for name, labels, annotations in self._alerts
            ),
        )

    def blank(self) -> SloPlan:
        """Return the plan with marks for the words."""
        slo = self.slo
        total, bad, good, presence = self._sli
        alerts = tuple(
            replace(alert, name=name, labels=labels, annotations=annotations)
            for alert, (name, labels, annotations) in zip(slo.alerts, self._alerts, strict=True)
        )
        return replace(
            slo,
            name=self._name,
            family=self._name,
            sli=replace(slo.sli, total=str(total), bad=bad, good=good, presence=presence),
            alerts=alerts,
        )
