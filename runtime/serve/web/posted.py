"""What Alertmanager posts, version 4 of its webhook: bytes enter, alerts or a refusal leave."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from runtime.clock import from_text, to_text
from runtime.journal.alerts import Alert

MOST_ALERTS: Final = 10_000
"""Most alerts of one post."""
MOST_FAULTS: Final = 5
"""Faults that one refusal names."""
NEVER_YEAR: Final = 1
"""Year of Go's zero time, which stands where an alert has not ended."""

_NUL: Final = r"^[^\x00]*$"
Name = Annotated[str, Field(min_length=1, max_length=1_024, pattern=_NUL)]
Value = Annotated[str, Field(max_length=65_536, pattern=_NUL)]
Texts = Annotated[dict[Name, Value], Field(max_length=1_000)]


class _Model(BaseModel):
    # What a later Alertmanager adds is not our business.
    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)


class PostedAlert(_Model):
    """One alert of a post."""

    status: Literal["firing", "resolved"]
    labels: Texts
    annotations: Texts = Field(default_factory=dict)
    starts_at: AwareDatetime = Field(alias="startsAt")
    ends_at: AwareDatetime | None = Field(default=None, alias="endsAt")
    fingerprint: str = Field(pattern=r"^[0-9a-fA-F]{1,64}$")


class Post(_Model):
    """One post: the alerts of a group that changed, or that are said again."""

    version: Literal["4"]
    receiver: Value = ""
    alerts: list[PostedAlert] = Field(max_length=MOST_ALERTS)


class PostError(Exception):
    """What was posted is no post of Alertmanager's; the text quotes no value of it."""


def read_post(body: bytes) -> list[Alert]:
    """Given a body, return its alerts. Raise `PostError` with what is wrong, and where."""
    try:
        post = Post.model_validate_json(body)
        return [_alert(post, alert) for alert in post.alerts]
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        said = [f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in faults]
        more = [f"and {len(said) - MOST_FAULTS} more"] if len(said) > MOST_FAULTS else []
        raise PostError("; ".join([*said[:MOST_FAULTS], *more])) from None
    except (ValueError, OverflowError):
        raise PostError("an instant lies outside the years 1 to 9999 of UTC") from None


def _alert(post: Post, alert: PostedAlert) -> Alert:
    ends_at = alert.ends_at
    has_ended = alert.status == "resolved" and ends_at is not None and ends_at.year > NEVER_YEAR
    return Alert(
        fingerprint=alert.fingerprint.lower(),
        starts_at=from_text(to_text(alert.starts_at)),
        status=alert.status,
        ends_at=from_text(to_text(ends_at)) if has_ended and ends_at is not None else None,
        name=alert.labels.get("alertname", ""),
        labels=alert.labels,
        annotations=alert.annotations,
        receiver=post.receiver,
    )
