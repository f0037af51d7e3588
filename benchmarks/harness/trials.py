"""What is done to an assistant on Slack: it is killed, told things twice, and listened to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from aizuchi.simulator.discord import FakeDiscord, serving
from aizuchi.simulator.slack import Said
from benchmarks.harness.lives import ANSWER_S, Lives, lives
from benchmarks.harness.process import Failed, resident_mb
from benchmarks.harness.slack_apps import App

SEED = 4
GIVEN_UP_AFTER_S = 15.0
SETTLED_S = 1.5
QUIET_S = 4.0
"""How long nothing more may come before what came is counted."""

A_DAY_S = 86_400.0
IDLE_AFTER_S = 3.0
COPIES = 4


class Killed(NamedTuple):
    """What came of a message in whose answer the assistant was killed: how many messages stood in
    its thread, how soon after the next start its answer did, and whether the next was answered."""

    at_s: float
    warm: bool
    messages: int
    final_s: float | None
    next_s: float | None


class Copies(NamedTuple):
    """What a message came to that Slack delivered more than once."""

    messages: int
    calls: int


class Found(NamedTuple):
    """All that was tried with one assistant."""

    killed: Sequence[Killed]
    retry_s: float | None
    copies: Mapping[str, Copies]
    first_signs_s: Sequence[float | None]
    signs_s: Sequence[float | None]
    idle_mb: float


async def tried(app: App, quick: bool) -> Found | str:
    try:
        return await _found(app, quick)
    except Failed as failure:
        return " ".join(str(failure).split())[:200]


async def _found(app: App, quick: bool) -> Found:
    chance, times = Random(SEED), 2 if quick else 10
    moments = [(chance.uniform(0, ANSWER_S), warm) for warm in (False, True) for _ in range(times)]
    return Found(
        [await _killed(app, at_s, warm) for at_s, warm in moments],
        await _retry(app),
        await _copies(app),
        [await _first_sign(app) for _ in range(max(1, times // 2))],
        await _signs(app, times),
        await _idle_mb(app),
    )


async def _killed(app: App, at_s: float, warm: bool) -> Killed:
    async with lives(app) as life:
        await life.start()
        if warm:
            await _answer(life, "Warm?")
        said = await life.ask("Is it so?")
        await asyncio.sleep(at_s)
        await life.kill()
        await life.start()
        final_s = await life.answered(said, 1, GIVEN_UP_AFTER_S)
        await asyncio.sleep(SETTLED_S)
        messages = len(life.shown(said))
        await life.ask("And now?", said.thread)
        whole = 1 if final_s is None else 2
        return Killed(
            at_s, warm, messages, final_s, await life.answered(said, whole, GIVEN_UP_AFTER_S)
        )


async def _answer(life: Lives, text: str) -> Said:
    said = await life.ask(text)
    if await life.answered(said, 1, GIVEN_UP_AFTER_S) is None:
        raise Failed(f"{text} was not answered: {life.shown(said)}")
    return said


async def _retry(app: App) -> float | None:
    """Nobody listens at the first delivery; only a later one comes, and says what it is."""
    async with lives(app) as life:
        said = await life.ask("Is anybody there?")
        await life.start()
        await life.comes_again(said)
        return await life.answered(said, 1, GIVEN_UP_AFTER_S)


async def _copies(app: App) -> dict[str, Copies]:
    """Copies of one message: at once, after the answer, after a restart, and a day later."""
    async with lives(app) as life:
        await life.start()
        said = await life.ask("How often?", times=COPIES)
        await life.answered(said, 1, GIVEN_UP_AFTER_S)
        found = {"at once": await _count(life)}
        await life.comes_again(said)
        found["after the answer"] = await _count(life)
        await life.kill()
        await life.start()
        await life.comes_again(said)
        found["after a restart"] = await _count(life)
        if app.clock:
            await life.kill()
            life.slack.advance(A_DAY_S)
            await life.start(ahead_s=A_DAY_S)
            await life.comes_again(said)
            found["a day later"] = await _count(life)
        return found


async def _count(life: Lives) -> Copies:
    """All that the assistant has written anywhere, once no more of it comes."""
    before, counted = None, _counted(life)
    while counted != before:
        await asyncio.sleep(QUIET_S)
        before, counted = counted, _counted(life)
    return counted


def _counted(life: Lives) -> Copies:
    messages = [one for one in life.slack.state.messages.values() if one.app and not one.deleted]
    return Copies(len(messages), len(life.model.received))


async def _first_sign(app: App) -> float | None:
    async with lives(app) as life:
        await life.start()
        return await _sign(life)


async def _signs(app: App, times: int) -> list[float | None]:
    """How soon each of some messages is heard, after one to warm up."""
    async with lives(app) as life:
        await life.start()
        await _sign(life)
        return [await _sign(life) for _ in range(times)]


async def _idle_mb(app: App) -> float:
    """The memory of an assistant that nobody has written to, connected to all it is on."""
    if not app.discord:
        async with lives(app) as life:
            return await _resident_mb(life)
    async with serving(FakeDiscord()) as discord:
        told = {
            "DISCORD_APP_ID": discord.app_id,
            "DISCORD_PUBLIC_KEY": discord.public_key,
            "DISCORD_BOT_TOKEN": discord.bot_token,
            "DISCORD_API_BASE": discord.api_base,
        }
        async with lives(app._replace(socket=True), told) as life:
            return await _resident_mb(life, lambda: discord.gateway.count > 0)


async def _resident_mb(life: Lives, is_on_discord: Callable[[], bool] = lambda: True) -> float:
    await life.start()
    await life.connected("Discord", is_on_discord)
    await asyncio.sleep(IDLE_AFTER_S)
    return resident_mb(life.pid)


async def _sign(life: Lives) -> float | None:
    since = life.slack.clock()
    await _answer(life, "Do you hear?")
    at = life.sign_at(since)
    return None if at is None else at - since
