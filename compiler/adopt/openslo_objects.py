"""OpenSLO's documents by kind and name: located trees enter; objects to refer to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.adopt import openslo_model as model
from compiler.adopt.openslo_leftovers import leftovers
from compiler.adopt.refusal import foreign, left_out, misnamed
from compiler.adopt.validate import validated
from compiler.source.fault import Fault, Place
from compiler.source.suggest import nearest
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.source.tree import Map, Path

API_VERSION: Final = "openslo/v1"


@frozen
class Found(Frozen):
    """An object, the number of its document, and where in it what it says stands."""

    entry: Any
    document: int
    path: Path


class Objects:
    """The objects of all documents. `faults` are what is wrong, by the number of the document."""

    def __init__(self, roots: Sequence[Map]) -> None:
        self.faults: list[tuple[int, Fault]] = []
        self.by_kind: dict[str, dict[str, Found]] = {kind: {} for kind in model.KINDS}
        self.broken: set[tuple[str, str]] = set()
        self.used: set[tuple[str, str]] = set()
        for number, root in enumerate(roots):
            self._enter(number, root)

    def _enter(self, number: int, root: Map) -> None:
        kind = self._kind(number, root)
        if kind is None:
            return
        entry, faults = validated(model.KINDS[kind], root)
        self.faults.extend((number, fault) for fault in faults)
        if entry is None:
            metadata = root.get("metadata")
            name = metadata.get("name") if isinstance(metadata, dict) else None
            self.broken.add((kind, str(name)))
            return
        known = self.by_kind[kind]
        if entry.metadata.name in known:
            fault = misnamed(
                ("metadata", "name"),
                f"two objects of kind {kind} are called `{entry.metadata.name[:40]}`",
                "give one of them another name: others refer to them by it",
            )
            self.faults.append((number, fault))
            return
        known[entry.metadata.name] = Found(entry=entry, document=number, path=("spec",))

    def _kind(self, number: int, root: Map) -> str | None:
        """Return a document's kind, or None when it is none of OpenSLO's, which is written down."""
        wanted = (("apiVersion", (API_VERSION,)), ("kind", tuple(model.KINDS)))
        for key, values in wanted:
            given = root.get(key)
            if given in values:
                continue
            listed = " or ".join(f"`{value}`" for value in values)
            if key not in root:
                sloth = "version" in root
                fault = foreign(
                    (),
                    f"`{key}` is missing",
                    "call `opsc import sloth` for a document of Sloth"
                    if sloth
                    else f"write `{key}:` and {listed}",
                )
            else:
                close = nearest(str(given), values) if len(values) > 1 else None
                hint = f"; did you mean `{close}`?" if close else ""
                fault = foreign(
                    (key,),
                    f"`{str(given)[:40]}` is not a document that can be read",
                    f"`{key}` is {listed}{hint}",
                )
            self.faults.append((number, fault))
            return None
        return str(root["kind"])

    def add(self, number: int, fault: Fault) -> None:
        """Write down what is wrong with a document; once, though several refer to it."""
        if (number, fault) not in self.faults:
            self.faults.append((number, fault))

    def get(self, kind: str, name: str, number: int, path: Path) -> Found | None:
        """Return the object of a name that stands at a path, or None, which is written down."""
        self.used.add((kind, name))
        found = self.by_kind[kind].get(name)
        if found is None and (kind, name) not in self.broken:
            close = nearest(name, self.by_kind[kind])
            fault = Fault(
                rule="spec/unknown-reference",
                place=Place(path),
                headline=f"no {kind} is called `{name[:40]}` in these documents",
                label=f"did you mean `{close}`?" if close else "",
                help="import the documents that belong together in one call",
            )
            self.faults.append((number, fault))
        return found

    def leftovers(self) -> Iterator[tuple[int, Fault]]:
        """Yield a warning for what is in the documents and not in the spec."""
        for kind, objects in self.by_kind.items():
            for name, found in objects.items():
                if kind == "AlertNotificationTarget":
                    help_line = "a spec says in `routing` who is told, for all alerts of a team"
                    fault = left_out(("kind",), f"the target `{name[:40]}` is left out", help_line)
                    yield found.document, fault
                elif kind != "SLO" and (kind, name) not in self.used:
                    fault = left_out(
                        ("kind",),
                        f"nothing refers to the {kind} `{name[:40]}`, which is left out",
                        "import it together with the SLO that needs it",
                    )
                    yield found.document, fault
                else:
                    for fault in leftovers(found.entry):
                        yield found.document, fault
