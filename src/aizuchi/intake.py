"""The inbox as surfaces have it: who is heard at once, whose click was the first."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from aizuchi.access import concerns_us, may_enter
from aizuchi.errors import StoreError, StoreUnavailable
from aizuchi.events import Message, Signal
from aizuchi.happenings import Accepted, Happening, SignGiven
from aizuchi.hearing import FirstSigns
from aizuchi.ports import Inbox
from aizuchi.rules import Rules
from aizuchi.tracing import Recorder

MOST_KNOWN = 10_000
STORE_TRIED_AGAIN_S = 30.0
"""After so long a store that failed is tried again: only messages tell whether it is well."""


class Intake:
    """The inbox as surfaces have it: what it takes for the first time gets its first sign, unless
    it is to be refused. Once the server is to stop, it takes no message any more; a stop it does,
    while anything runs."""

    def __init__(
        self,
        inbox: Inbox,
        signs: Mapping[str, FirstSigns],
        allow: Collection[str] = (),
        rules: Rules = Rules(),
        recorder: Recorder | None = None,
    ) -> None:
        self._inbox, self._signs = inbox, signs
        self._allow, self._rules, self._recorder = allow, rules, recorder
        self._failed_at: float | None = None
        self._first: dict[str, str] = {}
        self.is_closed = False

    @property
    def is_storing(self) -> bool:
        """Whether the store has taken what it was last given, or should be tried again."""
        now = asyncio.get_running_loop().time()
        return self._failed_at is None or now - self._failed_at > STORE_TRIED_AGAIN_S

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        if messages and self.is_closed:
            raise StoreUnavailable("The server is about to stop.", "Send it again in a moment.")
        since = asyncio.get_running_loop().time()
        ours = [
            self._rules.admitted(message)
            for message in messages
            if concerns_us(message, self._allow)
        ]
        new = await self._store(ours, signals, since)
        for message in ours:
            if message.turn_id not in new:
                self._came_again(message)
                continue
            self._tell(message, Accepted())
            if may_enter(message, self._allow):
                self._heard(message, since)
        return [message.turn_id for message in ours if self._counts(message, new)]

    def _counts(self, message: Message, new: Collection[str]) -> bool:
        """Whether it is new, or is the very one that was, come again."""
        is_new = message.turn_id in new
        if is_new and message.is_first_come:
            self._first[message.turn_id] = message.ref
            if len(self._first) > MOST_KNOWN:
                del self._first[next(iter(self._first))]
        return is_new or (bool(message.ref) and self._first.get(message.turn_id) == message.ref)

    async def _store(
        self, messages: Sequence[Message], signals: Sequence[Signal], now: float
    ) -> Collection[str]:
        try:
            new = await self._inbox.accept(messages, signals)
        except StoreError:
            self._failed_at = now
            raise
        self._failed_at = None
        return new

    def _came_again(self, message: Message) -> None:
        """A copy of a message that is known; what joins nothing of ours is not kept either."""
        if self._recorder is not None and not message.joins:
            self._recorder.note(message.turn_id, "came_again")

    def _heard(self, message: Message, since: float) -> None:
        """Who is written to gets their sign; who reads sees it now."""
        if signs := self._signs.get(message.surface):
            signs.heard(message, since)
        else:
            now = asyncio.get_running_loop().time()
            self._tell(message, SignGiven(now - since))

    def _tell(self, message: Message, happening: Happening) -> None:
        if self._recorder:
            self._recorder.tell(message, happening)
