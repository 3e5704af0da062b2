"""The secrets of one step: looked up where they are kept, and hidden in all that it says."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import SecretError
from runtime.secrets import CREDENTIALS, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.contract.plan import Step
    from runtime.contract.secret import Secret
    from runtime.journal.record import StepEnd
    from runtime.masking import Mask

_PLACES: Final = frozenset({"env", "file", "credential"})


@frozen
class Hidden(Frozen):
    """The references of a step, and what hides the secrets of its job; `mask` is None without."""

    references: tuple[Secret, ...] = ()
    mask: Mask | None = None

    @classmethod
    def of(cls, step: Step, steps: Iterable[Step]) -> Hidden:
        """Given a step, and all of its job, return its secrets.

        Those of the others are hidden too: what one step leaves in a file another one may print.
        A secret that cannot be had hides nothing.
        """
        if not any(_may_refer(one.parameters) for one in steps):
            return cls()
        from runtime.masking import Mask

        found = {reference: _value(reference) for one in steps for reference in _references(one)}
        values = [value for value in found.values() if value is not None]
        return cls(references=_references(step), mask=Mask(values))

    def resolve(self, reference: Secret) -> str:
        """Return a secret's value. Raise `SecretError` when it cannot be had."""
        return resolve(reference, os.environ)

    def variables(self) -> dict[str, str]:
        """Return the variables of this process that the step's references take."""
        names = [one.env for one in self.references if one.env is not None]
        if any(one.credential is not None for one in self.references):
            names.append(CREDENTIALS)
        return {name: os.environ[name] for name in names if name in os.environ}

    def end(self, end: StepEnd) -> StepEnd:
        """Given how the step ended, return it with every secret hidden."""
        if self.mask is None:
            return end
        facts = _hide(end.facts, self.mask)
        return replace(end, summary=self.mask.text(end.summary), facts=facts)


def _references(step: Step) -> tuple[Secret, ...]:
    if not _may_refer(step.parameters):
        return ()
    from runtime.masking import references_in
    from runtime.validation import parameters_of

    return references_in(parameters_of(step.kind, step.parameters))


def _value(reference: Secret) -> str | None:
    try:
        return resolve(reference, os.environ)
    except SecretError:
        return None


def _may_refer(value: Any) -> bool:
    """Whether JSON data holds a mapping that looks like a reference; most steps have none."""
    if isinstance(value, dict):
        if len(value) == 1 and not _PLACES.isdisjoint(value):
            return True
        return any(_may_refer(item) for item in value.values())
    return isinstance(value, list | tuple) and any(_may_refer(item) for item in value)


def _hide(value: Any, mask: Mask) -> Any:
    if isinstance(value, str):
        return mask.text(value)
    if isinstance(value, dict):
        return {mask.text(key): _hide(item, mask) for key, item in value.items()}
    if isinstance(value, list):
        return [_hide(item, mask) for item in value]
    return value
