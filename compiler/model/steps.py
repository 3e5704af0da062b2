"""The steps of a job: what each one says, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import ValidationError

from compiler.model.complaint import faults_of
from compiler.model.kinds import KINDS
from compiler.model.schemas import core_schema, validator
from compiler.source.fault import Fault, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.jobs import Job, Step
    from compiler.model.kinds import Kind
    from compiler.source.tree import Path


def steps_of(job: Job) -> Iterator[tuple[str, Job | Step, tuple[str, ...]]]:
    """Given a job, yield each step's name, what says it, and its path below the job."""
    if job.steps is None:
        yield str(job.run).rpartition(".")[2], job, ()
        return
    for name, step in job.steps.items():
        yield name, step, ("steps", name)


def parameters(step: Job | Step) -> Any:
    """Given a step whose `with` is sound, return its parameters as the kind's class."""
    schema = KINDS[str(step.run)].schema
    return None if schema is None else validator(schema).validate_python(step.with_)


def job_faults(job: Job, path: Path) -> Iterator[Fault]:
    """Given a job that stands at a path, yield what is wrong with its steps and what they say."""
    if job.steps is not None and not job.steps:
        yield Fault(
            rule="spec/out-of-range",
            place=Place((*path, "steps")),
            headline="the job has no step",
            help="write what is done below `steps`, or `run` where that is one thing",
        )
    for _name, step, below in steps_of(job):
        kind = KINDS.get(str(step.run))
        if kind is not None:
            yield from _step_faults(step, kind, (*path, *below))


def _step_faults(step: Job | Step, kind: Kind, path: Path) -> Iterator[Fault]:
    if kind.subject is not None and step.of is None:
        yield Fault(
            rule="spec/missing-key",
            place=Place((*path, "run")),
            headline=f"`of` is missing: `{step.run}` is done to something",
            help=f"add `of:` with the name of an entry of `{kind.subject}`",
        )
    if kind.subject is None and step.of is not None:
        yield Fault(
            rule="spec/unknown-key",
            place=Place((*path, "of"), "key"),
            headline=f"`{step.run}` is done to nothing that could be named",
            help="leave `of` out; the parameters stand in `with`",
        )
    if kind.resource != "postgres" and step.user is not None:
        yield Fault(
            rule="spec/unknown-key",
            place=Place((*path, "user"), "key"),
            headline=f"`{step.run}` connects to no database",
            help="leave `user` out; rows that expire name theirs in `retention`",
        )
    if kind.schema is None:
        for key in step.with_:
            yield Fault(
                rule="spec/unknown-key",
                place=Place((*path, "with", key), "key"),
                headline=f"`{step.run}` has no parameter `{key}`",
                help=f"what it does is said by the entry of `{kind.subject}` that `of` names",
            )
        return
    try:
        validator(kind.schema).validate_python(step.with_)
    except ValidationError as error:
        yield from faults_of(error, (*path, "with"), core_schema(kind.schema))
