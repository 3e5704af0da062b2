"""What a rule is.

A rule is a module ``compiler/check/rules/<family>/<fault>.py``. Its docstring is the page that
`opsc explain <family>/<fault>` shows. It has ``RULE`` and, unless another stage decides the fault,
``check(view) -> Iterator[Fault]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from compiler.check.queries import queries
from compiler.finding import Severity
from compiler.source.fault import Fault, Place
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from datetime import date

    from compiler.check.queries import Written
    from compiler.lower.plan import Plan
    from compiler.model.site import Member, Site


@frozen
class Rule(Frozen):
    """The id of a rule, ``family/fault``, and how grave its faults are.

    A comment may allow warnings and information. It may allow an error only where
    `is_allowable` says so: where what is compiled stays whole, and does what the spec says.
    """

    id: str
    severity: Severity = Severity.ERROR
    is_allowable: bool = False

    @property
    def allowed(self) -> str:
        """Which findings of the rule a comment may allow, for its page."""
        if self.severity is not Severity.ERROR or self.is_allowable:
            return "yes"
        return "no, it must be mended"

    def fault(
        self,
        place: Place,
        headline: str,
        *,
        label: str = "",
        help: str = "",  # noqa: A002  # the field's name
        related: tuple[tuple[Place, str], ...] = (),
        severity: Severity | None = None,
    ) -> Fault:
        """Return a fault of this rule, of its severity unless another one is given."""
        return Fault(
            rule=self.id,
            severity=self.severity if severity is None else severity,
            place=place,
            headline=headline,
            label=label,
            help=help,
            related=related,
        )


@dataclass(frozen=True, kw_only=True)
class View:
    """What a rule looks at: one member of a site, the whole site, its plan, and the day.

    `earlier` are the sites of the environments that are declared before this one.
    """

    site: Site
    member: Member
    plan: Plan
    today: date
    earlier: tuple[Site, ...] = ()

    @cached_property
    def queries(self) -> tuple[Written, ...]:
        """The queries of the member, as one rule after the other reads them."""
        return tuple(queries(self.member.root))
