"""The first sign: people are told that they were heard as soon as their message is stored."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from aizuchi.calling import Caller
from aizuchi.events import Message
from aizuchi.happenings import SignGiven
from aizuchi.operations import Receipt, Sent, ShowWorking
from aizuchi.ports import Courier, Pace
from aizuchi.tracing import Recorder, begin, tell
from aizuchi.words import THINKING, language_of, say

logger = logging.getLogger(__name__)


class Given(NamedTuple):
    """A sign that was given: what it says, since when, and that it failed once that is known."""

    text: str
    since: float
    failed: asyncio.Event


class FirstSigns:
    """The signs that one surface gives at acceptance, before anybody has claimed the message.

    Each is one idempotent call that nobody waits for and that is not repeated: what comes of it is
    of use to the delivery, which gives the next one, at once where this one failed.
    """

    def __init__(
        self,
        courier: Courier,
        pace: Pace,
        has_sign: Callable[[Message], bool],
        call_timeout_s: float,
        recorder: Recorder | None = None,
    ) -> None:
        self._courier, self._pace, self._recorder = courier, pace, recorder
        self._has_sign, self._call_timeout_s = has_sign, call_timeout_s
        self._given: dict[str, Given] = {}
        self._calls: dict[str, asyncio.Task[bool]] = {}

    def heard(self, message: Message, since: float) -> None:
        """Gives the sign for a message that came then, by the loop's clock."""
        if self._has_sign(message):
            sign = ShowWorking(say(THINKING, language_of(message.text, message.locale)))
            given = Given(sign.text, since, asyncio.Event())
            self._given[message.conversation] = given
            call = asyncio.create_task(self._give(message, sign, since))
            self._calls[message.turn_id] = call
            call.add_done_callback(partial(self._over, message, given))

    def given(self, message: Message) -> Given | None:
        """The sign that stands in the message's conversation, or is under way there."""
        return self._given.get(message.conversation)

    async def given_by_now(self, message: Message) -> None:
        """Returns when no first sign of this message is under way any more."""
        if call := self._calls.get(message.turn_id):
            await asyncio.wait([call])

    def forget(self, message: Message) -> None:
        """An answer has ended there, and with it every sign."""
        self._given.pop(message.conversation, None)

    async def close(self) -> None:
        calls = [*self._calls.values()]
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    def _over(self, message: Message, given: Given, call: asyncio.Task[bool]) -> None:
        del self._calls[message.turn_id]
        error = None if call.cancelled() else call.exception()
        if error:
            logger.error("the first sign of %s broke: %s", message.turn_id, error, exc_info=error)
        if call.cancelled() or error or not call.result():
            self._failed(message, given)

    def _failed(self, message: Message, given: Given) -> None:
        given.failed.set()
        if self.given(message) is given:
            self.forget(message)

    async def _give(self, message: Message, sign: ShowWorking, since: float) -> bool:
        begin(self._recorder, message)
        is_given = isinstance(await self._call(message, sign, since), Sent)
        if is_given:
            tell(SignGiven(asyncio.get_running_loop().time() - since))
        return is_given

    async def _call(self, message: Message, sign: ShowWorking, since: float) -> Receipt | None:
        """Not once somebody else may have answered meanwhile."""
        caller = Caller(
            self._courier, self._pace, message.tenant, message.reply_to, self._call_timeout_s
        )
        if await caller.wait_for(sign, final=False):
            return None
        late = asyncio.get_running_loop().time() - since > self._call_timeout_s
        return None if late else await caller.perform(sign)
