"""Deliver what is due, once: the pass of ``opsrun deliver``, bounded in time.

The journal says what is tried before it is tried, and what became of it after. Each channel has a
thread while it is asked, so that a dead one holds up no other; all else, the journal above all,
belongs to the thread that called. One deliverer works at a time on a host: whoever comes second
leaves it to the first, which looks once more before it goes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import random
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.contract.plan import Retries
from runtime.errors import SecretError
from runtime.journal import messages
from runtime.masking import Mask
from runtime.notify.channels import send
from runtime.notify.failure import DeliveryError
from runtime.notify.letter import write
from runtime.retry import longest_wait_seconds
from runtime.secrets import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.channel import Channel
    from runtime.contract.plan import Plan
    from runtime.contract.secret import Secret
    from runtime.journal.messages import Message
    from runtime.journal.store import Store
    from runtime.notify.letter import Letter

PASS_SECONDS: Final = 240
"""Time after which a pass begins nothing more."""
ATTEMPT_SECONDS: Final = 20
"""Longest time of one attempt."""
AT_ONCE: Final = 8
"""Channels that are asked at the same time."""
COMPANY_SECONDS: Final = 60
"""Longest time for which a pass waits until a notice has waited for company."""
GIVE_UP_SECONDS: Final = 3 * 86_400
"""Age at which a message is not tried again."""
RETRIES: Final = Retries(attempts=1_000, base_seconds=30, cap_seconds=3_600)
MOST_CHARACTERS: Final = 300
"""Characters of an error that the journal keeps."""


@frozen
class Terms(Frozen):
    """How a pass is made. `environment` is the process's; `say` hears a line of talk at a time.

    Without `is_patient` nothing waits for company: what is there is told now.
    """

    state: str
    clock: Clock
    environment: Mapping[str, str]
    say: Callable[[str], None]
    is_patient: bool = True
    pass_seconds: float = PASS_SECONDS
    attempt_seconds: float = ATTEMPT_SECONDS
    chance: Callable[[], float] = random.random


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a pass did. `failed` are channels and why, with attempts that will be made again."""

    is_busy: bool = False
    messages: int = 0
    notices: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)


def deliver(store: Store, plan: Plan, terms: Terms) -> Tally:
    """Deliver what is due of the plan's channels; return what came of it.

    A channel that fails is never an error. Raise `JournalError` when the journal fails.
    """
    tally = Tally()
    seen = None
    # Whoever came while this pass held the lock has gone again, and left it what it brought.
    while seen != (seen := messages.newest(store)):
        with _lock(terms.state) as is_held:
            if not is_held:
                tally.is_busy = True
                return tally
            _Pass(store, plan, terms, tally).run()
    return tally


def attempt(
    channel: Channel,
    letter: Letter,
    environment: Mapping[str, str],
    seconds: float = ATTEMPT_SECONDS,
) -> DeliveryError | None:
    """Send a letter through a channel; return why it did not arrive. No secret is in that."""
    values: list[str] = []

    def known(reference: Secret) -> str:
        values.append(resolve(reference, environment))
        return values[-1]

    try:
        send(channel, letter, known, seconds)
    except DeliveryError as error:
        fault = error
    except SecretError as error:
        fault = DeliveryError(str(error))
    except Exception as error:  # noqa: BLE001 - a bug in one channel must not stop the others
        fault = DeliveryError(f"it could not be sent ({type(error).__name__})")
    else:
        return None
    text = Mask(values).text(str(fault))[:MOST_CHARACTERS]
    return DeliveryError(text, is_permanent=fault.is_permanent, retry_after=fault.retry_after)


