"""An interaction on its way: told over HTTP or the Gateway, acknowledged in time or failed."""

import asyncio
from typing import TYPE_CHECKING

from aizuchi.simulator.discord.callbacks import acknowledge
from aizuchi.simulator.discord.calls import Call, Form
from aizuchi.simulator.discord.deliveries import Ack
from aizuchi.simulator.discord.gestures import interaction_fields
from aizuchi.simulator.discord.refusals import Refused
from aizuchi.simulator.discord.state import ANSWER_WITHIN_S, Happened
from aizuchi.simulator.discord.things import CHAT_INPUT_COMMAND, EPHEMERAL, Interaction, Message

if TYPE_CHECKING:
    from aizuchi.simulator.discord.fake import FakeDiscord

FAILED = "The application did not respond"
NOTED = 202


async def deliver(
    discord: "FakeDiscord", interaction: Interaction, times: int, *, bad_signature: bool
) -> tuple[Ack, ...]:
    """Tells the app of it, several times at once where ordered, and takes what it responds."""
    if discord.endpoint is None:
        _tell(discord, interaction, times)
        await _until_acknowledged(discord, interaction)
        return ()
    one = (_over_http(discord, interaction, bad_signature=bad_signature) for _ in range(times))
    acks = tuple(await asyncio.gather(*one))
    if any(ack.status == NOTED for ack in acks):
        await _until_acknowledged(discord, interaction)
    if not interaction.is_acknowledged and not bad_signature:
        fail(discord, interaction)
    return acks


async def _over_http(
    discord: "FakeDiscord", interaction: Interaction, *, bad_signature: bool
) -> Ack:
    assert discord.endpoint
    fields = interaction_fields(discord.state, interaction)
    ack = await discord.endpoint.deliver(fields, bad_signature=bad_signature)
    await discord.clock.sleep(discord.ack_lag_s)
    if ack.is_good and ack.status != NOTED and not bad_signature:
        _take(discord, interaction, ack)
    discord.tell()
    discord.state.move()
    return ack


def _take(discord: "FakeDiscord", interaction: Interaction, ack: Ack) -> None:
    """Takes the response in the reply to a delivery; the first one counts."""
    state, response = discord.state, ack.json()
    if response is None:
        state.complain(f"{interaction.name} was answered with what is no response: {ack.body!r}")
        return
    if not ack.is_json:
        state.complain("a response to an interaction has no Content-Type of application/json")
    if interaction.is_acknowledged:
        if response.get("type") != interaction.response:
            state.complain(f"the same {interaction.name} was answered in two ways")
        return
    try:
        acknowledge(state, interaction, Call(state.clock(), "response", {}, Form(response), {}))
    except Refused as refused:
        state.complain(f"the response to {interaction.name} is refused: {refused.body}")


def _tell(discord: "FakeDiscord", interaction: Interaction, times: int) -> None:
    fields = interaction_fields(discord.state, interaction)
    for _ in range(times):
        discord.state.tell(Happened("INTERACTION_CREATE", fields=fields))
    discord.tell()


async def _until_acknowledged(discord: "FakeDiscord", interaction: Interaction) -> None:
    """Waits for the callback route to be called, until it is too late."""
    left_s = interaction.made_at + ANSWER_WITHIN_S - discord.clock()
    try:
        async with asyncio.timeout(max(0.0, left_s)):
            while not interaction.is_acknowledged:
                await discord.state.moved.wait()
    except TimeoutError:
        fail(discord, interaction)


def fail(discord: "FakeDiscord", interaction: Interaction) -> None:
    """Discord itself tells the person that nothing came."""
    if interaction.state == "failed":
        return
    interaction.state = "failed"
    state = discord.state
    message = Message(state.new_id(), interaction.channel, state.bot.id, FAILED)
    message.kind, message.flags = CHAT_INPUT_COMMAND, EPHEMERAL
    message.ephemeral_to, message.interaction = interaction.user, interaction.token
    message.made_by = "discord"
    state.messages[message.id] = message
    state.move()
