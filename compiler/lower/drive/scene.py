"""The series that an expression is shown: what it asks enters, tracks with their labels leave.

One thing is `hot` and is to cross the threshold. Beside it stand another member of its group, where
an aggregation joins them, another group that stays `calm`, and for each matcher a decoy that only
this matcher refuses: an expression that lost a part gives another result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from compiler.lower.drive.track import Track
from compiler.lower.drive.values import accepted, refused
from compiler.lower.drive.world import Unforeseeable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from compiler.lower.drive.series import Labels
    from compiler.lower.drive.uses import Kind, Reading, Use
    from compiler.lower.drive.world import Matcher
    from compiler.model.metrics import Metric
    from compiler.promql.labels import Labels as Surviving

DEFAULT_BOUNDS: Final = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    *(30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0),
)
"""Buckets of a histogram that no catalogue knows: those of client libraries, and longer ones."""

_RANK: Final[Mapping[Kind, int]] = {"gauge": 0, "stamp": 1, "ramp": 2, "counter": 3, "bucket": 4}
"""How a series is driven that is asked in several ways: by the highest of them."""


@dataclass(slots=True)
class Scene:
    """All tracks. `apart` is the label whose value is another for the calm group, if one is."""

    tracks: list[Track]
    apart: str | None
    hot: str


class _Builder:
    """Labels that are chosen so far, and the tracks made with them."""

    def __init__(
        self,
        reading: Reading,
        metrics: Mapping[str, Metric],
        surviving: Surviving,
        wanted: Iterable[str],
    ) -> None:
        self.reading = reading
        self.metrics = metrics
        self.wanted = [*reading.named, *(label for label in wanted if surviving.has(label))]
        self.wanted = [label for label in dict.fromkeys(self.wanted) if label != "le"]
        self.choices: dict[str, list[str]] = {}
        for use in reading.uses:
            for matcher in use.selector.matchers:
                self.choose(matcher.label)
        for label in self.wanted:
            self.choose(label)
        self.apart = self._apart(surviving)
        self.member = self._member(surviving)
        self.tracks: dict[tuple[tuple[str, str], ...], Track] = {}

    def choose(self, label: str) -> None:
        """Find the values that a label may have, those of the first use that matches it."""
        if label in self.choices:
            return
        known = self.known(label)
        for use in self.reading.uses:
            matchers = [each for each in use.selector.matchers if each.label == label]
            if matchers:
                found = accepted(matchers, known)
                if not found:
                    raise Unforeseeable(f"no value was found that all matchers of `{label}` accept")
                self.choices[label] = found
                return
        self.choices[label] = known if len(known) > 1 else _invented(label)

    def known(self, label: str) -> list[str]:
        """Return the values that the catalogue knows of a label."""
        found: dict[str, None] = {}
        for use in self.reading.uses:
            metric = metric_of(self.metrics, use.selector.name)
            values = metric.labels.get(label) if metric is not None else None
            if isinstance(values, tuple):
                found.update(dict.fromkeys(values))
        return list(found)

    def _apart(self, surviving: Surviving) -> str | None:
        """Return the label that tells the hot group from the calm one, and is left in the end."""
        for label in dict.fromkeys(("instance", *self.wanted, *self.choices, "replica")):
            if label != "le" and surviving.has(label):
                self.choose(label)
                if len([value for value in self.choices[label] if value]) > 1:
                    return label
        return None

    def _member(self, surviving: Surviving) -> str:
        """Return the label that tells the members of one group apart, and is aggregated away."""
        matched = {each.label for use in self.reading.uses for each in use.selector.matchers}
        taken = matched | {*self.wanted, "le", self.apart}
        offered = [*self.reading.dropped]
        for use in self.reading.uses:
            metric = metric_of(self.metrics, use.selector.name)
            offered.extend(metric.labels if metric is not None else ())
        for label in (*offered, "replica", "part"):
            if label not in taken and not surviving.has(label):
                self.choose(label)
                return label
        return "replica"

    def labels(self, use: Use, group: int, member: int) -> Labels:
        """Return the labels of a use's series."""
        labels = {label: values[0] for label, values in self.choices.items()}
        labels.pop(self.member, None)
        if self.apart is not None:
            labels[self.apart] = self.choices[self.apart][group]
        if use.aggregation is not None:
            values = self.choices.get(self.member) or _invented(self.member)
            labels[self.member] = values[min(member, len(values) - 1)]
        for matcher in use.selector.matchers:
            same = [each for each in use.selector.matchers if each.label == matcher.label]
            value = labels.get(matcher.label, "")
            if not all(each.accepts(value) for each in same):
                found = accepted(same, self.known(matcher.label))
                if not found:
                    raise Unforeseeable(
                        f"no value was found that all matchers of `{matcher.label}` accept"
                    )
                labels[matcher.label] = found[0]
        return {
            "__name__": use.selector.name,
            **{label: value for label, value in labels.items() if value},
        }

    def add(self, labels: Labels, track: Track) -> None:
        """Take a track in, or let the one with its labels serve it too."""
        key = tuple(sorted(labels.items()))
        there = self.tracks.get(key)
        if there is None:
            self.tracks[key] = track
            return
        there.uses |= track.uses
        if _RANK[track.kind] > _RANK[there.kind]:
            there.kind, there.share, there.bounds = track.kind, track.share, track.bounds

    def track(self, index: int, use: Use, labels: Labels) -> Track:
        """Return a track for a use, hot until somebody says otherwise."""
        metric = metric_of(self.metrics, use.selector.name)
        bounds = metric.buckets if metric is not None else None
        kind = use.kind
        return Track(
            labels=labels,
            kind=kind,
            role="hot",
            uses={index},
            share=use.share if use.share is not None else 0.5,
            bounds=tuple(float(bound) for bound in bounds or DEFAULT_BOUNDS),
        )


