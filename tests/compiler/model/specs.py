"""Valid specs that tests start from, and the way from a text or plain values to what opsc says."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from compiler.model.site import sites
from compiler.source.reader import read
from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from compiler.finding import Finding
    from compiler.model.site import Site
    from compiler.source.fault import Fault
    from compiler.source.tree import Map

REFERENCE: Final = ROOT / "specs" / "tabular.yaml"


def valid_files() -> tuple[Path, ...]:
    """Return the valid specs of the golden folder, and the reference spec where there is one."""
    golden = sorted((ROOT / "tests" / "golden" / "valid").glob("*.yaml"))
    return (*golden, REFERENCE) if REFERENCE.is_file() else tuple(golden)


def plain(path: Path) -> dict[str, Any]:
    """Given a spec's file, return its plain values."""
    values: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return values


def dumped(values: Any) -> str:
    """Given plain values, return them as YAML, keys in their order, nothing aliased."""
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        """Write every value out, also one that stands in two places."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the source and the model say about one text; `root` is None when nothing was read."""

    root: Map | None
    sites: tuple[Site, ...]
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of all environments, each once, in order."""
        found = [fault for site in self.sites for m in site.members for fault in m.faults]
        return tuple(dict.fromkeys(found))

    @property
    def roots(self) -> tuple[Map, ...]:
        """The tree as written, and as each environment reads it."""
        read_as = [member.root for site in self.sites for member in site.members]
        return (self.root, *read_as) if self.root is not None else ()

    @property
    def rules(self) -> frozenset[str]:
        """The ids of everything that is refused."""
        overlays = {finding.id for site in self.sites for finding in site.findings}
        text = {finding.id for finding in self.findings}
        return frozenset(text | overlays | {fault.rule for fault in self.faults})


def judged(text: str) -> Verdict:
    """Given the text of one spec, return what is said about it."""
    document = read("spec.yaml", textwrap.dedent(text).encode())
    found = sites([document.root]) if document.root is not None else ()
    return Verdict(root=document.root, sites=found, findings=document.findings)