@contextlib.contextmanager
def _lock(state: str) -> Iterator[bool]:
    """Hold the lock of deliverers for a block; the value is whether it was to be had."""
    descriptor = os.open(os.path.join(state, "deliver.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


class _Pass:
    """One pass over all channels."""

    def __init__(self, store: Store, plan: Plan, terms: Terms, tally: Tally) -> None:
        self.store = store
        self.plan = plan
        self.terms = terms
        self.tally = tally
        self.ends_at = terms.clock.monotonic() + terms.pass_seconds
        self.channels = {
            name: channel if terms.is_patient else _at_once(channel)
            for name, channel in plan.channels.items()
        }

    def run(self) -> None:
        """Deliver what is due, and what has waited for company soon."""
        now = self.terms.clock.now()
        old = now - timedelta(seconds=GIVE_UP_SECONDS)
        messages.give_up_strays(self.store, self.channels, before=old, now=now)
        while True:
            self._sweep()
            waits = [wait for name in self._open() if (wait := self._company(name)) is not None]
            if not waits or not self._has_time(min(waits)):
                return
            self.terms.clock.sleep(min(waits))

    def _open(self) -> list[str]:
        """Return the channels that something waits for and that did not fail in this pass."""
        waiting = messages.channels_that_wait(self.store)
        return [one for one in waiting if one in self.channels and one not in self.tally.failed]

    def _company(self, name: str) -> float | None:
        """Return for how long a channel's next group still waits for company, if not for long."""
        channel = self.channels[name]
        wait = messages.company_seconds(self.store, name, channel, self.terms.clock.now())
        return wait if wait is not None and wait <= COMPANY_SECONDS else None

    def _has_time(self, seconds: float = 0) -> bool:
        return self.terms.clock.monotonic() + seconds < self.ends_at

    def _sweep(self) -> None:
        """Ask every channel for as long as it takes what is due."""
        ended: queue.SimpleQueue[tuple[str, Message, DeliveryError | None]] = queue.SimpleQueue()
        waiting, asked = deque(self._open()), 0
        while True:
            while waiting and asked < AT_ONCE and self._has_time():
                asked += self._ask(waiting.popleft(), ended)
            if not asked:
                return
            name, message, fault = ended.get()
            asked -= 1
            if self._record(message, fault):
                waiting.append(name)

    def _ask(
        self, name: str, ended: queue.SimpleQueue[tuple[str, Message, DeliveryError | None]]
    ) -> bool:
        """Begin a channel's next message, if there is one."""
        channel = self.channels[name]
        message = messages.begin(
            self.store,
            name,
            channel,
            now=self.terms.clock.now(),
            put_off_seconds=self.terms.attempt_seconds + RETRIES.base_seconds,
        )
        if message is None:
            return False

        letter = write(message, self.plan.environment)

        def run() -> None:
            terms = self.terms
            fault = attempt(channel, letter, terms.environment, terms.attempt_seconds)
            ended.put((name, message, fault))

        threading.Thread(target=run, daemon=True).start()
        return True

    def _record(self, message: Message, fault: DeliveryError | None) -> bool:
        """Write down what became of an attempt; return whether its channel goes on."""
        now, name = self.terms.clock.now(), message.channel
        if fault is None:
            messages.delivered(self.store, message, now)
            self.tally.messages += 1
            self.tally.notices += len(message.notices)
            return True
        is_old = (now - message.made_at).total_seconds() >= GIVE_UP_SECONDS
        if not fault.is_permanent:
            self.tally.failed[name] = str(fault)
        if fault.is_permanent or is_old:
            messages.given_up(self.store, message, str(fault), now)
            self.tally.given_up[name] = str(fault)
            self.terms.say(f"{name}: {fault}; given up: {len(message.notices)} notices")
            return fault.is_permanent
        wait = self._wait_seconds(message, fault, now)
        messages.put_off(self.store, message, str(fault), now + timedelta(seconds=wait))
        self.terms.say(f"{name}: {fault}; tried again in {wait:.0f}s")
        return False

    def _wait_seconds(self, message: Message, fault: DeliveryError, now: datetime) -> float:
        longest = longest_wait_seconds(RETRIES, message.attempts)
        wait = max(longest * self.terms.chance(), _retry_after_seconds(fault.retry_after, now))
        return min(wait, messages.LONGEST_WAIT_SECONDS)


def _at_once(channel: Channel) -> Channel:
    return replace(channel, group_seconds=0)


def _retry_after_seconds(said: str | None, now: datetime) -> float:
    """Given what a receiver said, seconds or a date of HTTP, return seconds; 0 for neither."""
    from email.utils import parsedate_to_datetime

    if not said:
        return 0
    try:
        if said.strip().isascii() and said.strip().isdecimal():
            return min(float(said), messages.LONGEST_WAIT_SECONDS)
        return max(0.0, (parsedate_to_datetime(said) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0
