"""What is done to an assistant on Slack: it is killed, told things twice, and listened to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from aizuchi.simulator.discord import FakeDiscord, serving
from benchmarks.harness.apps import App
from benchmarks.harness.discord import told_of
from benchmarks.harness.killing import GIVEN_UP_AFTER_S, Killed, answer, killed
from benchmarks.harness.process import resident_mb
from benchmarks.harness.slack_lives import SlackLives, slack_lives

QUIET_S = 4.0
"""How long nothing more may come before what came is counted."""

A_DAY_S = 86_400.0
IDLE_AFTER_S = 3.0
COPIES = 4


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


async def tried(app: App, quick: bool) -> Found:
    times = 2 if quick else 10
    return Found(
        await killed(app, times, slack_lives),
        await _retry(app),
        await _copies(app),
        [await _first_sign(app) for _ in range(max(1, times // 2))],
        await _signs(app, times),
        await _idle_mb(app),
    )


async def _retry(app: App) -> float | None:
    """Nobody listens at the first delivery; only a later one comes, and says what it is."""
    async with slack_lives(app) as life:
        said = await life.ask("Is anybody there?")
        await life.start()
        await life.comes_again(said)
        return await life.answered(said, 1, GIVEN_UP_AFTER_S)


async def _copies(app: App) -> dict[str, Copies]:
    """Copies of one message: at once, after the answer, after a restart, and a day later."""
    async with slack_lives(app) as life:
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


async def _count(life: SlackLives) -> Copies:
    """All that the assistant has written anywhere, once no more of it comes."""
    before, counted = None, _counted(life)
    while counted != before:
        await asyncio.sleep(QUIET_S)
        before, counted = counted, _counted(life)
    return counted


def _counted(life: SlackLives) -> Copies:
    messages = [one for one in life.slack.state.messages.values() if one.app and not one.deleted]
    return Copies(len(messages), len(life.model.received))


async def _first_sign(app: App) -> float | None:
    async with slack_lives(app) as life:
        await life.start()
        return await _sign(life)


async def _signs(app: App, times: int) -> list[float | None]:
    """How soon each of some messages is heard, after one to warm up."""
    async with slack_lives(app) as life:
        await life.start()
        await _sign(life)
        return [await _sign(life) for _ in range(times)]


async def _idle_mb(app: App) -> float:
    """The memory of an assistant that nobody has written to, connected to all it is on."""
    if not app.discord:
        async with slack_lives(app) as life:
            return await _resident_mb(life)
    async with serving(FakeDiscord()) as discord:
        told = told_of(discord)
        async with slack_lives(app._replace(socket=True), told) as life:
            return await _resident_mb(life, lambda: discord.gateway.count > 0)


async def _resident_mb(life: SlackLives, is_on_discord: Callable[[], bool] = lambda: True) -> float:
    await life.start()
    await life.connected("Discord", is_on_discord)
    await asyncio.sleep(IDLE_AFTER_S)
    return resident_mb(life.pid)


async def _sign(life: SlackLives) -> float | None:
    since = life.clock()
    await answer(life, "Do you hear?")
    at = life.sign_at(since)
    return None if at is None else at - since