def metric_of(metrics: Mapping[str, Metric], name: str) -> Metric | None:
    """Return the catalogue's entry of a series' name, that of a histogram by its parts too."""
    found = metrics.get(name)
    if found is not None:
        return found
    base, _, suffix = name.rpartition("_")
    found = metrics.get(base) if suffix in ("bucket", "count", "sum") else None
    return found if found is not None and found.type in ("histogram", "summary") else None


def _invented(label: str) -> list[str]:
    stem = {"instance": "host", "host": "host", "job": "job"}.get(label, label)
    return [f"{stem}-1", f"{stem}-2"]


def build(
    reading: Reading,
    metrics: Mapping[str, Metric],
    surviving: Surviving,
    wanted: Iterable[str],
) -> Scene:
    """Given what is asked, a catalogue, labels that survive and those wanted, return a scene."""
    builder = _Builder(reading, metrics, surviving, wanted)
    groups = (0,) if builder.apart is None else (0, 1)
    for index, use in _once(reading.uses):
        for group in groups:
            for member in (0, 1) if use.aggregation is not None else (0,):
                track = builder.track(index, use, builder.labels(use, group, member))
                track.role = "calm" if group else "hot"
                track.member = member
                builder.add(track.labels, track)
    for labels, track in list(_decoys(builder)):
        builder.add(labels, track)
    for track in builder.tracks.values():
        track.prepare()
        found = (each.selector.accepts(track.series[0].labels) for each in reading.uses)
        track.uses |= {index for index, is_found in enumerate(found) if is_found}
    apart = builder.apart
    return Scene(
        list(builder.tracks.values()), apart, builder.choices[apart][0] if apart is not None else ""
    )


def _once(uses: Sequence[Use]) -> Iterator[tuple[int, Use]]:
    """Yield uses that find different series: what is asked in two ways is driven in one."""
    asked: dict[tuple[str, tuple[Matcher, ...]], tuple[int, Use]] = {}
    for index, use in enumerate(uses):
        key = (use.selector.name, use.selector.matchers)
        first, there = asked.get(key, (index, use))
        asked[key] = (
            first,
            replace(
                there,
                kind=max(there.kind, use.kind, key=_RANK.__getitem__),
                aggregation=there.aggregation or use.aggregation,
                share=there.share if there.share is not None else use.share,
            ),
        )
    yield from asked.values()


def _decoys(builder: _Builder) -> Iterator[tuple[Labels, Track]]:
    """Yield for each matcher what it alone refuses; another selector may yet find it."""
    uses = builder.reading.uses
    for index, use in _once(uses):
        for matcher in use.selector.matchers:
            others = [
                each
                for each in use.selector.matchers
                if each.label == matcher.label and each != matcher
            ]
            value = refused(matcher, others, builder.known(matcher.label))
            if value is None:
                continue
            labels = builder.labels(use, 0, 0)
            labels[matcher.label] = value
            labels = {label: value for label, value in labels.items() if value}
            if tuple(sorted(labels.items())) in builder.tracks:
                continue
            track = builder.track(index, use, labels)
            track.role = "decoy"
            track.owner = next(
                (
                    number
                    for number, other in enumerate(uses)
                    if other.selector != use.selector
                    and other.selector.accepts(_some(labels, track))
                ),
                None,
            )
            yield labels, track


def _some(labels: Labels, track: Track) -> Labels:
    return {**labels, "le": "+Inf"} if track.kind == "bucket" else labels


def base_level(kind: Kind, name: str) -> float:
    """Return what a series does that is held constant."""
    if kind in ("counter", "ramp"):
        return 64.0
    if kind == "stamp":
        return 30.0
    if kind == "bucket":
        return 0.05
    return float(2**34) if name.endswith("_bytes") else 1.0
