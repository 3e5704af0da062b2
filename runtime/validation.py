"""The plan door: text enters, a validated `Plan` leaves, or one `PlanError` with every fault."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import ValidationError

from runtime.contract.kinds import KINDS
from runtime.contract.plan import MAJOR, Job, Plan
from runtime.contract.units import PLAN, parse_duration
from runtime.errors import PlanError
from runtime.relations import LONGEST_SECONDS, relation_faults
from runtime.schedule import ScheduleError, parse, zone_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic_core import ErrorDetails

    from runtime.contract.entry import Entry

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}\Z")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PHRASES: Final = {
    "missing": "is missing",
    "missing_argument": "is missing",
    "missing_keyword_only_argument": "is missing",
    "unexpected_keyword_argument": "is no key of the contract",
}


def read_plan(text: str, file: str) -> Plan:
    """Given a plan's text, return it; `file` is what messages call it. Raise `PlanError`."""
    raw = _parse(text, file)
    major = raw.get("major") if isinstance(raw, dict) else None
    if isinstance(major, int) and major != MAJOR:
        raise PlanError(
            f"{file}: the plan's version is {major}, this opsrun reads {MAJOR}:"
            " compile with a matching opsc, or upgrade opsrun"
        )
    try:
        plan: Plan = _validate(Plan, raw)
    except ValidationError as error:
        raise PlanError("\n".join(_faults(file, error, ()))) from None
    faults = [fault for key, job in plan.jobs.items() for fault in _job_faults(file, key, job)]
    faults += [f"{file}: {fault}" for fault in relation_faults(plan)]
    if faults:
        raise PlanError("\n".join(faults))
    return plan


def parameters_of(kind: str, raw: object) -> Entry:
    """Given a known kind and parameters in plan form, return them as the kind's class.

    Raise `ValidationError` when they break the contract.
    """
    parameters: Entry = _validate(KINDS[kind], raw)
    return parameters


def with_parameters(job: Job, given: Mapping[str, Mapping[str, Any]]) -> Job:
    """Given a job and parameters by kind, in plan form, return it with these in its steps.

    Raise `PlanError` when they break the contract.
    """
    steps = dict(job.steps)
    for name, step in job.steps.items():
        if step.kind not in given:
            continue
        parameters = {**step.parameters, **given[step.kind]}
        try:
            parameters_of(step.kind, parameters)
        except ValidationError as error:
            raise PlanError("\n".join(_faults("what was asked for", error, ()))) from None
        steps[name] = replace(step, parameters=parameters)
    return replace(job, steps=steps)


def _validate(entry: type[Entry], raw: object) -> Any:
    from runtime.contract.door import validator

    known = validator(entry)  # type: ignore[arg-type]  # a class is hashable
    return known.validate_json(
        json.dumps(raw), strict=True, context=PLAN, by_alias=False, by_name=True
    )


def _parse(text: str, file: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise PlanError(f"{file}: the plan is nested too deep") from None
    except ValueError as error:
        raise PlanError(f"{file}: the plan is not JSON: {error}") from None


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {json.dumps(key)} is there twice")
            seen.add(key)
    return mapping


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _job_faults(file: str, key: str, job: Job) -> Iterator[str]:
    """Yield what the contract's types alone do not say about one job."""
    where = f"{file}: jobs.{json.dumps(key)}"
    if key != f"{job.service}/{job.name}":
        yield f"{where}: the key is not `{job.service}/{job.name}`"
    for name in (job.service, job.name, *job.steps):
        if not _NAME.match(name):
            yield f"{where}: {json.dumps(name)} is not a name: letters, digits, `-` and `_`"
    if (unknown := zone_fault(job.time_zone)) is not None:
        yield f"{where}.time_zone: {unknown.message}: {unknown.help}"
    try:
        parse(job.schedule)
    except ScheduleError as error:
        yield f"{where}.schedule: {error.message}: {error.help}"
    for field in ("timeout_seconds", "start_deadline_seconds"):
        if not getattr(job, field) > 0:
            yield f"{where}.{field}: must be more than 0"
    if job.stop_grace_seconds < 0:
        yield f"{where}.stop_grace_seconds: must not be negative"
    if not job.steps:
        yield f"{where}.steps: a job needs a step"
    yield from _step_faults(file, key, job)


def _step_faults(file: str, key: str, job: Job) -> Iterator[str]:
    """Yield the faults of a job's steps: their kinds and parameters."""
    where = f"{file}: jobs.{json.dumps(key)}"
    for name, step in job.steps.items():
        if step.kind not in KINDS:
            known = ", ".join(sorted(KINDS))
            yield f"{where}.steps.{name}.kind: `{step.kind}` is no kind; there are {known}"
            continue
        try:
            parameters_of(step.kind, step.parameters)
        except ValidationError as error:
            yield from _faults(file, error, ("jobs", key, "steps", name, "parameters"))
        else:
            yield from _parameter_faults(f"{where}.steps.{name}.parameters", step.parameters)


def _parameter_faults(where: str, value: object) -> Iterator[str]:
    """Yield the times among validated parameters that are too long; their keys name the unit."""
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _parameter_faults(f"{where}[{index}]", item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _parameter_faults(f"{where}.{key}", item)
    elif where.endswith("_seconds"):
        yield from _long_faults(where, value)


def _long_faults(where: str, seconds: object) -> Iterator[str]:
    number = parse_duration(seconds) if isinstance(seconds, str) else seconds
    if isinstance(number, int | float) and number > LONGEST_SECONDS:
        yield f"{where}: must not be more than {LONGEST_SECONDS}, a hundred years"


def _faults(file: str, error: ValidationError, prefix: tuple[str | int, ...]) -> list[str]:
    """Given a validation error below `prefix`, return one line for each fault."""
    details = error.errors(include_url=False, include_input=False)
    return [f"{file}: {_place((*prefix, *detail['loc']))}: {_phrase(detail)}" for detail in details]


def _phrase(detail: ErrorDetails) -> str:
    phrase = _PHRASES.get(detail["type"])
    if phrase is not None:
        return phrase
    message = detail["msg"]
    if detail["type"] == "spec/bad-unit":
        return f"{message}: a plan holds a number, 0 or more, in the unit that the key names"
    help_line = detail.get("ctx", {}).get("help")
    return f"{message}: {help_line}" if help_line else message[:1].lower() + message[1:]


def _place(path: tuple[str | int, ...]) -> str:
    """Given a path of keys and 0-indexed positions, write it: ``jobs."a/b".places[0].root``."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            key = part if _PLAIN_KEY.match(part) else json.dumps(part)
            written += f".{key}" if written else key
    return written or "the plan"
