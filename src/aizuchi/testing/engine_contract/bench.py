"""What the promises share: an engine that runs, messages to accept, turns to take to their end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from aizuchi.answers import Finished, TextDelta
from aizuchi.events import Audience, Message, Place, Sender
from aizuchi.ports import Allowance, Engine, Settlement
from aizuchi.recall import Scope
from aizuchi.turns import Bounds, Claim


class OpenEngine(Protocol):
    """Opens the engine under test; each call opens the same store."""

    def __call__(
        self, *, bounds: Bounds = ..., allowance: Allowance = ...
    ) -> AbstractAsyncContextManager[Engine]: ...


@asynccontextmanager
async def running(
    open_engine: OpenEngine,
    bounds: Bounds = Bounds(),
    allowance: Allowance = Allowance(0, 0, 0),
) -> AsyncIterator[Engine]:
    """An opened engine that does its own work meanwhile."""
    async with open_engine(bounds=bounds, allowance=allowance) as engine:
        work = asyncio.create_task(engine.run())
        try:
            yield engine
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


def message(
    turn_id: str,
    conversation: str = "talk",
    *,
    text: str = "",
    sender: str = "ann",
    place: str = "",
    audience: Audience = "private",
    replaces: str = "",
    joins: bool = False,
) -> Message:
    """A message of a test surface; its text is its own turn id where none is given."""
    return Message(
        turn_id=turn_id,
        surface="test",
        tenant="home",
        conversation=conversation,
        place=Place(place or conversation, audience),
        sender=Sender(sender),
        text=text or f"question {turn_id}",
        ref=f"ref-{turn_id}",
        reply_to={"token": turn_id},
        replaces=replaces,
        joins=joins,
    )


async def accept(engine: Engine, *messages: Message) -> None:
    await engine.inbox.accept(messages, ())


async def claim(engine: Engine, within_s: float = 1.0) -> Claim | None:
    """The next claim, or None where there is none within this time."""
    try:
        async with asyncio.timeout(within_s):
            return await engine.queue.claim()
    except TimeoutError:
        return None


async def claim_now(engine: Engine) -> Claim:
    """The next claim, which must be there."""
    found = await claim(engine)
    assert found is not None, "there is work that nobody holds, but no claim came"
    return found


async def finish(engine: Engine, taken: Claim, text: str = "") -> Finished:
    """Writes an answer and its end."""
    text = text or f"answer {taken.turn.message.turn_id}"
    end = Finished("answered", text)
    await engine.log.append(taken, [TextDelta(text)])
    await engine.log.append(taken, [end])
    return end


async def answer(
    engine: Engine, *, text: str = "", tokens: int = 0, forget: Scope = "none"
) -> Claim:
    """Takes the next turn to its end."""
    taken = await claim_now(engine)
    await finish(engine, taken, text)
    await engine.queue.settle(taken, Settlement("answered", tokens=tokens, forget=forget))
    return taken


async def end(engine: Engine, taken: Claim, tokens: int = 0) -> None:
    """Takes a claimed turn to its end."""
    await finish(engine, taken)
    await engine.queue.settle(taken, Settlement("answered", tokens=tokens))


async def exchange(engine: Engine, said: Message, text: str = "") -> Claim:
    """A message and its answer."""
    await accept(engine, said)
    return await answer(engine, text=text)
